"""Food."""

from __future__ import annotations

from ..canvas import OUTLINE, Canvas, box, curve, disc, line, oval, polygon
from ..palette import BARK, COLOURS, LEAF, Colour, darker, lighter
from .kit import contrast, subject


@subject("apple")
def apple(canvas: Canvas, colour: Colour) -> None:
    """A round apple with a stem, one leaf and a shine."""
    body = curve(
        (0, -0.24),
        ((0.2, -0.38), (0.38, -0.2)),
        ((0.54, 0.0), (0.36, 0.32)),
        ((0.24, 0.54), (0, 0.44)),
        ((-0.24, 0.54), (-0.36, 0.32)),
        ((-0.54, 0.0), (-0.38, -0.2)),
        ((-0.2, -0.38), (0, -0.24)),
        closed=True,
    )
    canvas.shape(body, colour)
    canvas.stroke(curve((0, -0.19), ((0.0, -0.36), (0.05, -0.46))), darker(BARK, 0.2), 0.055)
    leaf = curve((0.05, -0.31), ((0.12, -0.5), (0.36, -0.45)), ((0.3, -0.26), (0.05, -0.31)), closed=True)
    canvas.shape(leaf, LEAF)
    with canvas.placed(-0.25, -0.08, 1, 24):
        canvas.flat(oval(0, 0, 0.1, 0.2), lighter(colour, 0.62))


@subject("cake")
def cake(canvas: Canvas, colour: Colour) -> None:
    """A cake of two tiers on a plate, icing that drips, three candles."""
    icing = lighter(colour, 0.62) if min(colour) < 200 else (250, 178, 200)
    for x in (-0.14, 0.0, 0.14):
        canvas.shape(box(x, -0.26, 0.05, 0.17, 0.01), contrast(icing), OUTLINE * 0.7)
        flame = curve((x, -0.49), ((x + 0.08, -0.35), (x, -0.34)), ((x - 0.08, -0.35), (x, -0.49)), closed=True)
        canvas.flat(flame, (252, 150, 40))
    canvas.shape(oval(0, 0.43, 0.96, 0.11), (222, 226, 236))
    for y, half, tall in ((0.43, 0.4, 0.34), (0.1, 0.26, 0.31)):
        top = y - tall
        canvas.shape(box(0, y - tall / 2, half * 2, tall, 0.04), colour)
        edge = curve((-half, top + 0.09), ((-half, top), (-half + 0.04, top)), ((0, top), (half - 0.04, top)))
        edge.quadTo(half, top, half, top + 0.09)
        step = half / 2
        for drop in range(4):
            right = half - drop * step
            edge.quadTo(right - step / 2, top + 0.22, right - step, top + 0.09)
        canvas.shape(edge.close(), icing, OUTLINE * 0.8)


@subject("cup")
def cup(canvas: Canvas, colour: Colour) -> None:
    """A mug with a large handle, a band and two curls of steam."""
    for x in (-0.17, 0.05):
        steam = curve((x, -0.23), ((x - 0.09, -0.3), (x, -0.35)), ((x + 0.09, -0.4), (x, -0.47)))
        canvas.stroke(steam, (150, 140, 158), 0.062)
        canvas.stroke(steam, (250, 248, 250), 0.036)
    handle = oval(0.27, 0.15, 0.34, 0.36)
    canvas.stroke(handle, darker(colour, 0.72), 0.115)
    canvas.stroke(handle, darker(colour, 0.1), 0.075)
    body = curve(
        (-0.38, -0.12),
        ((-0.36, 0.2), (-0.33, 0.4)),
        ((-0.3, 0.48), (-0.2, 0.48)),
        ((-0.05, 0.48), (0.1, 0.48)),
        ((0.2, 0.48), (0.23, 0.4)),
        ((0.26, 0.2), (0.28, -0.12)),
        closed=True,
    )
    canvas.shape(body, colour)
    with canvas.inside(body):
        canvas.flat(box(-0.05, 0.3, 1, 0.09), contrast(colour))
    canvas.stroke(body, darker(colour, 0.72), OUTLINE)
    canvas.shape(oval(-0.05, -0.12, 0.66, 0.16), lighter(colour, 0.4))
    canvas.flat(oval(-0.05, -0.105, 0.54, 0.095), (112, 70, 46))


@subject("icecream")
def icecream(canvas: Canvas, colour: Colour) -> None:
    """Two scoops of ice cream in a waffle cone, a cherry on top."""
    waffle = (228, 168, 92)
    cone = polygon((-0.25, 0.1), (0.25, 0.1), (0, 0.485))
    canvas.shape(cone, waffle)
    with canvas.inside(cone):
        for x in (-0.2, 0.0, 0.2):
            canvas.stroke(line((x - 0.22, 0.0), (x + 0.22, 0.5)), darker(waffle, 0.35), 0.022)
            canvas.stroke(line((x + 0.22, 0.0), (x - 0.22, 0.5)), darker(waffle, 0.35), 0.022)
    canvas.stroke(cone, darker(waffle, 0.72), OUTLINE)
    canvas.shape(disc(0, -0.22, 0.22), lighter(colour, 0.35))
    scoop = curve((-0.34, 0.09), ((-0.36, -0.2), (0, -0.21)), ((0.36, -0.2), (0.34, 0.09)))
    for right in (0.34, 0.113, -0.113):
        scoop.quadTo(right - 0.113, 0.25, right - 0.227, 0.09)
    canvas.shape(scoop.close(), colour)
    canvas.flat(oval(-0.16, -0.04, 0.1, 0.11), lighter(colour, 0.6))
    canvas.stroke(curve((0.01, -0.43), ((0.02, -0.47), (0.1, -0.48))), darker(LEAF, 0.3), 0.024)
    canvas.shape(disc(0, -0.41, 0.07), COLOURS["red"], OUTLINE * 0.8)

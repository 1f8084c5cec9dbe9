"""Toys and things."""

from __future__ import annotations

from itertools import pairwise

from ..canvas import OUTLINE, Canvas, box, curve, disc, line, oval, polygon, star
from ..palette import BARK, COLOURS, CREAM, GLOW, STEEL, Colour, darker, lighter
from .kit import contrast, subject


@subject("ball")
def ball(canvas: Canvas, colour: Colour) -> None:
    """A beach ball with pale panels that meet at a cap, and a shine."""
    round_ = disc(0, 0.01, 0.47)
    pale = contrast(colour)
    canvas.shape(round_, colour)
    with canvas.inside(round_):
        for start, bend, end in (
            ((-0.6, -0.3), (-0.4, -0.2), (-0.6, 0.16)),
            ((-0.1, 0.62), (0.0, 0.2), (0.34, 0.5)),
            ((0.52, 0.1), (0.24, -0.12), (0.28, -0.56)),
        ):
            panel = curve((-0.1, -0.12), (bend, end), (start, start), closed=True)
            canvas.shape(panel, pale, OUTLINE * 0.8)
    canvas.stroke(round_, darker(colour, 0.72), OUTLINE)
    canvas.shape(disc(-0.1, -0.12, 0.09), colour, OUTLINE * 0.8)


@subject("book")
def book(canvas: Canvas, colour: Colour) -> None:
    """A thick closed book that leans a little: a coloured cover with a star, a spine, cream pages."""
    with canvas.placed(0, 0, 1, 4):
        canvas.shape(box(0.03, 0.06, 0.72, 0.8, 0.03), darker(colour, 0.25))
        canvas.shape(box(0.02, 0.35, 0.66, 0.13, 0.02), CREAM, OUTLINE * 0.8)
        canvas.shape(box(0.0, -0.06, 0.72, 0.76, 0.04), colour)
        canvas.shape(box(-0.31, -0.0, 0.13, 0.88, 0.04), darker(colour, 0.3))
        canvas.shape(star(0.06, -0.08, 0.19), contrast(colour), OUTLINE * 0.8)


@subject("umbrella")
def umbrella(canvas: Canvas, colour: Colour) -> None:
    """An open umbrella with a scalloped edge and a curved handle."""
    handle = curve((0, -0.1), ((0, 0.1), (0, 0.36)), ((0.0, 0.47), (-0.09, 0.47)), ((-0.17, 0.46), (-0.17, 0.37)))
    canvas.stroke(line((0, -0.4), (0, -0.475)), darker(BARK, 0.4), 0.04)
    canvas.stroke(handle, darker(BARK, 0.65), 0.075)
    canvas.stroke(handle, BARK, 0.04)
    dome = curve((-0.48, 0.06), ((-0.46, -0.42), (0, -0.43)), ((0.46, -0.42), (0.48, 0.06)))
    for right in (0.48, 0.16, -0.16):
        dome.quadTo(right - 0.16, -0.1, right - 0.32, 0.06)
    dome.close()
    canvas.shape(dome, colour)
    with canvas.inside(dome):
        down, up = ((-0.16, -0.2), (-0.16, 0.06)), ((0.16, -0.2), (0.0, -0.44))
        middle = curve((0, -0.44), down, ((0, -0.1), (0.16, 0.06)), up)
        canvas.shape(middle, _pale(colour), OUTLINE * 0.8)
    canvas.stroke(dome, darker(colour, 0.72), OUTLINE)


def _pale(colour: Colour) -> Colour:
    """A second cloth beside the colour: paler, or rosy where the colour is pale itself."""
    return lighter(colour, 0.5) if min(colour) < 200 else (244, 184, 184)


@subject("kite")
def kite(canvas: Canvas, colour: Colour) -> None:
    """A kite on the wind: a pointed shape with a cross, and a tail of bows."""
    tail = curve(
        (-0.09, 0.22), ((-0.1, 0.34), (-0.25, 0.35)), ((-0.14, 0.46), (0.02, 0.42)), ((0.16, 0.37), (0.24, 0.46))
    )
    canvas.stroke(tail, darker(colour, 0.6), 0.028)
    with canvas.placed(0.1, -0.1, 1, 28):
        top, right, foot, left = (0.0, -0.42), (0.37, -0.1), (0.0, 0.37), (-0.37, -0.1)
        body = polygon(top, right, foot, left)
        canvas.shape(body, colour)
        with canvas.inside(body):
            canvas.flat(polygon(top, right, (0, -0.1)), _pale(colour))
            canvas.flat(polygon(left, (0, -0.1), foot), _pale(colour))
        canvas.stroke(line(top, foot), darker(colour, 0.72), 0.022)
        canvas.stroke(line(left, right), darker(colour, 0.72), 0.022)
        canvas.stroke(body, darker(colour, 0.72), OUTLINE)
    for x, y, turn in ((-0.26, 0.36, -14), (0.05, 0.41, -8)):
        with canvas.placed(x, y, 1, turn):
            canvas.shape(polygon((-0.11, -0.07), (0, 0), (-0.11, 0.07)), colour, OUTLINE * 0.8)
            canvas.shape(polygon((0.11, -0.07), (0, 0), (0.11, 0.07)), colour, OUTLINE * 0.8)


@subject("gift")
def gift(canvas: Canvas, colour: Colour) -> None:
    """A wrapped box with a lid, a ribbon around it and a large bow."""
    band = contrast(colour)
    canvas.shape(box(0, 0.22, 0.78, 0.52, 0.02), colour)
    canvas.shape(box(0, 0.22, 0.15, 0.52), band, OUTLINE * 0.8)
    canvas.shape(box(0, -0.1, 0.9, 0.18, 0.03), lighter(colour, 0.12))
    canvas.shape(box(0, -0.1, 0.17, 0.18), band, OUTLINE * 0.8)
    for side in (-1, 1):
        loop = curve(
            (0, -0.18),
            ((side * 0.1, -0.5), (side * 0.3, -0.44)),
            ((side * 0.46, -0.3), (side * 0.3, -0.21)),
            ((side * 0.16, -0.15), (0, -0.18)),
            closed=True,
        )
        canvas.shape(loop, band)
        canvas.flat(oval(side * 0.24, -0.31, 0.13, 0.1), darker(band, 0.22))
    canvas.shape(disc(0, -0.2, 0.075), band)


@subject("crown")
def crown(canvas: Canvas, colour: Colour) -> None:
    """A crown with five tipped points and a jewelled band."""
    tips = ((-0.43, -0.16), (-0.23, -0.3), (0.0, -0.38), (0.23, -0.3), (0.43, -0.16))
    corners = [(-0.36, 0.44), tips[0]]
    for here, after in pairwise(tips):
        corners += [((here[0] + after[0]) / 2, 0.06), after]
    canvas.shape(polygon(*corners, (0.36, 0.44)), colour)
    jewels = _jewels(colour)
    for number, (x, y) in enumerate(tips):
        canvas.shape(disc(x, y - 0.03, 0.055), jewels[number % 2], OUTLINE * 0.8)
    canvas.shape(box(0, 0.36, 0.8, 0.2, 0.04), lighter(colour, 0.2))
    for number, x in enumerate((-0.25, 0.0, 0.25)):
        canvas.shape(oval(x, 0.36, 0.13, 0.12), jewels[(number + 1) % 2], OUTLINE * 0.8)


def _jewels(colour: Colour) -> tuple[Colour, Colour]:
    """Two jewels, neither in the metal's own colour."""
    warm = colour[0] > 150 and colour[1] < 150
    return (COLOURS["yellow"] if warm else COLOURS["red"], COLOURS["teal"])


@subject("chair")
def chair(canvas: Canvas, colour: Colour) -> None:
    """A wooden chair turned to the right: a tall back with slats, a seat, four legs."""
    back = darker(colour, 0.35)
    for x in (-0.18, 0.22):
        canvas.shape(box(x, 0.25, 0.085, 0.36, 0.02), back)
    for x in (-0.27, 0.22):
        canvas.shape(box(x, -0.18, 0.1, 0.58, 0.03), colour)
    canvas.shape(box(-0.025, -0.14, 0.4, 0.1, 0.02), colour)
    canvas.shape(box(-0.025, -0.37, 0.56, 0.2, 0.06), colour)
    canvas.shape(polygon((-0.28, 0.04), (0.26, 0.04), (0.36, 0.17), (-0.34, 0.17)), lighter(colour, 0.25))
    canvas.shape(box(0.01, 0.2, 0.72, 0.09, 0.03), colour)
    for x in (-0.29, 0.31):
        canvas.shape(box(x, 0.36, 0.1, 0.24, 0.02), colour)


@subject("lamp")
def lamp(canvas: Canvas, colour: Colour) -> None:
    """A table lamp: a wide shade that glows, a round belly, a foot."""
    canvas.halo(0, -0.1, 0.62, GLOW, 0.5)
    canvas.shape(box(0, 0.1, 0.07, 0.2), STEEL)
    canvas.flat(oval(0, 0.02, 0.6, 0.13), (255, 240, 170))
    canvas.shape(polygon((-0.2, -0.47), (0.2, -0.47), (0.42, 0.03), (-0.42, 0.03)), colour)
    canvas.flat(polygon((-0.1, -0.43), (-0.01, -0.43), (-0.07, -0.01), (-0.25, -0.01)), lighter(colour, 0.5))
    canvas.shape(oval(0, 0.28, 0.3, 0.26), darker(colour, 0.12))
    canvas.shape(box(0, 0.44, 0.42, 0.08, 0.03), darker(colour, 0.4))

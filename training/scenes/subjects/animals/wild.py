"""Animals of far places: penguin, turtle, elephant, lion and dragon."""

from __future__ import annotations

import math

from ...canvas import OUTLINE, Canvas, arc, box, curve, disc, line, oval, polygon
from ...palette import CREAM, GLOW, INK, Colour, darker
from ..kit import eye, smile, subject
from .features import beak, bib, blush, cream_on, ink_on, is_pale, legs, limb, look, shade


@subject("penguin")
def penguin(canvas: Canvas, colour: Colour) -> None:
    """An upright penguin: a coat with flippers over a white face and belly."""
    for side in (-1, 1):
        canvas.shape(oval(side * 0.14, 0.44, 0.24, 0.1), beak(colour))
        flipper = curve(
            (side * 0.22, -0.08),
            ((side * 0.44, 0.04), (side * 0.46, 0.24)),
            ((side * 0.34, 0.24), (side * 0.22, 0.18)),
            closed=True,
        )
        canvas.shape(flipper, colour)
    body = curve(
        (0, -0.48),
        ((0.29, -0.48), (0.29, -0.14)),
        ((0.38, 0.44), (0, 0.44)),
        ((-0.38, 0.44), (-0.29, -0.14)),
        ((-0.29, -0.48), (0, -0.48)),
        closed=True,
    )
    canvas.shape(body, colour)
    front = cream_on(colour)
    canvas.flat(oval(0, 0.18, 0.4, 0.46), front)
    for side in (-1, 1):
        canvas.flat(oval(side * 0.095, -0.2, 0.23, 0.25), front)
        eye(canvas, side * 0.1, -0.21, 0.05)
        blush(canvas, side * 0.15, -0.1, 0.09)
    canvas.shape(polygon((-0.075, -0.16), (0.075, -0.16), (0, -0.05)), beak(colour), OUTLINE * 0.7)


@subject("turtle")
def turtle(canvas: Canvas, colour: Colour) -> None:
    """A turtle in profile: a domed, patterned shell, short legs and a lifted head."""
    skin = bib(colour, 0.42)
    canvas.shape(polygon((-0.36, 0.2), (-0.49, 0.3), (-0.34, 0.32)), skin)
    limb(canvas, curve((0.2, 0.2), ((0.36, 0.18), (0.36, 0.0))), skin, 0.13)
    canvas.shape(oval(0.36, -0.06, 0.27, 0.26), skin)
    look(canvas, 0.4, -0.1, 0.04, skin)
    smile(canvas, 0.41, -0.01, 0.1)
    for x in (-0.26, 0.14):
        canvas.shape(box(x, 0.37, 0.17, 0.22, 0.06), skin)
    shell = curve(
        (-0.44, 0.26),
        ((-0.44, -0.3), (-0.08, -0.32)),
        ((0.28, -0.3), (0.28, 0.26)),
        closed=True,
    )
    canvas.shape(shell, colour)
    with canvas.inside(shell):
        for x, y in ((-0.08, -0.1), (-0.34, 0.1), (0.18, 0.1), (-0.08, 0.4)):
            scale = [(x + 0.12 * math.cos(k * math.tau / 6), y + 0.12 * math.sin(k * math.tau / 6)) for k in range(6)]
            canvas.flat(polygon(*scale), shade(colour, 0.28))
    canvas.stroke(shell, darker(colour, 0.72), OUTLINE)
    canvas.shape(box(-0.08, 0.26, 0.78, 0.1, 0.05), shade(colour, 0.14))


@subject("elephant")
def elephant(canvas: Canvas, colour: Colour) -> None:
    """An elephant in profile with a big ear, a tusk and a trunk that curls."""
    limb(canvas, curve((-0.4, 0.0), ((-0.5, 0.06), (-0.46, 0.22))), colour, 0.03)
    legs(canvas, (-0.18, 0.06), 0.2, 0.15, shade(colour, 0.24))
    legs(canvas, (-0.32, 0.16), 0.18, 0.16, colour)
    canvas.shape(box(-0.1, -0.02, 0.66, 0.64, 0.25), colour)
    head = curve(
        (-0.02, -0.14),
        ((-0.02, -0.36), (0.18, -0.36)),
        ((0.36, -0.36), (0.38, -0.16)),
        ((0.38, 0.0), (0.385, 0.16)),
        ((0.39, 0.24), (0.415, 0.15)),
        ((0.45, 0.1), (0.49, 0.15)),
        ((0.5, 0.34), (0.37, 0.34)),
        ((0.27, 0.34), (0.25, 0.06)),
        ((0.02, 0.14), (-0.02, -0.14)),
        closed=True,
    )
    canvas.shape(head, colour)
    tusk = curve((0.19, 0.02), ((0.2, 0.2), (0.34, 0.22)), ((0.28, 0.14), (0.27, 0.0)), closed=True)
    canvas.shape(tusk, CREAM, OUTLINE * 0.7)
    ear = curve(
        (0.12, -0.3),
        ((-0.22, -0.4), (-0.2, -0.08)),
        ((-0.18, 0.22), (0.02, 0.16)),
        ((0.14, 0.1), (0.14, -0.08)),
        ((0.16, -0.22), (0.12, -0.3)),
        closed=True,
    )
    canvas.shape(ear, shade(colour, 0.2))
    look(canvas, 0.27, -0.18, 0.045, colour)
    for x in (-0.32, 0.16):
        for shift in (-0.04, 0.04):
            canvas.flat(arc(x + shift, 0.47, 0.06, 0.06, 180, 180), bib(colour))


@subject("lion")
def lion(canvas: Canvas, colour: Colour) -> None:
    """A sitting lion with a great mane around its face and a tufted tail."""
    mane = shade(colour, 0.22 if is_pale(colour) else 0.36)
    limb(canvas, curve((0.18, 0.42), ((0.42, 0.46), (0.42, 0.26))), colour, 0.05)
    canvas.shape(oval(0.42, 0.22, 0.12, 0.17), mane)
    canvas.shape(curve((-0.26, 0.48), ((-0.26, 0.1), (0, 0.1)), ((0.26, 0.1), (0.26, 0.48)), closed=True), colour)
    for side in (-1, 1):
        canvas.shape(oval(side * 0.13, 0.445, 0.2, 0.11), bib(colour, 0.3))
    ring = [(0.28 * math.cos(k * math.tau / 11), -0.11 + 0.26 * math.sin(k * math.tau / 11)) for k in range(11)]
    for x, y in ring:
        canvas.stroke(disc(x, y, 0.125), darker(mane, 0.6), OUTLINE * 2)
    for x, y in ring:
        canvas.flat(disc(x, y, 0.125), mane)
    for side in (-1, 1):
        canvas.shape(disc(side * 0.2, -0.29, 0.08), colour)
    canvas.shape(oval(0, -0.09, 0.52, 0.48), colour)
    canvas.flat(oval(0, 0.03, 0.28, 0.2), bib(colour))
    for side in (-1, 1):
        look(canvas, side * 0.12, -0.13, 0.046, colour)
    canvas.flat(polygon((-0.065, -0.05), (0.065, -0.05), (0, 0.025)), (120, 62, 60))
    for side in (-1, 1):
        canvas.stroke(arc(side * 0.045, 0.03, 0.09, 0.08, 10, 160), INK, 0.018)


def _dragon_wing(canvas: Canvas, colour: Colour) -> None:
    wing = curve(
        (0.0, 0.14),
        ((-0.14, -0.3), (-0.3, -0.47)),
        ((-0.5, -0.3), (-0.48, 0.06)),
        ((-0.4, -0.06), (-0.31, 0.1)),
        ((-0.22, 0.0), (-0.14, 0.16)),
        ((-0.06, 0.12), (0.0, 0.14)),
        closed=True,
    )
    canvas.shape(wing, shade(colour, 0.3))
    for end in ((-0.44, -0.02), (-0.29, 0.04)):
        canvas.stroke(curve((-0.29, -0.42), ((-0.32, -0.2), end)), darker(colour, 0.6), 0.016)


@subject("dragon")
def dragon(canvas: Canvas, colour: Colour) -> None:
    """A sitting dragon: a bat's wing, spikes, horns, a tail with a barb, and a breath of fire."""
    spike = GLOW if colour[2] > 100 or colour[0] < 200 else (240, 120, 70)
    limb(canvas, curve((0.0, 0.42), ((-0.3, 0.5), (-0.38, 0.32))), colour, 0.09)
    canvas.shape(polygon((-0.49, 0.34), (-0.42, 0.14), (-0.27, 0.29)), spike)
    _dragon_wing(canvas, colour)
    body = curve(
        (-0.18, 0.48),
        ((-0.24, 0.16), (-0.02, -0.02)),
        ((0.08, -0.12), (0.26, -0.06)),
        ((0.38, 0.24), (0.28, 0.48)),
        closed=True,
    )
    canvas.shape(body, colour)
    canvas.flat(oval(0.17, 0.25, 0.2, 0.38), bib(colour))
    for y in (0.14, 0.23, 0.32):
        canvas.stroke(line((0.09, y), (0.25, y)), shade(colour, 0.12), 0.018)
    for x in (-0.06, 0.2):
        canvas.shape(oval(x, 0.44, 0.22, 0.1), colour)
    canvas.shape(polygon((0.06, -0.34), (0.0, -0.5), (0.16, -0.4)), spike)
    canvas.shape(polygon((-0.02, -0.24), (-0.14, -0.32), (0.02, -0.38)), spike)
    head = curve(
        (-0.04, -0.16),
        ((-0.04, -0.42), (0.16, -0.42)),
        ((0.3, -0.42), (0.34, -0.28)),
        ((0.5, -0.3), (0.5, -0.16)),
        ((0.48, -0.02), (0.2, 0.0)),
        ((-0.04, 0.02), (-0.04, -0.16)),
        closed=True,
    )
    canvas.shape(head, colour)
    look(canvas, 0.2, -0.25, 0.05, colour)
    canvas.flat(oval(0.43, -0.2, 0.04, 0.03), ink_on(colour))
    canvas.stroke(curve((0.22, -0.08), ((0.36, -0.06), (0.46, -0.12))), ink_on(colour), 0.02)

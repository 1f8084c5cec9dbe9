"""Animals of the house: cat, dog, rabbit and mouse."""

from __future__ import annotations

from ...canvas import OUTLINE, Canvas, arc, box, curve, line, oval, polygon
from ...palette import BLACK, BLUSH, COLOURS, INK, Colour, darker, lighter
from ..kit import HANDS, subject
from .features import SNOUT, bib, blush, cream_on, ink_on, leaning, legs, limb, look, shade

HANDS["cat"] = (0.4, 0.06)
HANDS["rabbit"] = (0.38, 0.1)


def _cat(canvas: Canvas, colour: Colour, holding: bool) -> None:
    tail = curve((-0.15, 0.42), ((-0.42, 0.46), (-0.38, 0.2)), ((-0.36, 0.08), (-0.28, 0.1)))
    canvas.stroke(tail, darker(colour, 0.72), 0.12)
    canvas.stroke(tail, colour, 0.08)
    body = curve((-0.24, 0.48), ((-0.26, 0.02), (0, 0.0)), ((0.26, 0.02), (0.24, 0.48)), closed=True)
    canvas.shape(body, colour)
    canvas.flat(oval(0, 0.32, 0.22, 0.3), bib(colour, 0.5))
    for side in (-1, 1):
        canvas.shape(oval(side * 0.1, 0.46, 0.16, 0.09), lighter(colour, 0.3))
    if holding:
        canvas.stroke(line((0.14, 0.18), (0.38, 0.07)), darker(colour, 0.72), 0.125)
        canvas.stroke(line((0.14, 0.18), (0.38, 0.07)), colour, 0.085)
    for side in (-1, 1):
        ear = polygon((side * 0.29, -0.18), (side * 0.27, -0.5), (side * 0.05, -0.33))
        canvas.shape(ear, colour)
        canvas.flat(polygon((side * 0.25, -0.26), (side * 0.245, -0.42), (side * 0.13, -0.33)), BLUSH)
    canvas.shape(oval(0, -0.16, 0.62, 0.46), colour)
    for side in (-1, 1):
        look(canvas, side * 0.13, -0.18, 0.062, colour)
        canvas.flat(oval(side * 0.21, -0.08, 0.1, 0.06), BLUSH, 0.7)
        for tilt in (-0.025, 0.025):
            canvas.stroke(line((side * 0.2, -0.07 + tilt), (side * 0.38, -0.08 + tilt * 2.4)), INK, 0.012)
    canvas.flat(polygon((-0.035, -0.11), (0.035, -0.11), (0, -0.07)), (226, 100, 120))
    for side in (-1, 1):
        canvas.stroke(arc(side * 0.04, -0.065, 0.08, 0.07, 10, 160), ink_on(colour), 0.016)


@subject("cat")
def cat(canvas: Canvas, colour: Colour) -> None:
    """A sitting cat with pointed ears, whiskers and a curled tail."""
    _cat(canvas, colour, holding=False)


@subject("cat holding")
def cat_holding(canvas: Canvas, colour: Colour) -> None:
    """The cat with one paw lifted."""
    _cat(canvas, colour, holding=True)


@subject("dog")
def dog(canvas: Canvas, colour: Colour) -> None:
    """A dog standing in profile: a long snout, a hanging ear, a tongue and a wagging tail."""
    dark = shade(colour, 0.38)
    limb(canvas, curve((-0.3, 0.1), ((-0.46, 0.04), (-0.44, -0.2))), colour, 0.085)
    legs(canvas, (-0.17, 0.1), 0.14, 0.11, shade(colour, 0.24))
    legs(canvas, (-0.3, 0.2), 0.12, 0.13, colour)
    canvas.shape(box(-0.05, 0.12, 0.64, 0.32, 0.15), colour)
    canvas.flat(oval(-0.14, 0.06, 0.26, 0.15), dark)
    collar = COLOURS["blue"] if colour[0] > 180 and colour[1] < 160 else COLOURS["red"]
    canvas.stroke(arc(0.15, -0.16, 0.42, 0.48, 40, 95), collar, 0.06)
    canvas.shape(oval(0.17, -0.2, 0.44, 0.46), colour)
    canvas.shape(box(0.35, -0.13, 0.3, 0.21, 0.1), bib(colour))
    canvas.flat(oval(0.45, -0.2, 0.12, 0.09), BLACK)
    tongue = curve((0.31, -0.08), ((0.28, 0.1), (0.37, 0.1)), ((0.44, 0.09), (0.42, -0.08)), closed=True)
    canvas.shape(tongue, SNOUT, OUTLINE * 0.7)
    canvas.stroke(arc(0.37, -0.12, 0.22, 0.1, 10, 160), INK, 0.02)
    look(canvas, 0.22, -0.25, 0.05, colour)
    ear = curve(
        (-0.02, -0.4),
        ((0.12, -0.42), (0.12, -0.26)),
        ((0.13, -0.02), (0.02, 0.0)),
        ((-0.14, 0.0), (-0.12, -0.2)),
        ((-0.1, -0.34), (-0.02, -0.4)),
        closed=True,
    )
    canvas.shape(ear, dark)


def _rabbit(canvas: Canvas, colour: Colour, holding: bool) -> None:
    canvas.shape(oval(-0.26, 0.36, 0.2, 0.19), cream_on(colour))
    for side in (-1, 1):
        with canvas.placed(side * 0.13, -0.28, 1, side * 10):
            canvas.shape(oval(0, 0, 0.17, 0.46), colour)
            canvas.flat(oval(0, 0.02, 0.08, 0.32), BLUSH)
    canvas.shape(oval(0, 0.27, 0.5, 0.42), colour)
    canvas.flat(oval(0, 0.29, 0.27, 0.28), bib(colour))
    for side in (-1, 1):
        canvas.shape(oval(side * 0.16, 0.45, 0.28, 0.11), colour)
    if holding:
        limb(canvas, line((0.16, 0.2), (0.36, 0.11)), colour, 0.09)
    for side in (-1,) if holding else (-1, 1):
        leaning(canvas, side * 0.17, 0.23, (0.1, 0.2), side * 24, colour)
    canvas.shape(oval(0, -0.01, 0.54, 0.38), colour)
    for side in (-1, 1):
        look(canvas, side * 0.13, -0.04, 0.052, colour)
        blush(canvas, side * 0.18, 0.06, 0.1)
        canvas.flat(oval(side * 0.045, 0.075, 0.11, 0.09), bib(colour))
    canvas.flat(box(0, 0.13, 0.07, 0.07, 0.015), (255, 255, 255))
    canvas.stroke(line((0, 0.1), (0, 0.16)), INK, 0.01)
    canvas.flat(oval(0, 0.03, 0.08, 0.05), (226, 100, 120))


@subject("rabbit")
def rabbit(canvas: Canvas, colour: Colour) -> None:
    """A rabbit sitting up, with very long ears, two teeth and a round tail."""
    _rabbit(canvas, colour, holding=False)


@subject("rabbit holding")
def rabbit_holding(canvas: Canvas, colour: Colour) -> None:
    """The rabbit with one paw lifted."""
    _rabbit(canvas, colour, holding=True)


@subject("mouse")
def mouse(canvas: Canvas, colour: Colour) -> None:
    """A mouse with huge round ears, a small body and a long thin tail."""
    limb(canvas, curve((0.1, 0.42), ((0.42, 0.5), (0.42, 0.28)), ((0.42, 0.12), (0.32, 0.16))), SNOUT, 0.035)
    canvas.shape(curve((-0.2, 0.48), ((-0.2, 0.1), (0, 0.1)), ((0.2, 0.1), (0.2, 0.48)), closed=True), colour)
    canvas.flat(oval(0, 0.36, 0.2, 0.22), bib(colour))
    for side in (-1, 1):
        canvas.shape(oval(side * 0.11, 0.465, 0.15, 0.06), SNOUT, OUTLINE * 0.7)
        canvas.shape(oval(side * 0.28, -0.25, 0.4, 0.42), colour)
        canvas.flat(oval(side * 0.28, -0.24, 0.25, 0.27), BLUSH)
    head = curve(
        (0, 0.22),
        ((-0.14, 0.16), (-0.25, 0.02)),
        ((-0.3, -0.26), (0, -0.26)),
        ((0.3, -0.26), (0.25, 0.02)),
        ((0.14, 0.16), (0, 0.22)),
        closed=True,
    )
    canvas.shape(head, colour)
    for side in (-1, 1):
        look(canvas, side * 0.11, -0.05, 0.05, colour)
        for lift in (-0.02, 0.03):
            canvas.stroke(line((side * 0.12, 0.11 + lift), (side * 0.3, 0.1 + lift * 2.2)), ink_on(colour), 0.012)
    canvas.shape(oval(0, 0.18, 0.12, 0.1), (226, 100, 120), OUTLINE * 0.7)

"""Animals of the forest and the pond: fox, owl, bear, bird, frog and butterfly."""

from __future__ import annotations

from ...canvas import OUTLINE, Canvas, arc, curve, disc, line, oval, polygon
from ...palette import BLACK, CREAM, GLOW, INK, Colour, darker, lighter
from ..kit import HANDS, eye, subject
from .features import beak, bib, blush, cream_on, ink_on, is_dark, leaning, limb, look, shade

HANDS["bear"] = (0.41, 0.04)


def _fox_tail(canvas: Canvas, colour: Colour) -> None:
    tail = curve(
        (0.02, 0.47),
        ((-0.34, 0.52), (-0.45, 0.24)),
        ((-0.52, 0.0), (-0.36, -0.22)),
        ((-0.16, -0.04), (-0.16, 0.12)),
        ((-0.14, 0.22), (0.04, 0.24)),
        closed=True,
    )
    canvas.shape(tail, colour)
    with canvas.inside(tail):
        canvas.flat(
            polygon((-0.6, -0.4), (0.0, -0.4), (-0.1, 0.0), (-0.24, -0.06), (-0.3, 0.06), (-0.6, -0.04)),
            cream_on(colour),
        )
    canvas.stroke(tail, darker(colour, 0.72), OUTLINE)


def _fox_head(canvas: Canvas, colour: Colour) -> None:
    x = 0.12
    for side in (-1, 1):
        canvas.shape(polygon((x + side * 0.31, -0.16), (x + side * 0.27, -0.5), (x + side * 0.03, -0.3)), colour)
        inner = polygon((x + side * 0.26, -0.26), (x + side * 0.245, -0.42), (x + side * 0.12, -0.3))
        canvas.flat(inner, bib(colour) if is_dark(colour) else (70, 48, 58))
    head = curve(
        (x, 0.17),
        ((x - 0.14, 0.06), (x - 0.36, -0.03)),
        ((x - 0.3, -0.34), (x, -0.34)),
        ((x + 0.3, -0.34), (x + 0.36, -0.03)),
        ((x + 0.14, 0.06), (x, 0.17)),
        closed=True,
    )
    canvas.shape(head, colour)
    with canvas.inside(head):
        for side in (-1, 1):
            cheek = curve(
                (x, 0.2),
                ((x - side * 0.02, -0.02), (x + side * 0.08, -0.04)),
                ((x + side * 0.2, 0.0), (x + side * 0.38, -0.1)),
                ((x + side * 0.38, 0.2), (x, 0.2)),
                closed=True,
            )
            canvas.flat(cheek, cream_on(colour))
    canvas.stroke(head, darker(colour, 0.72), OUTLINE)
    for side in (-1, 1):
        look(canvas, x + side * 0.135, -0.1, 0.05, colour)
    canvas.flat(oval(x, 0.135, 0.11, 0.085), BLACK)


@subject("fox")
def fox(canvas: Canvas, colour: Colour) -> None:
    """A sitting fox: big pointed ears, white cheeks, and a bushy tail with a white tip."""
    _fox_tail(canvas, colour)
    body = curve((-0.12, 0.48), ((-0.12, 0.06), (0.12, 0.04)), ((0.36, 0.06), (0.36, 0.48)), closed=True)
    canvas.shape(body, colour)
    canvas.flat(
        curve((0.02, 0.12), ((0.0, 0.3), (0.12, 0.42)), ((0.24, 0.3), (0.22, 0.12)), closed=True), cream_on(colour)
    )
    for side in (-1, 1):
        canvas.shape(oval(0.12 + side * 0.11, 0.45, 0.17, 0.1), shade(colour, 0.62))
    _fox_head(canvas, colour)


@subject("owl")
def owl(canvas: Canvas, colour: Colour) -> None:
    """A round owl with huge eyes, tufted ears, folded wings and a scaled belly."""
    for side in (-1, 1):
        for x in (0.07, 0.16):
            canvas.shape(oval(side * x, 0.455, 0.1, 0.08), beak(colour), OUTLINE * 0.7)
        canvas.shape(polygon((side * 0.38, -0.1), (side * 0.34, -0.49), (side * 0.06, -0.34)), shade(colour, 0.24))
    canvas.shape(oval(0, 0.04, 0.84, 0.82), colour)
    canvas.flat(oval(0, 0.24, 0.46, 0.38), bib(colour))
    for x, y in ((-0.1, 0.2), (0.0, 0.2), (0.1, 0.2), (-0.05, 0.3), (0.05, 0.3)):
        canvas.stroke(arc(x, y, 0.08, 0.07, 10, 160), shade(colour, 0.2), 0.02)
    for side in (-1, 1):
        wing = curve(
            (side * 0.39, 0.0),
            ((side * 0.56, 0.2), (side * 0.3, 0.42)),
            ((side * 0.18, 0.2), (side * 0.39, 0.0)),
            closed=True,
        )
        canvas.shape(wing, shade(colour, 0.24))
    for side in (-1, 1):
        canvas.shape(disc(side * 0.17, -0.13, 0.185), cream_on(colour))
    for side in (-1, 1):
        canvas.flat(disc(side * 0.16, -0.13, 0.12), GLOW)
        eye(canvas, side * 0.155, -0.13, 0.085)
    canvas.shape(polygon((-0.06, -0.07), (0.06, -0.07), (0, 0.07)), beak(colour), OUTLINE * 0.7)


def _bear(canvas: Canvas, colour: Colour, holding: bool) -> None:
    soft = bib(colour, 0.5)
    for side in (-1, 1):
        canvas.shape(oval(side * 0.23, -0.37, 0.21, 0.21), colour)
        canvas.flat(disc(side * 0.23, -0.37, 0.055), soft)
    if not holding:
        leaning(canvas, 0.3, 0.18, (0.18, 0.34), -26, colour)
    leaning(canvas, -0.3, 0.18, (0.18, 0.34), 26, colour)
    canvas.shape(oval(0, 0.24, 0.6, 0.48), colour)
    canvas.flat(oval(0, 0.27, 0.36, 0.34), soft)
    if holding:
        limb(canvas, line((0.22, 0.16), (0.38, 0.06)), colour, 0.125)
    for side in (-1, 1):
        canvas.shape(oval(side * 0.22, 0.41, 0.21, 0.19), colour)
        canvas.flat(oval(side * 0.22, 0.42, 0.11, 0.1), soft)
    canvas.shape(oval(0, -0.17, 0.62, 0.5), colour)
    canvas.flat(oval(0, -0.08, 0.3, 0.23), soft)
    for side in (-1, 1):
        look(canvas, side * 0.15, -0.22, 0.046, colour)
    canvas.flat(oval(0, -0.14, 0.12, 0.085), BLACK)
    canvas.stroke(line((0, -0.12), (0, -0.05)), INK, 0.016)
    canvas.stroke(arc(0, -0.07, 0.13, 0.08, 15, 150), INK, 0.018)


@subject("bear")
def bear(canvas: Canvas, colour: Colour) -> None:
    """A round bear sitting up, with small round ears, a pale muzzle and a big belly."""
    _bear(canvas, colour, holding=False)


@subject("bear holding")
def bear_holding(canvas: Canvas, colour: Colour) -> None:
    """The bear with one paw lifted."""
    _bear(canvas, colour, holding=True)


@subject("bird")
def bird(canvas: Canvas, colour: Colour) -> None:
    """A plump bird in profile, with a pointed beak, a long tail and thin legs."""
    for x in (-0.04, 0.1):
        canvas.stroke(line((x, 0.3), (x, 0.46), (x + 0.09, 0.465)), darker(beak(colour), 0.2), 0.032)
    tail = curve(
        (-0.2, -0.06),
        ((-0.36, -0.14), (-0.48, -0.3)),
        ((-0.5, -0.1), (-0.46, 0.06)),
        ((-0.3, 0.2), (-0.16, 0.2)),
        closed=True,
    )
    canvas.shape(tail, shade(colour, 0.28))
    canvas.shape(polygon((0.26, -0.2), (0.49, -0.08), (0.26, 0.03)), beak(colour))
    canvas.shape(
        curve((0.06, -0.3), ((-0.04, -0.42), (-0.12, -0.42)), ((-0.1, -0.34), (-0.04, -0.26)), closed=True), colour
    )
    body = oval(0.03, -0.0, 0.64, 0.66)
    canvas.shape(body, colour)
    with canvas.inside(body):
        canvas.flat(oval(0.2, 0.26, 0.46, 0.42), bib(colour))
    canvas.stroke(body, darker(colour, 0.72), OUTLINE)
    wing = curve(
        (0.1, -0.02),
        ((0.14, 0.2), (-0.1, 0.22)),
        ((-0.26, 0.22), (-0.36, 0.12)),
        ((-0.26, 0.08), (-0.22, -0.04)),
        ((-0.06, -0.12), (0.1, -0.02)),
        closed=True,
    )
    canvas.shape(wing, shade(colour, 0.28))
    look(canvas, 0.17, -0.12, 0.06, colour)
    blush(canvas, 0.2, 0.01, 0.1)


@subject("frog")
def frog(canvas: Canvas, colour: Colour) -> None:
    """A squatting frog with eyes on top of its wide, smiling head."""
    for side in (-1, 1):
        leaning(canvas, side * 0.32, 0.26, (0.26, 0.4), side * -18, colour)
        canvas.shape(oval(side * 0.34, 0.44, 0.28, 0.09), shade(colour, 0.16))
    canvas.shape(oval(0, 0.24, 0.54, 0.48), colour)
    canvas.flat(oval(0, 0.28, 0.34, 0.34), bib(colour))
    for side in (-1, 1):
        canvas.shape(oval(side * 0.1, 0.45, 0.17, 0.08), shade(colour, 0.16))
        canvas.shape(disc(side * 0.23, -0.27, 0.15), colour)
    canvas.shape(oval(0, -0.06, 0.84, 0.44), colour)
    for side in (-1, 1):
        canvas.flat(disc(side * 0.23, -0.26, 0.11), (255, 255, 255))
        eye(canvas, side * 0.22, -0.25, 0.07)
        blush(canvas, side * 0.3, 0.0, 0.12)
    canvas.stroke(arc(0, -0.08, 0.5, 0.22, 12, 156), ink_on(colour), 0.026)


@subject("butterfly")
def butterfly(canvas: Canvas, colour: Colour) -> None:
    """A butterfly from above: four spotted wings, a slim body and two feelers."""
    for side in (-1, 1):
        canvas.stroke(curve((0, -0.22), ((side * 0.03, -0.38), (side * 0.15, -0.44))), BLACK, 0.025)
        canvas.flat(disc(side * 0.15, -0.44, 0.03), BLACK)
        lower = curve(
            (side * 0.02, 0.0),
            ((side * 0.46, 0.02), (side * 0.38, 0.28)),
            ((side * 0.28, 0.52), (side * 0.12, 0.38)),
            ((side * 0.04, 0.28), (side * 0.02, 0.0)),
            closed=True,
        )
        canvas.shape(lower, shade(colour, 0.16))
        canvas.flat(disc(side * 0.23, 0.24, 0.075), cream_on(colour))
        upper = curve(
            (side * 0.02, 0.06),
            ((side * 0.06, -0.28), (side * 0.3, -0.4)),
            ((side * 0.52, -0.46), (side * 0.48, -0.16)),
            ((side * 0.44, 0.12), (side * 0.02, 0.06)),
            closed=True,
        )
        canvas.shape(upper, colour)
        canvas.flat(oval(side * 0.31, -0.19, 0.17, 0.19), cream_on(colour))
        canvas.flat(disc(side * 0.31, -0.19, 0.05), lighter(colour, 0.1))
    canvas.shape(oval(0, 0.07, 0.1, 0.5), (84, 62, 80))
    canvas.shape(disc(0, -0.19, 0.085), (84, 62, 80))
    for side in (-1, 1):
        canvas.flat(disc(side * 0.033, -0.2, 0.025), CREAM)

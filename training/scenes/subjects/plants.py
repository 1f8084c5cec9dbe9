"""Plants."""

from __future__ import annotations

import math

from ..canvas import OUTLINE, Canvas, box, curve, disc, line, oval
from ..palette import BARK, BLUSH, COLOURS, CREAM, GLOW, LEAF, Colour, darker, lighter
from .kit import eye, smile, subject


@subject("flower")
def flower(canvas: Canvas, colour: Colour) -> None:
    """A big round-petalled flower on a stem with two leaves."""
    stem = curve((0.0, 0.5), ((0.03, 0.2), (0, -0.1)))
    canvas.stroke(stem, darker(LEAF, 0.72), 0.078)
    canvas.stroke(stem, LEAF, 0.045)
    for side, y in ((-1, 0.36), (1, 0.28)):
        leaf = curve((0.01, y), ((side * 0.1, y - 0.2), (side * 0.3, y - 0.14)), ((side * 0.2, y + 0.06), (0.01, y)))
        canvas.shape(leaf, LEAF)
    for petal in range(7):
        angle = petal * math.tau / 7 - math.pi / 2
        canvas.shape(disc(0.19 * math.cos(angle), -0.2 + 0.19 * math.sin(angle), 0.108), colour)
    canvas.shape(disc(0, -0.2, 0.125), (150, 92, 50) if colour[2] < 120 and colour[1] > 180 else GLOW)
    for side in (-1, 1):
        eye(canvas, side * 0.045, -0.215, 0.019)
    smile(canvas, 0, -0.19, 0.08)


@subject("tree")
def tree(canvas: Canvas, colour: Colour) -> None:
    """A tree: a brown trunk and a round crown of leaves."""
    trunk = curve(
        (-0.12, 0.5), ((-0.04, 0.3), (-0.06, 0.05)), ((0, 0), (0.06, 0.05)), ((0.04, 0.3), (0.12, 0.5)), closed=True
    )
    canvas.shape(trunk, BARK)
    crown = (
        (-0.22, 0.02, 0.19),
        (0.22, 0.02, 0.19),
        (-0.15, -0.2, 0.2),
        (0.16, -0.2, 0.2),
        (0, -0.3, 0.19),
        (0, -0.04, 0.24),
    )
    for x, y, radius in crown:
        canvas.stroke(disc(x, y, radius), darker(colour, 0.72), OUTLINE)
    for x, y, radius in crown:
        canvas.flat(disc(x, y, radius), colour)
    for x, y, radius in ((-0.15, -0.24, 0.1), (0.12, -0.3, 0.08), (-0.25, -0.02, 0.07)):
        canvas.flat(disc(x, y, radius), lighter(colour, 0.25))
    for x, y, radius in ((0.2, 0.08, 0.09), (-0.02, 0.12, 0.08)):
        canvas.flat(disc(x, y, radius), darker(colour, 0.18))


@subject("mushroom")
def mushroom(canvas: Canvas, colour: Colour) -> None:
    """A mushroom with a spotted cap and a face on its stem."""
    stem = curve(
        (-0.13, -0.02),
        ((-0.12, 0.2), (-0.19, 0.44)),
        ((0, 0.52), (0.19, 0.44)),
        ((0.12, 0.2), (0.13, -0.02)),
        closed=True,
    )
    canvas.shape(stem, CREAM)
    for side in (-1, 1):
        eye(canvas, side * 0.065, 0.18, 0.028)
        canvas.flat(oval(side * 0.1, 0.25, 0.06, 0.04), BLUSH, 0.7)
    smile(canvas, 0, 0.235, 0.09)
    cap = curve(
        (-0.48, 0.04),
        ((-0.46, -0.46), (0, -0.47)),
        ((0.46, -0.46), (0.48, 0.04)),
        ((0, 0.14), (-0.48, 0.04)),
        closed=True,
    )
    canvas.shape(cap, colour)
    spots = (255, 250, 240) if min(colour) < 200 else COLOURS["red"]
    with canvas.inside(cap):
        for x, y, radius in ((0.0, -0.28, 0.095), (-0.26, -0.14, 0.08), (0.27, -0.15, 0.08), (0.02, -0.03, 0.065)):
            canvas.flat(disc(x, y, radius), spots)


@subject("sunflower")
def sunflower(canvas: Canvas, colour: Colour) -> None:
    """A sunflower: pointed petals around a great brown disc, on a thick stem with broad leaves."""
    canvas.shape(box(0, 0.27, 0.075, 0.46, 0.02), LEAF)
    for side, y in ((-1, 0.46), (1, 0.4)):
        leaf = curve(
            (0, y), ((side * 0.06, y - 0.24), (side * 0.38, y - 0.22)), ((side * 0.32, y + 0.05), (0, y)), closed=True
        )
        canvas.shape(leaf, LEAF)
    petal = curve((-0.06, -0.1), ((-0.16, -0.27), (0, -0.355)), ((0.16, -0.27), (0.06, -0.1)), closed=True)
    for ring, tone in ((0.5, darker(colour, 0.18)), (0.0, colour)):
        for step in range(9):
            with canvas.placed(0, -0.13, 1, (step + ring) * 40):
                canvas.shape(petal, tone)
    canvas.shape(disc(0, -0.13, 0.165), (112, 66, 38))
    canvas.stroke(disc(0, -0.13, 0.125), (150, 96, 54), 0.022)
    for side in (-1, 1):
        canvas.flat(disc(side * 0.06, -0.155, 0.034), CREAM)
        eye(canvas, side * 0.06, -0.152, 0.025)
    smile(canvas, 0, -0.1, 0.1, CREAM)


_RIBS = (
    ((-0.09, -0.22), (-0.09, -0.16)),
    ((0.09, -0.22), (0.09, -0.16)),
    ((0, -0.31), (0, -0.2)),
    ((-0.09, 0.16), (-0.09, 0.42)),
    ((0.09, 0.16), (0.09, 0.42)),
    ((0, 0.22), (0, 0.42)),
    ((-0.33, -0.05), (-0.33, 0.08)),
    ((0.33, -0.14), (0.33, -0.03)),
)


@subject("cactus")
def cactus(canvas: Canvas, colour: Colour) -> None:
    """A tall cactus with two lifted arms, ribs, a face and a blossom on top."""
    ink, rib = darker(colour, 0.72), lighter(colour, 0.35) if min(colour) < 200 else (206, 214, 196)
    arms = (
        curve((0, 0.24), ((-0.33, 0.3), (-0.33, 0.1)), ((-0.33, 0.0), (-0.33, -0.08))),
        curve((0, 0.12), ((0.33, 0.16), (0.33, -0.02)), ((0.33, -0.1), (0.33, -0.18))),
    )
    for arm in arms:
        canvas.stroke(arm, ink, 0.2)
        canvas.stroke(arm, colour, 0.158)
    trunk = curve(
        (-0.17, 0.48),
        ((-0.17, 0.1), (-0.17, -0.16)),
        ((-0.17, -0.4), (0, -0.4)),
        ((0.17, -0.4), (0.17, -0.16)),
        ((0.17, 0.1), (0.17, 0.48)),
        closed=True,
    )
    canvas.shape(trunk, colour)
    for ribbed in _RIBS:
        canvas.stroke(line(*ribbed), rib, 0.026)
    for side in (-1, 1):
        canvas.flat(disc(side * 0.075, -0.06, 0.045), (255, 255, 255))
        eye(canvas, side * 0.075, -0.055, 0.034)
        canvas.flat(oval(side * 0.115, 0.025, 0.06, 0.04), BLUSH, 0.8)
    smile(canvas, 0, 0.02, 0.1, darker(colour, 0.8) if sum(colour) > 200 else CREAM)
    blossom = COLOURS["pink"] if colour[0] < 200 or colour[1] > 180 else GLOW
    for angle in (-58, 58, 0):
        with canvas.placed(0, -0.38, 1, angle):
            canvas.shape(oval(0, -0.055, 0.1, 0.13), blossom)

"""Who lives in tales."""

from __future__ import annotations

import math

from ...canvas import OUTLINE, Canvas, Point, box, curve, disc, line, oval, polygon, star
from ...palette import BARK, BLACK, BLUSH, COLOURS, GLOW, Colour, darker, lighter
from ..kit import contrast, eye, subject
from .body import LIFTED, arms, face, limb, person


@person("wizard")
def wizard(canvas: Canvas, colour: Colour, holding: bool) -> None:
    """A wizard with a long white beard, in a robe and a pointed hat, with a wand."""
    skin = (244, 200, 168)
    trim = GLOW if colour[2] > 70 or colour[0] < 120 else COLOURS["purple"]
    robe = curve(
        (-0.12, 0.0),
        ((-0.2, 0.24), (-0.33, 0.46)),
        ((0, 0.5), (0.33, 0.46)),
        ((0.2, 0.24), (0.12, 0.0)),
        closed=True,
    )
    canvas.shape(robe, colour)
    with canvas.inside(robe):
        canvas.stroke(curve((-0.4, 0.44), ((0, 0.48), (0.4, 0.44))), trim, 0.04)
    canvas.stroke(robe, darker(colour, 0.72), OUTLINE)
    if not holding:
        canvas.stroke(line((0.33, 0.24), (0.4, -0.02)), darker(BARK, 0.5), 0.045)
        canvas.shape(star(0.4, -0.09, 0.1), GLOW)
    for hand in ((-0.31, 0.23), LIFTED if holding else (0.33, 0.2)):
        canvas.shape(disc(*hand, 0.055), skin)
        _wide_sleeve(canvas, colour, hand)
    _bearded_head(canvas, skin)
    _pointed_hat(canvas, colour, trim)


def _wide_sleeve(canvas: Canvas, colour: Colour, hand: Point) -> None:
    side = math.copysign(1, hand[0])
    cuff = (hand[0] - side * 0.04, hand[1])
    canvas.shape(
        curve(
            (side * 0.1, 0.0),
            ((cuff[0] - side * 0.03, cuff[1] - 0.12), (cuff[0], cuff[1] - 0.07)),
            ((cuff[0] + side * 0.05, cuff[1] + 0.02), (cuff[0], cuff[1] + 0.09)),
            ((side * 0.16, cuff[1] + 0.1), (side * 0.1, 0.14)),
            closed=True,
        ),
        darker(colour, 0.12),
    )


def _bearded_head(canvas: Canvas, skin: Colour) -> None:
    beard = (246, 242, 236)
    canvas.shape(disc(0, -0.1, 0.2), skin)
    canvas.shape(
        curve(
            (-0.21, -0.12),
            ((-0.1, -0.02), (0, -0.03)),
            ((0.1, -0.02), (0.21, -0.12)),
            ((0.24, 0.16), (0, 0.33)),
            ((-0.24, 0.16), (-0.21, -0.12)),
            closed=True,
        ),
        beard,
    )
    for side in (-1, 1):
        eye(canvas, side * 0.085, -0.09, 0.034)
        canvas.shape(
            curve(
                (0, -0.04), ((side * 0.06, -0.07), (side * 0.14, 0.0)), ((side * 0.05, 0.03), (0, -0.02)), closed=True
            ),
            beard,
            OUTLINE * 0.7,
        )
    canvas.flat(oval(0, -0.055, 0.065, 0.05), BLUSH)


def _pointed_hat(canvas: Canvas, colour: Colour, trim: Colour) -> None:
    canvas.shape(
        curve(
            (-0.25, -0.18),
            ((-0.12, -0.24), (-0.06, -0.4)),
            ((-0.02, -0.5), (0.12, -0.47)),
            ((0.1, -0.42), (0.1, -0.38)),
            ((0.13, -0.26), (0.25, -0.18)),
            ((0, -0.12), (-0.25, -0.18)),
            closed=True,
        ),
        colour,
    )
    canvas.shape(oval(0, -0.185, 0.66, 0.1), darker(colour, 0.14))
    canvas.flat(star(0.0, -0.31, 0.07), trim)


@subject("knight")
def knight(canvas: Canvas, colour: Colour) -> None:
    """A knight in a full suit of armour: a closed helmet with a plume, a sword lifted, a shield."""
    dark, warm = darker(colour, 0.22), colour[0] > 190 and colour[2] < 200
    accent = COLOURS["navy"] if warm else COLOURS["red"]
    for side in (-1, 1):
        canvas.shape(box(side * 0.1, 0.37, 0.13, 0.2, 0.03), dark)
        canvas.shape(box(side * 0.115, 0.445, 0.19, 0.08, 0.035), colour)
    canvas.shape(polygon((0.31, 0.1), (0.31, -0.38), (0.35, -0.47), (0.39, -0.38), (0.39, 0.1)), (214, 222, 232))
    canvas.shape(box(0.35, 0.1, 0.2, 0.05, 0.02), GLOW)
    canvas.shape(box(0.35, 0.16, 0.05, 0.1, 0.02), BARK)
    limb(canvas, (0.16, 0.06), (0.33, 0.16), 0.12, dark)
    canvas.shape(box(0, 0.17, 0.38, 0.33, 0.08), colour)
    canvas.stroke(line((-0.16, 0.29), (0.16, 0.29)), darker(colour, 0.5), 0.03)
    for side in (-1, 1):
        canvas.shape(disc(side * 0.18, 0.06, 0.08), lighter(colour, 0.25))
    _helmet(canvas, colour, accent)
    _shield(canvas, colour)


def _helmet(canvas: Canvas, colour: Colour, accent: Colour) -> None:
    canvas.shape(
        curve(
            (-0.02, -0.4),
            ((-0.14, -0.54), (-0.3, -0.43)),
            ((-0.38, -0.34), (-0.36, -0.18)),
            ((-0.26, -0.26), (-0.16, -0.26)),
            closed=True,
        ),
        accent,
    )
    canvas.shape(
        curve(
            (-0.2, -0.02),
            ((-0.25, -0.42), (0, -0.43)),
            ((0.25, -0.42), (0.2, -0.02)),
            ((0, 0.06), (-0.2, -0.02)),
            closed=True,
        ),
        colour,
    )
    canvas.shape(box(0, -0.18, 0.38, 0.1, 0.04), BLACK)
    for side in (-1, 1):
        canvas.flat(disc(side * 0.08, -0.18, 0.034), (255, 255, 255))
    canvas.stroke(line((0, -0.13), (0, 0.02)), darker(colour, 0.55), 0.03)
    for side in (-1, 1):
        canvas.stroke(line((side * 0.08, -0.07), (side * 0.08, -0.015)), darker(colour, 0.55), 0.028)


def _shield(canvas: Canvas, colour: Colour) -> None:
    shield = curve(
        (-0.42, 0.05),
        ((-0.26, 0.0), (-0.1, 0.05)),
        ((-0.08, 0.3), (-0.26, 0.4)),
        ((-0.44, 0.3), (-0.42, 0.05)),
        closed=True,
    )
    canvas.shape(shield, colour)
    with canvas.inside(shield):
        canvas.flat(box(-0.26, 0.2, 0.075, 0.5), contrast(colour))
        canvas.flat(box(-0.26, 0.16, 0.5, 0.075), contrast(colour))
    canvas.stroke(shield, darker(colour, 0.72), OUTLINE)


@person("princess")
def princess(canvas: Canvas, colour: Colour, holding: bool) -> None:
    """A princess in a wide gown, with long dark hair and a crown."""
    skin, hair = (206, 144, 100), (72, 42, 40)
    canvas.shape(
        curve(
            (-0.2, -0.2),
            ((-0.36, 0.0), (-0.26, 0.2)),
            ((0, 0.24), (0.26, 0.2)),
            ((0.36, 0.0), (0.2, -0.2)),
            closed=True,
        ),
        hair,
    )
    for hand in ((-0.28, 0.2), LIFTED if holding else (0.28, 0.2)):
        side = math.copysign(1, hand[0])
        limb(canvas, (side * 0.1, 0.06), hand, 0.085, skin)
    _gown(canvas, colour)
    _crowned_head(canvas, skin, hair)


def _gown(canvas: Canvas, colour: Colour) -> None:
    gown = curve(
        (-0.08, 0.12),
        ((-0.34, 0.16), (-0.44, 0.45)),
        ((0, 0.52), (0.44, 0.45)),
        ((0.34, 0.16), (0.08, 0.12)),
        closed=True,
    )
    canvas.shape(gown, colour)
    with canvas.inside(gown):
        for x in (-0.3, -0.1, 0.1, 0.3):
            canvas.shape(disc(x, 0.52 - abs(x) * 0.06, 0.115), contrast(colour), OUTLINE * 0.7)
    canvas.stroke(gown, darker(colour, 0.72), OUTLINE)
    canvas.shape(polygon((-0.11, 0.0), (0.11, 0.0), (0.08, 0.16), (-0.08, 0.16)), colour)
    for side in (-1, 1):
        canvas.shape(disc(side * 0.13, 0.05, 0.07), lighter(colour, 0.25))


def _crowned_head(canvas: Canvas, skin: Colour, hair: Colour) -> None:
    canvas.shape(disc(0, -0.18, 0.235), hair)
    canvas.shape(oval(0, -0.14, 0.4, 0.36), skin)
    canvas.shape(
        curve(
            (-0.215, -0.12),
            ((-0.22, -0.4), (0, -0.4)),
            ((0.22, -0.4), (0.215, -0.12)),
            ((0.18, -0.26), (0, -0.3)),
            ((-0.18, -0.26), (-0.215, -0.12)),
            closed=True,
        ),
        hair,
    )
    canvas.shape(
        polygon((-0.16, -0.31), (-0.19, -0.48), (-0.08, -0.4), (0, -0.5), (0.08, -0.4), (0.19, -0.48), (0.16, -0.31)),
        GLOW,
    )
    canvas.flat(disc(0, -0.365, 0.03), COLOURS["red"])
    face(canvas, -0.13)


@person("pirate")
def pirate(canvas: Canvas, colour: Colour, holding: bool) -> None:
    """A pirate with a two-cornered hat, an eye-patch, a beard and a wooden leg."""
    skin = (230, 172, 126)
    canvas.shape(box(-0.1, 0.38, 0.13, 0.16, 0.02), (84, 70, 84))
    canvas.shape(oval(-0.12, 0.445, 0.19, 0.085), BLACK)
    canvas.shape(polygon((0.04, 0.3), (0.16, 0.3), (0.125, 0.48), (0.075, 0.48)), BARK)
    arms(canvas, 0.1, holding, colour, skin)
    canvas.shape(box(0, 0.16, 0.3, 0.32, 0.04), (250, 246, 240))
    for side in (-1, 1):
        canvas.shape(
            polygon(
                (side * 0.2, 0.02), (side * 0.04, 0.02), (side * 0.09, 0.2), (side * 0.07, 0.38), (side * 0.25, 0.38)
            ),
            colour,
        )
    canvas.shape(box(0, 0.255, 0.34, 0.06), BLACK)
    canvas.shape(box(0, 0.255, 0.1, 0.09, 0.01), GLOW)
    _patched_head(canvas, skin)
    _skull_hat(canvas, colour)


def _patched_head(canvas: Canvas, skin: Colour) -> None:
    beard = (62, 40, 38)
    canvas.shape(oval(0, -0.13, 0.44, 0.38), skin)
    chin = curve(
        (-0.22, -0.12),
        ((-0.12, -0.03), (0, -0.06)),
        ((0.12, -0.03), (0.22, -0.12)),
        ((0.22, 0.12), (0, 0.14)),
        ((-0.22, 0.12), (-0.22, -0.12)),
        closed=True,
    )
    canvas.shape(chin, beard)
    canvas.flat(oval(0, 0.02, 0.11, 0.05), (250, 246, 240))
    eye(canvas, -0.09, -0.13, 0.036)
    canvas.stroke(line((-0.18, -0.24), (0.21, -0.1)), BLACK, 0.026)
    canvas.flat(oval(0.1, -0.135, 0.125, 0.115), BLACK)
    canvas.flat(oval(0, -0.08, 0.07, 0.055), (226, 128, 100))


def _skull_hat(canvas: Canvas, colour: Colour) -> None:
    hat = curve(
        (-0.38, -0.2),
        ((-0.31, -0.32), (-0.24, -0.36)),
        ((-0.14, -0.5), (0, -0.48)),
        ((0.14, -0.5), (0.24, -0.36)),
        ((0.31, -0.32), (0.38, -0.2)),
        ((0, -0.26), (-0.38, -0.2)),
        closed=True,
    )
    canvas.shape(hat, colour)
    with canvas.inside(hat):
        canvas.stroke(curve((-0.38, -0.2), ((0, -0.26), (0.38, -0.2))), contrast(colour), 0.06)
    canvas.stroke(hat, darker(colour, 0.72), OUTLINE)
    bone = contrast(colour)
    canvas.flat(oval(0, -0.365, 0.13, 0.11), bone)
    canvas.flat(box(0, -0.315, 0.07, 0.05, 0.01), bone)
    for side in (-1, 1):
        canvas.flat(disc(side * 0.03, -0.365, 0.02), darker(colour, 0.6))

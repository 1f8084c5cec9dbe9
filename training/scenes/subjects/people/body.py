"""What people have in common: limbs, a face, and the two poses."""

from __future__ import annotations

import math
from collections.abc import Callable

from ...canvas import Canvas, Point, box, disc, oval
from ...palette import BLUSH, Colour
from ..kit import HANDS, eye, smile, subject

LIFTED: Point = (0.47, 0.05)
"""Where the hand is that holds something."""

Person = Callable[[Canvas, Colour, bool], None]
"""Draws somebody in clothes of a colour; the last says whether the right hand is lifted to hold something."""


def person(name: str) -> Callable[[Person], Person]:
    """Register somebody in both poses, with where the hand is."""

    def register(somebody: Person) -> Person:
        HANDS[name] = LIFTED
        subject(name)(lambda canvas, colour: somebody(canvas, colour, False))
        subject(f"{name} holding")(lambda canvas, colour: somebody(canvas, colour, True))
        return somebody

    return register


def limb(canvas: Canvas, start: Point, end: Point, width: float, colour: Colour) -> None:
    """A round-ended arm or leg from one point to another."""
    across, down = end[0] - start[0], end[1] - start[1]
    turn = math.degrees(math.atan2(down, across))
    with canvas.placed((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, 1, turn):
        canvas.shape(box(0, 0, math.hypot(across, down) + width, width, width / 2), colour)


def _arm(canvas: Canvas, shoulder: Point, hand: Point, sleeve: Colour, skin: Colour) -> None:
    """A sleeve from the shoulder to shortly before the hand, and the hand."""
    far = math.dist(shoulder, hand)
    wrist = (hand[0] - (hand[0] - shoulder[0]) * 0.05 / far, hand[1] - (hand[1] - shoulder[1]) * 0.05 / far)
    canvas.shape(disc(*hand, 0.06), skin)
    limb(canvas, shoulder, (wrist[0] * 0.85 + shoulder[0] * 0.15, wrist[1] * 0.85 + shoulder[1] * 0.15), 0.11, sleeve)


def arms(canvas: Canvas, y: float, holding: bool, sleeve: Colour, skin: Colour) -> None:
    """Both arms from shoulders at a height: they hang, or the right one is lifted to hold something."""
    _arm(canvas, (-0.14, y), (-0.27, y + 0.2), sleeve, skin)
    _arm(canvas, (0.14, y), LIFTED if holding else (0.27, y + 0.2), sleeve, skin)


def legs(canvas: Canvas, apart: float, leg: Colour, shoe: Colour) -> None:
    for side in (-1, 1):
        canvas.shape(box(side * apart, 0.38, 0.1, 0.16, 0.02), leg)
        canvas.shape(oval(side * (apart + 0.02), 0.445, 0.17, 0.085), shoe)


def face(canvas: Canvas, y: float, wide: float = 0.1) -> None:
    """Eyes, cheeks and a smile; eyes at a height."""
    for side in (-1, 1):
        eye(canvas, side * wide, y, 0.036)
        canvas.flat(oval(side * wide * 1.45, y + 0.065, 0.08, 0.05), BLUSH, 0.75)
    smile(canvas, 0, y + 0.055, 0.11)

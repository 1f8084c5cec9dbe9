"""The colours of the world: the fourteen that captions name, and the tones that places and times are painted in."""

from __future__ import annotations

import random

Colour = tuple[int, int, int]
"""Red, green and blue, 0-255."""

COLOURS: dict[str, Colour] = {
    "red": (217, 52, 48),
    "orange": (245, 142, 38),
    "yellow": (252, 211, 62),
    "green": (72, 168, 84),
    "blue": (52, 112, 214),
    "purple": (138, 82, 190),
    "pink": (246, 140, 178),
    "white": (247, 244, 238),
    "black": (46, 42, 52),
    "brown": (134, 84, 48),
    "grey": (146, 148, 156),
    "teal": (26, 160, 160),
    "lime": (176, 222, 56),
    "navy": (34, 48, 116),
}
"""The colours a caption can name, as a subject wears them."""

INK: Colour = (52, 36, 58)
CREAM: Colour = (255, 246, 226)
BLACK: Colour = (34, 30, 42)
LEAF: Colour = (66, 146, 76)
BARK: Colour = (134, 88, 54)
GLOW: Colour = (255, 214, 104)
GLASS: Colour = (178, 222, 244)
STEEL: Colour = (150, 158, 176)
BLUSH: Colour = (250, 150, 150)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours; ``share`` is how much of the second."""
    return (
        round(first[0] + (second[0] - first[0]) * share),
        round(first[1] + (second[1] - first[1]) * share),
        round(first[2] + (second[2] - first[2]) * share),
    )


def lighter(colour: Colour, share: float) -> Colour:
    """The colour moved towards warm white."""
    return mix(colour, (255, 252, 244), share)


def darker(colour: Colour, share: float) -> Colour:
    """The colour moved towards ink."""
    return mix(colour, INK, share)


def vary(colour: Colour, rng: random.Random, amount: float = 6.0) -> Colour:
    """The colour with a small, even change in each part."""
    red, green, blue = (max(0, min(255, round(part + rng.uniform(-amount, amount)))) for part in colour)
    return (red, green, blue)

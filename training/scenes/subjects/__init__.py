"""The subjects: one small function each."""

from . import animals, buildings, food, people, plants, sea, shapes, space, things, vehicles
from .kit import HANDS, PAINTERS, Painter

__all__ = [
    "HANDS",
    "PAINTERS",
    "Painter",
    "animals",
    "buildings",
    "food",
    "people",
    "plants",
    "sea",
    "shapes",
    "space",
    "things",
    "vehicles",
]

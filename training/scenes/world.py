"""What there is in the world, as data: names, usual colours, sizes. Drawing is in ``subjects`` and ``places``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SubjectKind:
    """How a subject sits in a picture.

    ``usual`` are the colours, ``home`` the place, ``hour`` the time it has when a caption names none; ``size`` is the
    share of the frame that its longer side takes; ``middle`` is where its centre stands, as a share of the frame from
    the top; what ``floats`` has no shadow.
    """

    usual: tuple[str, ...]
    size: float
    middle: float
    floats: bool = False
    home: str = "meadow"
    hour: str = "day"


SUBJECTS: dict[str, SubjectKind] = {
    "robot": SubjectKind(("blue", "orange"), 0.64, 0.55),
    "flower": SubjectKind(("pink", "red"), 0.64, 0.56),
    "cat": SubjectKind(("orange", "white"), 0.60, 0.57),
    "castle": SubjectKind(("purple", "pink"), 0.62, 0.53),
    "house": SubjectKind(("red", "orange"), 0.55, 0.55),
    "tree": SubjectKind(("green",), 0.66, 0.52),
    "boat": SubjectKind(("red", "blue"), 0.60, 0.53, home="sea"),
    "moon": SubjectKind(("yellow",), 0.54, 0.40, floats=True, hour="night"),
    "car": SubjectKind(("red", "yellow"), 0.70, 0.64, home="city"),
    "rocket": SubjectKind(("white", "red"), 0.68, 0.48, floats=True),
    "fish": SubjectKind(("orange", "blue"), 0.68, 0.50, floats=True, home="sea"),
    "balloon": SubjectKind(("red", "yellow"), 0.70, 0.47, floats=True),
    "lighthouse": SubjectKind(("red",), 0.70, 0.49, home="sea"),
    "mushroom": SubjectKind(("red",), 0.54, 0.57),
}

HOLDERS: dict[str, float] = {"robot": 0.35, "cat": 0.2}
"""Subjects with a hand, and how often it holds something."""

HOLDABLE: dict[str, str] = {"flower": "pink", "balloon": "red"}
"""Things a hand can hold, and the colour they usually have."""

PLACES: tuple[str, ...] = ("meadow", "sea", "city", "snow")
TIMES: tuple[str, ...] = ("day", "sunset", "night")

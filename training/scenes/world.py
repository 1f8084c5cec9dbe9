"""What there is in the world, as data: names, usual colours, where a thing stands. Drawing is in the other modules.

:data:`WHOLE` is all of it. A recipe names the part of it that its model learns (:meth:`World.of`): the scenes, the
captions, the vocabulary and the scores of that model all follow.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class SubjectKind:
    """How a subject sits in a picture.

    ``usual`` are the colours, ``home`` the place, ``hour`` the time it has when a caption names none; ``size`` is the
    share of the frame's short side that its longer side takes when it is alone; what ``floats`` has its middle in
    the air and no shadow.
    """

    kind: str
    usual: tuple[str, ...]
    home: str = "meadow"
    hour: str = "day"
    size: float = 0.62
    floats: bool = False


@dataclass(frozen=True)
class PlaceKind:
    """A place: the times it is seen at (``times[0]`` where a caption names none and the subject's hour is not among
    them), where feet stand (``ground``, a share of the frame's height), and whether all things float there."""

    times: tuple[str, ...]
    ground: float = 0.86
    weightless: bool = False


@dataclass(frozen=True)
class Opening:
    """How a thing is inside another: where the inner one's middle is in the outer's frame (-0.5..0.5), its scale, and
    whether the outer's front hides its lower part (it is drawn after the inner one)."""

    x: float
    y: float
    scale: float
    behind: bool


SUBJECTS: dict[str, SubjectKind] = {
    # people: the colour is that of their clothes
    "girl": SubjectKind("person", ("red", "yellow")),
    "boy": SubjectKind("person", ("blue", "green")),
    "wizard": SubjectKind("person", ("purple", "blue")),
    "knight": SubjectKind("person", ("grey", "blue")),
    "princess": SubjectKind("person", ("pink", "purple")),
    "pirate": SubjectKind("person", ("red", "black"), home="beach"),
    "astronaut": SubjectKind("person", ("white", "orange"), home="space", hour="night"),
    "robot": SubjectKind("person", ("blue", "orange"), size=0.64),
    "snowman": SubjectKind("person", ("white",), home="snow"),
    # animals
    "cat": SubjectKind("animal", ("orange", "white"), size=0.6),
    "dog": SubjectKind("animal", ("brown", "white"), size=0.6),
    "fox": SubjectKind("animal", ("orange",), home="forest", size=0.6),
    "owl": SubjectKind("animal", ("brown", "purple"), home="forest", hour="night", size=0.58),
    "rabbit": SubjectKind("animal", ("white", "brown"), size=0.6),
    "bear": SubjectKind("animal", ("brown",), home="forest"),
    "bird": SubjectKind("animal", ("blue", "red"), size=0.54),
    "penguin": SubjectKind("animal", ("black", "blue"), home="snow", size=0.58),
    "duck": SubjectKind("animal", ("yellow",), size=0.54),
    "mouse": SubjectKind("animal", ("grey",), size=0.54),
    "frog": SubjectKind("animal", ("green",), size=0.54),
    "turtle": SubjectKind("animal", ("green",), home="beach", size=0.58),
    "elephant": SubjectKind("animal", ("grey", "blue"), size=0.66),
    "horse": SubjectKind("animal", ("brown", "white"), home="farm", size=0.66),
    "cow": SubjectKind("animal", ("white", "brown"), home="farm", size=0.64),
    "pig": SubjectKind("animal", ("pink",), home="farm", size=0.6),
    "sheep": SubjectKind("animal", ("white",), home="farm", size=0.58),
    "lion": SubjectKind("animal", ("yellow", "orange"), size=0.62),
    "dragon": SubjectKind("animal", ("green", "red"), home="mountain", size=0.68),
    "butterfly": SubjectKind("animal", ("orange", "blue"), home="garden", size=0.54, floats=True),
    # sea
    "fish": SubjectKind("sea", ("orange", "blue"), home="underwater", floats=True),
    "whale": SubjectKind("sea", ("blue", "grey"), home="sea", size=0.68, floats=True),
    "octopus": SubjectKind("sea", ("purple", "orange"), home="underwater", floats=True),
    "crab": SubjectKind("sea", ("red", "orange"), home="beach", size=0.56),
    # plants
    "flower": SubjectKind("plant", ("pink", "red"), home="garden", size=0.64),
    "sunflower": SubjectKind("plant", ("yellow",), home="garden", size=0.66),
    "tree": SubjectKind("plant", ("green",), size=0.66),
    "mushroom": SubjectKind("plant", ("red",), home="forest", size=0.54),
    "cactus": SubjectKind("plant", ("green",), home="desert", size=0.6),
    # buildings
    "house": SubjectKind("building", ("red", "orange"), size=0.58),
    "castle": SubjectKind("building", ("purple", "pink"), size=0.66),
    "lighthouse": SubjectKind("building", ("red",), home="sea", size=0.7),
    "skyscraper": SubjectKind("building", ("blue", "grey"), home="city", size=0.72),
    "windmill": SubjectKind("building", ("white", "red"), home="farm", size=0.68),
    "tent": SubjectKind("building", ("orange", "green"), home="forest", size=0.58),
    # vehicles
    "boat": SubjectKind("vehicle", ("red", "blue"), home="sea"),
    "car": SubjectKind("vehicle", ("red", "yellow"), home="city", size=0.68),
    "bus": SubjectKind("vehicle", ("yellow", "red"), home="city", size=0.68),
    "train": SubjectKind("vehicle", ("red", "green"), size=0.7),
    "airplane": SubjectKind("vehicle", ("white", "red"), size=0.68, floats=True),
    "rocket": SubjectKind("vehicle", ("white", "red"), home="space", hour="night", size=0.68, floats=True),
    "balloon": SubjectKind("vehicle", ("red", "yellow"), size=0.66, floats=True),
    # food
    "apple": SubjectKind("food", ("red", "green"), home="room", size=0.5),
    "cake": SubjectKind("food", ("pink", "white"), home="room", size=0.56),
    "cup": SubjectKind("food", ("blue", "white"), home="room", size=0.52),
    "icecream": SubjectKind("food", ("pink",), home="beach", size=0.6),
    # toys and things
    "ball": SubjectKind("thing", ("red", "blue"), size=0.46),
    "book": SubjectKind("thing", ("blue", "red"), home="room", size=0.56),
    "umbrella": SubjectKind("thing", ("red", "yellow"), hour="rain", size=0.62),
    "kite": SubjectKind("thing", ("red", "yellow"), size=0.62, floats=True),
    "gift": SubjectKind("thing", ("red", "green"), home="room", size=0.52),
    "crown": SubjectKind("thing", ("yellow",), home="room", size=0.52),
    "chair": SubjectKind("thing", ("brown", "red"), home="room", size=0.58),
    "lamp": SubjectKind("thing", ("yellow", "blue"), home="room", hour="night", size=0.58),
    # space
    "moon": SubjectKind("space", ("yellow",), hour="night", size=0.54, floats=True),
    "star": SubjectKind("space", ("yellow",), hour="night", size=0.54, floats=True),
    "planet": SubjectKind("space", ("orange", "blue"), home="space", hour="night", size=0.62, floats=True),
    "ufo": SubjectKind("space", ("grey", "green"), home="space", hour="night", size=0.62, floats=True),
    # plain geometry
    "circle": SubjectKind("shape", ("red", "blue"), home="plain", size=0.5, floats=True),
    "square": SubjectKind("shape", ("blue", "green"), home="plain", size=0.5, floats=True),
    "triangle": SubjectKind("shape", ("green", "yellow"), home="plain", size=0.54, floats=True),
    "heart": SubjectKind("shape", ("red", "pink"), home="plain", size=0.52, floats=True),
    "diamond": SubjectKind("shape", ("teal", "purple"), home="plain", size=0.52, floats=True),
}

_ALL_DAY = ("day", "sunset", "night", "dawn", "rain", "storm", "fog", "rainbow")

PLACES: dict[str, PlaceKind] = {
    "meadow": PlaceKind(_ALL_DAY),
    "forest": PlaceKind(_ALL_DAY),
    "sea": PlaceKind(_ALL_DAY),
    "city": PlaceKind(_ALL_DAY),
    "snow": PlaceKind(_ALL_DAY),
    "space": PlaceKind(("night",), weightless=True),
    "desert": PlaceKind(_ALL_DAY),
    "room": PlaceKind(_ALL_DAY),
    "farm": PlaceKind(_ALL_DAY),
    "beach": PlaceKind(_ALL_DAY),
    "mountain": PlaceKind(_ALL_DAY),
    "market": PlaceKind(_ALL_DAY),
    "garden": PlaceKind(_ALL_DAY),
    "underwater": PlaceKind(("day", "sunset", "night"), weightless=True),
    "plain": PlaceKind(("day",), weightless=True),
}
"""Fourteen places, and ``plain``: one flat pale tone, for geometry and for what is to be cut out."""

TIMES: tuple[str, ...] = _ALL_DAY

STYLES: dict[str, tuple[str, ...]] = {
    "flat": _ALL_DAY,
    "watercolour": _ALL_DAY,
    "neon": ("night",),
    "woodcut": _ALL_DAY,
    "pastel": _ALL_DAY,
    "pixel": _ALL_DAY,
}
"""Styles, the usual one first, and the times each can show."""

COUNTS: tuple[int, ...] = (1, 2, 3, 4)
POSITIONS: tuple[str, ...] = ("middle", "left", "right")
SIZES: tuple[str, ...] = ("medium", "small", "large")
RELATIONS: tuple[str, ...] = ("beside", "above", "left of", "inside", "on")
"""How a first figure stands to a second: "a cat left of a house"."""

HOLDERS: dict[str, float] = {
    "robot": 0.3,
    "girl": 0.25,
    "boy": 0.25,
    "wizard": 0.25,
    "astronaut": 0.25,
    "princess": 0.2,
    "pirate": 0.2,
    "cat": 0.15,
    "bear": 0.15,
    "rabbit": 0.15,
}
"""Subjects with a hand, and how often it holds something."""

HOLDABLE: dict[str, str] = {"flower": "pink", "balloon": "red", "book": "blue", "umbrella": "red", "star": "yellow"}
"""Things a hand can hold, and the colour they usually have."""

INSIDE: dict[str, Opening] = {
    "cup": Opening(-0.05, -0.3, 0.5, True),
    "boat": Opening(0.0, -0.02, 0.42, True),
    "house": Opening(0.0, 0.26, 0.3, False),
    "castle": Opening(0.0, 0.28, 0.26, False),
    "tent": Opening(0.0, 0.2, 0.36, False),
    "gift": Opening(0.0, -0.26, 0.5, True),
}
"""What a figure can be inside of."""

SUPPORTS: tuple[str, ...] = ("book", "house", "car", "bus", "mushroom", "elephant", "chair", "cake", "gift", "turtle")
"""What a figure can stand on."""


@dataclass(frozen=True)
class World:
    """A part of the world; the first of each list is what is usual."""

    subjects: tuple[str, ...]
    colours: tuple[str, ...]
    places: tuple[str, ...]
    times: tuple[str, ...]
    styles: tuple[str, ...] = ("flat",)
    counts: tuple[int, ...] = (1,)
    positions: tuple[str, ...] = ("middle",)
    sizes: tuple[str, ...] = ("medium",)
    relations: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    """The things that hands hold."""
    scenery: bool = True
    """Whether there are pictures of places alone."""

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> World:
        """The world of a recipe's table, whole where the table is silent. Raises ValueError on what is not there."""
        known = {entry.name: getattr(WHOLE, entry.name) for entry in fields(cls)}
        chosen: dict[str, Any] = {}
        for key, value in table.items():
            if key not in known:
                raise ValueError(f"world: no such part: {key}")
            if key != "scenery" and (strange := [part for part in value if part not in known[key]]):
                raise ValueError(f"world: no such {key}: {', '.join(map(str, strange))}")
            chosen[key] = value if key == "scenery" else tuple(value)
        return cls(**{**known, **chosen})

    def home(self, subject: str) -> str:
        """The place a subject has when a caption names none."""
        home = SUBJECTS[subject].home
        return home if home in self.places else _NEAR.get(home, self.places[0])

    def hour(self, subject: str | None, place: str) -> str:
        """The time a picture has when a caption names none."""
        hour = SUBJECTS[subject].hour if subject else "day"
        times = self.times_of(place)
        return hour if hour in times else times[0]

    def usual(self, subject: str) -> tuple[str, ...]:
        """The colours a subject has when a caption names none."""
        found = tuple(colour for colour in SUBJECTS[subject].usual if colour in self.colours)
        return found or self.colours[:1]

    def times_of(self, place: str, style: str = "flat") -> tuple[str, ...]:
        """The times at which a place can be seen in a style."""
        both = [time for time in PLACES[place].times if time in self.times and time in STYLES[style]]
        return tuple(both) or PLACES[place].times[:1]


_NEAR = {"underwater": "sea", "beach": "sea", "garden": "meadow", "forest": "meadow", "room": "plain"}
"""Where a subject is at home in a world without its own home."""


def held_out(subject: str, colour: str, place: str) -> bool:
    """Whether a subject in a colour in a place is kept from training, to be asked for afterwards: one in ten.

    What is usual is never held out: a short prompt leads there.
    """
    kind = SUBJECTS[subject]
    if colour in kind.usual and place in (kind.home, _NEAR.get(kind.home)):
        return False
    return zlib.crc32(f"{subject}|{colour}|{place}".encode()) % 10 == 0


def _whole() -> World:
    from .palette import COLOURS

    return World(
        subjects=tuple(SUBJECTS),
        colours=tuple(COLOURS),
        places=tuple(PLACES),
        times=TIMES,
        styles=tuple(STYLES),
        counts=COUNTS,
        positions=POSITIONS,
        sizes=SIZES,
        relations=RELATIONS,
        held=tuple(HOLDABLE),
    )


WHOLE = _whole()

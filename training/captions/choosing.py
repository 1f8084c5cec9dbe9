"""What will be said, and the scene for it.

A caption says only some things about its scene. What it leaves out then has its usual value (an orange cat in a
meadow by day), so that a short prompt leads to one kind of picture rather than to a mixture of all; that is why what
will be said is chosen first and the scene after it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from ..scenes.scene import Figure, Held, Relation, Scene
from ..scenes.world import (
    HOLDABLE,
    HOLDERS,
    INSIDE,
    PLACES,
    STYLES,
    SUBJECTS,
    SUPPORTS,
    World,
    held_out,
)

COLOUR, PLACE, TIME, OTHER_COLOUR, HELD_COLOUR, STYLE = 0.66, 0.56, 0.42, 0.6, 0.4, 0.06
"""How often a caption names them (the style: where it is the usual one)."""
USUAL = 0.8
"""How often something that is not named has its usual value."""
SCENERY, RELATED, SEVERAL, SIDE, SIZED, STYLED = 0.07, 0.14, 0.3, 0.25, 0.12, 0.32
"""How often there is no figure; of scenes with one, how often it has a relation, company of its kind, and a size;
how often a single one stands to a side; how often the style is not the usual one."""
SAID_MIDDLE, SAID_ONE = 0.07, 0.15
"""How often a single figure in the middle is said to be there, or to be single."""


@dataclass(frozen=True)
class Said:
    """What a caption mentions; what is not as usual in number, position, size or style it mentions in any case.

    ``exact`` captions count in numbers and have no words that nobody knows.
    """

    colour: bool = True
    place: bool = True
    time: bool = True
    style: bool = False
    number: bool = False
    position: bool = False
    held_colour: bool = True
    other_colour: bool = True
    exact: bool = False


INNER = {
    "cup": ("person", "animal", "sea", "food", "space"),
    "boat": ("person", "animal", "food"),
    "gift": ("person", "animal", "sea", "food", "thing", "space"),
    "house": ("person", "animal"),
    "castle": ("person", "animal"),
    "tent": ("person", "animal"),
}
"""The kinds of what can be inside."""
RIDERS = ("person", "animal", "food", "thing")
"""The kinds of what can be on something."""


@dataclass(frozen=True)
class Choices:
    """What of a world goes together, worked out once."""

    world: World
    partners: dict[str, dict[str, tuple[str, ...]]]
    """Subject, relation, others."""
    scenic: tuple[str, ...]
    kept: dict[str, tuple[tuple[str, str], ...]]
    """Subject, held-out pairs of a colour and a place."""
    styles: dict[str, tuple[str, ...]]
    """Place, styles that it can have besides the usual one."""

    @classmethod
    @lru_cache(maxsize=16)
    def of(cls, world: World) -> Choices:
        """The choices of a world."""
        pairs = list(product(world.colours, world.places))
        kept = {
            subject: tuple((colour, place) for colour, place in pairs if held_out(subject, colour, place))
            for subject in world.subjects
        }
        styles = {
            place: tuple(style for style in world.styles[1:] if set(PLACES[place].times) & set(STYLES[style]))
            for place in world.places
        }
        return cls(
            world=world,
            partners={subject: _partners(world, subject) for subject in world.subjects},
            scenic=tuple(place for place in world.places if place != "plain"),
            kept={subject: found for subject, found in kept.items() if found},
            styles=styles,
        )


def _partners(world: World, subject: str) -> dict[str, tuple[str, ...]]:
    kind, floats = SUBJECTS[subject].kind, SUBJECTS[subject].floats
    others = tuple(other for other in world.subjects if other != subject)
    found = {}
    for relation in world.relations:
        if relation == "inside":
            fitting = tuple(other for other in others if other in INSIDE and kind in INNER[other])
        elif relation == "on":
            fitting = tuple(other for other in others if other in SUPPORTS and kind in RIDERS and not floats)
        else:
            fitting = others
        if fitting:
            found[relation] = fitting
    return found


def scene(rng: random.Random, world: World, said: Said, *, kept: bool = False) -> Scene:
    """A scene that has its usual values, mostly, where nothing is said; ``kept`` ones are kept from training."""
    choices = Choices.of(world)
    if kept:
        return _kept(rng, choices, said)
    if choices.scenic and world.scenery and rng.random() < SCENERY:
        return _scenery(rng, choices, said)
    subject = rng.choice(world.subjects)
    colour, place = _apart(rng, world, subject, said)
    arrangement = _arrangement(rng, choices, subject)
    relation = None
    if arrangement == "relation":
        name = rng.choice(tuple(choices.partners[subject]))
        other = rng.choice(choices.partners[subject][name])
        relation = Relation(name, Figure(other, _other_colour(rng, world, other, place, said)))
    return _arranged(rng, choices, Figure(subject, colour), place, said, arrangement, relation)


def _kept(rng: random.Random, choices: Choices, said: Said) -> Scene:
    if not choices.kept:
        raise ValueError("world: nothing in it is kept from training")
    subject = rng.choice(tuple(choices.kept))
    colour, place = rng.choice(choices.kept[subject])
    arrangement = _arrangement(rng, choices, subject)
    arrangement = "" if arrangement == "relation" else arrangement
    return _arranged(rng, choices, Figure(subject, colour), place, said, arrangement, None)


def _scenery(rng: random.Random, choices: Choices, said: Said) -> Scene:
    place = rng.choice(choices.scenic)
    style = _style(rng, choices, place)
    time = _time(rng, choices.world, None, place, style, said=said.time or rng.random() < 0.3)
    return Scene(None, place, time, style, seed=rng.getrandbits(32))


def _arrangement(rng: random.Random, choices: Choices, subject: str) -> str:
    """Which of relation, several, left, right, small, large a scene has; none of them is the empty word."""
    world = choices.world
    related = RELATED if choices.partners[subject] else 0.0
    several = SEVERAL if len(world.counts) > 1 else 0.0
    sides = world.positions[1:]
    side = SIDE * (1 - related - several) if sides else 0.0
    sized = SIZED if len(world.sizes) > 1 else 0.0
    at = rng.random()
    if at < related:
        return "relation"
    if at < related + several:
        return "several"
    if at < related + several + side:
        return rng.choice(sides)
    if at < related + several + side + sized:
        return rng.choice(world.sizes[1:])
    return ""


def _arranged(
    rng: random.Random,
    choices: Choices,
    figure: Figure,
    place: str,
    said: Said,
    arrangement: str,
    relation: Relation | None,
) -> Scene:
    world = choices.world
    count = rng.choice(world.counts[1:]) if arrangement == "several" else 1
    size = arrangement if arrangement in world.sizes else "medium"
    held = None if relation else _held(rng, world, figure, place, said)
    style = _style(rng, choices, place)
    return Scene(
        Figure(figure.subject, figure.colour, size, held),
        place,
        _time(rng, world, figure.subject, place, style, said=said.time),
        style,
        count,
        arrangement if arrangement in ("left", "right") else "middle",
        relation,
        seed=rng.getrandbits(32),
    )


def _apart(rng: random.Random, world: World, subject: str, said: Said) -> tuple[str, str]:
    """A colour and a place for a subject that are not kept from training."""
    for _ in range(24):
        colour = rng.choice(world.colours if said.colour else world.usual(subject))
        place = rng.choice(world.places) if said.place or rng.random() >= USUAL else world.home(subject)
        if not held_out(subject, colour, place):
            return colour, place
    free = [pair for pair in product(world.colours, world.places) if not held_out(subject, *pair)]
    if not free:
        raise ValueError(f"world: every {subject} in it is kept from training; it needs more colours or places")
    return rng.choice(free)


def _other_colour(rng: random.Random, world: World, other: str, place: str, said: Said) -> str:
    among: Sequence[str] = world.colours if said.other_colour else world.usual(other)
    free = [colour for colour in among if not held_out(other, colour, place)]
    free = free or [colour for colour in world.colours if not held_out(other, colour, place)]
    if not free:
        raise ValueError(f"world: every {other} there is kept from training; it needs more colours")
    return rng.choice(free)


def _held(rng: random.Random, world: World, figure: Figure, place: str, said: Said) -> Held | None:
    if not world.held or rng.random() >= HOLDERS.get(figure.subject, 0.0):
        return None
    thing = rng.choice(world.held)
    usual = HOLDABLE[thing] if HOLDABLE[thing] in world.colours else world.colours[0]
    colour = rng.choice(world.colours) if said.held_colour else usual
    if held_out(thing, colour, place) and not held_out(figure.subject, figure.colour, place):
        return None  # training would see it; a scene that is kept from training may hold what it likes
    return Held(thing, colour)


def _style(rng: random.Random, choices: Choices, place: str) -> str:
    styles = choices.styles[place]
    return rng.choice(styles) if styles and rng.random() < STYLED else choices.world.styles[0]


def _time(rng: random.Random, world: World, subject: str | None, place: str, style: str, *, said: bool) -> str:
    times = world.times_of(place, style)
    if said or rng.random() >= USUAL:
        return rng.choice(times)
    hour = world.hour(subject, place)
    return hour if hour in times else times[0]

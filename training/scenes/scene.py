"""A scene is data: what is to be drawn."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .palette import COLOURS
from .world import HOLDABLE, HOLDERS, PLACES, SUBJECTS, TIMES


@dataclass(frozen=True)
class Held:
    """A thing in a subject's hand."""

    thing: str
    colour: str


@dataclass(frozen=True)
class Scene:
    """One picture to draw: what, in which colour, where, when, what it holds; ``seed`` sets the small differences."""

    subject: str
    colour: str
    place: str
    time: str
    held: Held | None = None
    seed: int = 0


def random_scene(rng: random.Random) -> Scene:
    """Any scene of the world, subjects evenly."""
    subject = rng.choice(list(SUBJECTS))
    held = None
    if rng.random() < HOLDERS.get(subject, 0.0):
        thing = rng.choice(list(HOLDABLE))
        held = Held(thing, rng.choice(list(COLOURS)) if rng.random() < 0.4 else HOLDABLE[thing])
    return Scene(subject, rng.choice(list(COLOURS)), rng.choice(PLACES), rng.choice(TIMES), held, rng.getrandbits(32))

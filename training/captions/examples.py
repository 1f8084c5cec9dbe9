"""Scenes with their captions, as training takes them."""

from __future__ import annotations

import random

from ..scenes.scene import Scene
from ..scenes.world import WHOLE, World
from . import choosing
from .choosing import Said
from .grammar import caption

_EXACT = Said(exact=True)


def example(rng: random.Random, world: World = WHOLE, *, held_out: bool = False) -> tuple[Scene, str]:
    """A random scene and a caption of it.

    ``held_out`` ones, and no others, have a figure that training never sees in its colour at its place. Their
    captions say all that can be scored: subject, colour, place, time, and what else is not as usual.
    """
    said = _EXACT if held_out else _said(rng)
    scene = choosing.scene(rng, world, said, kept=held_out)
    return scene, caption(scene, said, rng, world)


def _said(rng: random.Random) -> Said:
    chance = rng.random
    return Said(
        colour=chance() < choosing.COLOUR,
        place=chance() < choosing.PLACE,
        time=chance() < choosing.TIME,
        style=chance() < choosing.STYLE,
        number=chance() < choosing.SAID_ONE,
        position=chance() < choosing.SAID_MIDDLE,
        held_colour=chance() < choosing.HELD_COLOUR,
        other_colour=chance() < choosing.OTHER_COLOUR,
    )

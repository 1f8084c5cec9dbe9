"""Captions: what a person might have typed to get a scene.

A caption says only some things about its scene. What it leaves out then has its usual value (an orange cat in a
meadow by day), so that a short prompt leads to one kind of picture rather than to a mixture of all; :func:`example`
therefore chooses first what will be said and then the scene.
"""

from __future__ import annotations

import random
import re
import string
from dataclasses import dataclass

from . import words
from .scenes.palette import COLOURS
from .scenes.scene import Held, Scene
from .scenes.world import HOLDABLE, HOLDERS, PLACES, SUBJECTS, TIMES

COLOUR, PLACE, TIME = 0.66, 0.56, 0.42
"""How often a caption names them."""
USUAL = 0.8
"""How often something that is not named has its usual value."""
STRANGE = 0.05
"""How often a caption has a word nobody knows."""


@dataclass(frozen=True)
class Said:
    """What a caption mentions."""

    colour: bool
    place: bool
    time: bool
    held_colour: bool = False


def example(rng: random.Random) -> tuple[Scene, str]:
    """A random scene and a caption of it."""
    subject = rng.choice(list(SUBJECTS))
    kind = SUBJECTS[subject]
    said = Said(rng.random() < COLOUR, rng.random() < PLACE, rng.random() < TIME, rng.random() < 0.4)
    colour = rng.choice(list(COLOURS)) if said.colour else rng.choice(kind.usual)
    usual = rng.random() < USUAL
    place = rng.choice(PLACES) if said.place or not usual else kind.home
    usual = rng.random() < USUAL
    time = rng.choice(TIMES) if said.time or not usual else kind.hour
    held = None
    if rng.random() < HOLDERS.get(subject, 0.0):
        thing = rng.choice(list(HOLDABLE))
        held = Held(thing, rng.choice(list(COLOURS)) if said.held_colour else HOLDABLE[thing])
    scene = Scene(subject, colour, place, time, held, rng.getrandbits(32))
    return scene, caption(scene, said, rng)


def caption(scene: Scene, said: Said, rng: random.Random) -> str:
    """Words for a scene that mention what ``said`` says."""
    if rng.random() < 0.12:
        return _tags(scene, said, rng)
    text = _thing(scene.subject, scene.colour if said.colour else None, rng)
    if scene.held:
        held = _thing(scene.held.thing, scene.held.colour if said.held_colour else None, rng)
        text += f" {rng.choice(words.HOLDING)} {held}"
    elif rng.random() < 0.15:
        text += " " + rng.choice(words.VERBS[scene.subject])
    place = rng.choice(words.PLACE_PHRASES[scene.place]) if said.place else ""
    time = rng.choice(words.TIME_PHRASES[scene.time]) if said.time else ""
    opening = f"{rng.choice(words.OPENINGS)} " if rng.random() < 0.25 else ""
    order = rng.random()
    if order < 0.62 or not (place or time):
        parts = f"{opening}{text} {place} {time}"
    elif order < 0.78:
        parts = f"{opening}{text} {time} {place}"
    elif order < 0.9:
        parts = f"{time}, {opening}{text} {place}" if time else f"{place}, {opening}{text}"
    else:
        parts = f"{opening}{text}, {place}, {time}" if place and time else f"{opening}{text}, {place}{time}"
    if rng.random() < 0.14:
        parts += f", {rng.choice(words.CLOSINGS)}"
    return " ".join(parts.split()).replace(" ,", ",")


def _thing(subject: str, colour: str | None, rng: random.Random) -> str:
    nouns = words.NOUNS[subject]
    noun = nouns[0] if rng.random() < 0.8 else rng.choice(nouns)
    kind = [rng.choice(words.ADJECTIVES)] if rng.random() < 0.3 else []
    if rng.random() < STRANGE:
        kind.append("".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 8))))
    rest = [*kind, *([colour] if colour else []), noun]
    if kind and colour and rng.random() < 0.2:
        rest = [colour, *kind, noun]
    article = rng.choices(("a", "the", "", "one"), (0.72, 0.12, 0.13, 0.03))[0]
    if article == "a" and rest[0][0] in "aeiou":
        article = "an"
    return " ".join([article, *rest] if article else rest)


def _tags(scene: Scene, said: Said, rng: random.Random) -> str:
    tags = [f"{scene.colour} {words.NOUNS[scene.subject][0]}" if said.colour else words.NOUNS[scene.subject][0]]
    if scene.held:
        tags[0] += " holding " + (f"{scene.held.colour} " if said.held_colour else "") + scene.held.thing
    if said.place:
        tags.append(rng.choice(words.PLACE_TAGS[scene.place]))
    if said.time:
        tags.append(rng.choice(words.TIME_TAGS[scene.time]))
    if rng.random() < 0.2:
        tags.append(rng.choice(words.CLOSINGS))
    return (", " if rng.random() < 0.6 else " ").join(tags)


def vocabulary() -> list[str]:
    """Every word a caption can have, sorted (strange ones aside)."""
    said: list[str] = [*COLOURS, *words.ADJECTIVES, *words.HOLDING, *words.OPENINGS, *words.CLOSINGS]
    tables = (words.NOUNS, words.VERBS, words.PLACE_PHRASES, words.PLACE_TAGS, words.TIME_PHRASES, words.TIME_TAGS)
    for table in tables:
        for phrases in table.values():
            said.extend(phrases)
    said.extend(("a", "an", "the", "one", *SUBJECTS, *PLACES, *TIMES))
    return sorted({word for phrase in said for word in re.findall(r"[a-z]+", phrase)})

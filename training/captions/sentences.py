"""Prompts for the prompt writer to learn: each reads like a sentence, and each can be drawn."""

from __future__ import annotations

import random
import re

from ..scenes.scene import Scene
from ..scenes.world import WHOLE, World
from . import choosing, looks
from .choosing import Said
from .phrases import CAREFUL_OPENINGS, MOODS, american
from .wording import Pen

SHORTEST, LONGEST = 6, 24
"""How many words a prompt has."""
_SMALL = frozenset(
    ("a", "an", "and", "are", "as", "at", "by", "for", "in", "is", "it", "of", "on", "that", "the", "there", "with")
)
_WORD = re.compile(r"[a-z0-9]+")


def prompts(rng: random.Random, world: World = WHOLE) -> str:
    """One full prompt: who, in which colour, doing or holding what, where, when, and how it feels."""
    while True:
        said = _said(rng)
        scene = choosing.scene(rng, world, said)
        text = _joined(_written(Pen(rng, world, said, careful=True), scene))
        if _pleasant(text):
            break
    text = american(text) if rng.random() < 0.5 else text
    return text[0].upper() + text[1:] if rng.random() < 0.5 else text


def _said(rng: random.Random) -> Said:
    return Said(
        colour=rng.random() < 0.8,
        place=True,
        time=rng.random() < 0.8,
        style=rng.random() < 0.1,
        position=rng.random() < 0.03,
        held_colour=rng.random() < 0.7,
        other_colour=rng.random() < 0.6,
    )


def _pleasant(text: str) -> bool:
    """Neither short nor long, and no word twice but the small ones."""
    words = [word for word in _WORD.findall(text) if word not in _SMALL]
    known = {word.removesuffix("s") for word in words}
    return SHORTEST <= len(text.split()) <= LONGEST and len(known) == len(words)


def _joined(parts: list[str]) -> str:
    tidy = (" ".join(part.split()) for part in parts)
    return ", ".join(part for part in tidy if part)


def _written(pen: Pen, scene: Scene) -> list[str]:
    opening, style = _look(pen, scene)
    place, time = _where_and_when(pen, scene)
    if scene.figure is None:
        text, told = pen.scenery(scene.place, scene.time)
        parts = [f"{opening} {text} {'' if told else _when(pen, scene)}"]
    else:
        parts = _told(pen, scene, opening, place, time)
    mood = pen.one_of(MOODS) if pen.chance(0.55 if scene.figure is None else 0.25) else ""
    if style.startswith(("in ", "as ")) and pen.chance(0.5) and not mood:
        return [*parts[:-1], f"{parts[-1]} {style}"]
    return [*parts, style, mood]


def _told(pen: Pen, scene: Scene, opening: str, place: str, time: str) -> list[str]:
    """The figures with what they do, before, between or after where and when they are."""
    core, finite = _core(pen, scene, finite=not opening)
    way = pen.rng.random()
    if finite and way < 0.3 and not time.startswith("with "):
        return [time or place, f"{core} {place if time else ''}"]
    if finite and way < 0.5:
        return [place, f"{core} {time}"]
    if not opening and not finite and way < 0.15 and not core.startswith("the "):
        return [f"there {'are' if scene.count > 1 else 'is'} {core} {place} {time}"]
    if time and way > 0.85:
        return [f"{opening} {core} {place}", time]
    return [f"{opening} {core} {place} {time}"]


def _core(pen: Pen, scene: Scene, *, finite: bool) -> tuple[str, bool]:
    """The figures and what they do, and whether that is a whole sentence."""
    if scene.figure is None or scene.relation:
        return pen.related(scene), False
    text = pen.thing(scene.figure, colour=pen.said.colour, count=scene.count)
    finite = finite and pen.chance(0.4)
    are = (" are" if scene.count > 1 else " is") if finite else ""
    if scene.figure.held:
        held = pen.held(scene.figure.held, scene.count)
        finite = finite and held.startswith(("holding", "carrying", "reading"))
        text = f"{text}{are if finite else ''} {held}"
    elif finite or pen.chance(0.6):
        text = f"{text}{are} {pen.action(scene.figure.subject)}"
    if scene.position != "middle" or (pen.said.position and scene.count == 1 and len(pen.world.positions) > 1):
        text += f" {pen.side(scene.position)}"
    return text, finite


def _where_and_when(pen: Pen, scene: Scene) -> tuple[str, str]:
    if pen.said.time and pen.chance(0.2) and (both := pen.weathered(scene.place, scene.time)):
        return both, ""
    subject = scene.figure.subject if scene.figure else None
    return pen.place(scene.place, subject), _when(pen, scene)


def _when(pen: Pen, scene: Scene) -> str:
    """The time; a plain ground has none worth a word."""
    return pen.time(scene.time, scene.place) if pen.said.time and scene.place != "plain" else ""


def _look(pen: Pen, scene: Scene) -> tuple[str, str]:
    """How the prompt opens and in which style the picture is: a style that is not the usual one is in one of them."""
    if scene.style != "flat" or pen.said.style:
        if pen.chance(0.5):
            return pen.one_of([o for o in looks.STYLE_OPENINGS[scene.style] if o.startswith(("a ", "an "))]), ""
        return "", pen.one_of(looks.STYLE_PHRASES[scene.style])
    return (pen.one_of(CAREFUL_OPENINGS) if pen.chance(0.15) else ""), ""

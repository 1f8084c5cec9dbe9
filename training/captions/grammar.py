"""Whole captions: the parts in the orders in which people type them, or as tags."""

from __future__ import annotations

import random

from ..scenes.scene import Scene
from ..scenes.world import WHOLE, World
from . import looks, settings
from .choosing import Said
from .phrases import CLOSINGS, OPENINGS, american
from .subjects import PRAISE
from .wording import Pen

LONGEST = 26
"""How many words and commas a caption may have: thirty-two numbers hold them, pieces of an unknown word included."""
TAGGED, OPENED, CLOSED, ACTING = 0.12, 0.24, 0.16, 0.15
"""How often a caption is tags, has an opening, a closing, a verb."""


def caption(scene: Scene, said: Said, rng: random.Random, world: World = WHOLE) -> str:
    """Words for a scene that mention what ``said`` says; in a ``world`` of one size words of size are idle praise."""
    pen = Pen(rng, world, said)
    text = _text(pen, scene)
    for _ in range(6):
        if _length(text) <= LONGEST:
            break
        text = _text(pen, scene)
    text = american(text) if pen.chance(0.5) else text
    return _written(pen, text)


def _text(pen: Pen, scene: Scene) -> str:
    if pen.chance(TAGGED):
        return _tags(pen, scene)
    return _scenery(pen, scene) if scene.figure is None else _sentence(pen, scene)


def _length(text: str) -> int:
    return text.count(",") + text.count(" ") + 1


def _written(pen: Pen, text: str) -> str:
    way = pen.rng.random()
    text = text[0].upper() + text[1:] if way < 0.2 else text
    return f"{text}." if way < 0.07 or way > 0.97 else text


def _sentence(pen: Pen, scene: Scene) -> str:
    said = pen.said
    place, time = _where_and_when(pen, scene)
    opening = _opening(pen, scene)
    core = _core(pen, scene, opened=bool(opening))
    style = _style(pen, scene, opening)
    order = pen.rng.random()
    if order < 0.64 or not (place or time):
        parts = [f"{opening} {core} {place} {time}"]
    elif order < 0.78:
        parts = [f"{opening} {core} {time} {place}"]
    elif order < 0.88 and not opening:
        parts = [time, f"{core} {place}"] if time else [place, core]
    else:
        parts = [f"{opening} {core}", place, time]
    if style.startswith(("in ", "as ", "with ", "painted ", "carved ")) and pen.chance(0.6):
        parts[-1] = f"{parts[-1]} {style}"
    else:
        parts.append(style)
    if pen.chance(CLOSED) and not said.exact:
        parts.append(pen.one_of(CLOSINGS))
    return _joined(parts)


def _joined(parts: list[str], mark: str = ", ") -> str:
    tidy = (" ".join(part.split()) for part in parts)
    return mark.join(part for part in tidy if part)


def _where_and_when(pen: Pen, scene: Scene) -> tuple[str, str]:
    said = pen.said
    if said.place and said.time and pen.chance(0.15) and (both := pen.weathered(scene.place, scene.time)):
        return both, ""
    subject = scene.figure.subject if scene.figure else None
    place = pen.place(scene.place, subject) if said.place else ""
    return place, pen.time(scene.time, scene.place) if said.time else ""


def _opening(pen: Pen, scene: Scene) -> str:
    if (scene.style != "flat" or pen.said.style) and pen.chance(0.35):
        return pen.one_of(looks.STYLE_OPENINGS[scene.style])
    return pen.one_of(OPENINGS) if pen.chance(OPENED) else ""


def _style(pen: Pen, scene: Scene, opening: str) -> str:
    """The style, where it is to be said and the opening has not said it."""
    if opening in looks.STYLE_OPENINGS[scene.style] or (scene.style == "flat" and not pen.said.style):
        return ""
    return pen.one_of((looks.STYLE_PHRASES if pen.chance(0.5) else looks.STYLE_TAGS)[scene.style])


def _core(pen: Pen, scene: Scene, *, opened: bool) -> str:
    """The figure or figures, what they hold or do, on which side they are."""
    if scene.figure is None:
        return ""
    are = "are" if scene.count > 1 else "is"
    there = f"there {are} " if not opened and pen.chance(0.05) else ""
    if scene.relation:
        return there + pen.related(scene)
    text = pen.thing(scene.figure, colour=pen.said.colour, count=scene.count, number=pen.said.number)
    finite = False
    if scene.figure.held:
        text += f" {pen.held(scene.figure.held, scene.count)}"
    elif pen.chance(ACTING):
        finite = not opened and not there and pen.chance(0.35)
        text += f" {are} {pen.action(scene.figure.subject)}" if finite else f" {pen.action(scene.figure.subject)}"
    side = pen.side(scene.position) if _sided(pen, scene) else ""
    if side and not opened and not there and not finite and pen.chance(0.15):
        return f"{side}{pen.one_of(('', ',', ' there ' + are))} {text}"
    return f"{there}{text} {side}"


def _sided(pen: Pen, scene: Scene) -> bool:
    """Whether it is said on which side the figure is; of several the middle is never said."""
    if scene.figure is None or scene.relation or scene.count > 1 or len(pen.world.positions) == 1:
        return False
    return pen.said.position or scene.position != "middle"


def _scenery(pen: Pen, scene: Scene) -> str:
    text, told = pen.scenery(scene.place, scene.time)
    opening = _opening(pen, scene)
    time = pen.time(scene.time, scene.place) if pen.said.time and not told else ""
    parts = [time, text] if time and not opening and pen.chance(0.1) else [f"{opening} {text} {time}"]
    parts.append(_style(pen, scene, opening))
    if pen.chance(CLOSED) and not pen.said.exact:
        parts.append(pen.one_of(CLOSINGS))
    return _joined(parts)


def _tags(pen: Pen, scene: Scene) -> str:
    said = pen.said
    tags = _subject_tags(pen, scene)
    if said.place and scene.figure:
        tags.append(pen.one_of(settings.PLACE_TAGS[scene.place]))
    if said.time:
        tags.append(pen.one_of(settings.TIME_TAGS[scene.time]))
    if _sided(pen, scene):
        tags.append(pen.one_of(looks.POSITION_TAGS[scene.position]))
    if scene.style != "flat" or said.style:
        tags.insert(pen.rng.randint(1, len(tags)), pen.one_of(looks.STYLE_TAGS[scene.style]))
    if not said.exact:
        tags += pen.rng.sample(CLOSINGS, pen.rng.choices((0, 1, 2), (0.7, 0.2, 0.1))[0])
    return _joined(tags, ", " if said.exact or pen.chance(0.7) else " ")


def _subject_tags(pen: Pen, scene: Scene) -> list[str]:
    figure = scene.figure
    if figure is None:
        return [
            pen.scenery(scene.place, scene.time)[0] if pen.chance(0.4) else pen.one_of(settings.SCENERY[scene.place])
        ]
    if scene.relation:
        return [pen.related(scene)]
    if scene.count > 1:
        text = pen.thing(figure, colour=pen.said.colour, count=scene.count)
    else:
        words = [looks.EXACT[1][0]] if pen.said.number else []
        if figure.size != "medium":
            words.append(pen.one_of(looks.SIZES[figure.size]))
        if pen.chance(0.35):
            words.append(pen.one_of(PRAISE[: 3 if pen.chance(0.5) else None]))
        words += [pen.colour(figure.colour)] if pen.said.colour else []
        text = " ".join([*words, pen.noun(figure.subject)])
    if figure.held:
        text += f" {pen.held(figure.held, scene.count)}"
    return [text]

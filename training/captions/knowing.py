"""Every word that captions and prompts have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..scenes.world import HOLDERS, WHOLE, World
from . import looks, settings
from .phrases import CAREFUL_OPENINGS, CLOSINGS, MOODS, OPENINGS, american
from .subjects import ADJECTIVES, CASUAL, CLOTHES, NOUNS, PRAISE, plurals, verbs

_WORD = re.compile(r"[a-z0-9]+")
_UNNAMING = (
    "above among as at by clear dark during full high hour in light near of on out outer over pouring scene sets soft"
    " tall under view while with"
)
"""What stands in the names of places and times and names none."""
_BETWEEN = "a an the my is are that there each it wearing in with dressed and coloured 1 only just"


def vocabulary(world: World = WHOLE) -> list[str]:
    """Every word a caption of a world can have, sorted (strange ones aside): what a model of that world knows.

    The tokenizer is always made of the whole vocabulary, so that every recipe numbers the words alike.
    """
    said = [*_of_figures(world), *_of_scenes(world), *_of_looks(world), *_of_anything()]
    return sorted({word for phrase in said for text in (phrase, american(phrase)) for word in _WORD.findall(text)})


def naming(world: World = WHOLE) -> list[str]:
    """The words that name something to draw, sorted: a subject, what is held, a place, a time or a weather.

    A prompt without any of them, "a dancing" or "very beautiful", is no picture of anything.
    """
    named = [noun for subject in world.subjects for noun in NOUNS[subject]]
    named += world.held if any(subject in HOLDERS for subject in world.subjects) else ()
    heads = {head.split()[-1] for noun in named for head in (noun, *plurals(noun))}
    # What is said of a place or a time has its adjectives and small words too. "plain" alone is an empty sheet.
    around = [
        phrase
        for place in world.places
        if place != "plain"
        for table in (settings.PLACE_PHRASES, settings.PLACE_TAGS, settings.SWUM, settings.SCENERY)
        for phrase in table.get(place, ())
    ]
    for time in world.times:
        around += (*settings.TIME_TAGS[time], *settings.TIME_PHRASES[time], *settings.WEATHERS.get(time, ()))
    idle = [
        _BETWEEN,
        _UNNAMING,
        *settings.SCENIC,
        *PRAISE,
        *(word for words in ADJECTIVES.values() for word in words),
    ]
    idle += [name for colour in world.colours for name in (colour, *looks.COLOUR_NAMES[colour])]
    idle += [word for table in (settings.SCENIC_OWN, looks.SIZES) for words in table.values() for word in words]
    scenery = set(_WORD.findall(" ".join(around))) - set(_WORD.findall(" ".join(idle)))
    return sorted({word for text in heads | scenery for word in (text, american(text))} & set(vocabulary(world)))


def _of_figures(world: World) -> Iterator[str]:
    for subject in world.subjects:
        yield from NOUNS[subject]
        for noun in NOUNS[subject]:
            yield from plurals(noun)
        yield from verbs(subject)
        yield from CLOTHES.get(subject, ())
        for clothes in CLOTHES.get(subject, ()):
            yield from plurals(clothes)
    for thing in world.held if any(subject in HOLDERS for subject in world.subjects) else ():
        yield from (thing, *plurals(thing), *looks.HOLDING_ONE, *looks.HOLDING_OWN.get(thing, ()), "each holding")


def _of_scenes(world: World) -> Iterator[str]:
    for place in world.places:
        for table in (settings.PLACE_PHRASES, settings.PLACE_TAGS, settings.SWUM):
            yield from table.get(place, ())
        yield from (phrase.format("") for phrase in settings.WEATHERED.get(place, ()))
        yield settings.FLOWN.get(place, "")
        if world.scenery:
            yield from (*settings.SCENERY.get(place, ()), *settings.SCENIC_OWN.get(place, ()))
    inside = set(world.places) & set(settings.SKYLESS)
    outside = set(world.places) - inside
    for time in world.times:
        yield from (*settings.TIME_TAGS[time], *settings.WEATHERS.get(time, ()))
        yield from settings.TIME_PHRASES[time] if outside else ()
        yield from settings.QUIET_PHRASES[time] if inside else ()
    yield from settings.OVER
    yield from settings.SCENIC if world.scenery else ()


def _of_looks(world: World) -> Iterator[str]:
    for colour in world.colours:
        yield from (colour, *looks.COLOUR_NAMES[colour])
    for count in world.counts:
        yield from (*looks.NUMBERS[count], *looks.EXACT[count])
    yield from looks.MANY if max(world.counts) > 2 else ()
    for table, names in ((looks.POSITIONS, world.positions), (looks.POSITION_TAGS, world.positions)):
        for name in names if len(world.positions) > 1 else ():
            yield from table[name]
    for relation in world.relations:
        phrases = (*looks.RELATIONS[relation], *looks.CAREFUL_RELATIONS[relation])
        yield from (phrase.format(one="", two="") for phrase in phrases)
    yield from ("peeking out of",) if "inside" in world.relations else ()
    for style in world.styles:
        for styles in (looks.STYLE_PHRASES, looks.STYLE_TAGS, looks.STYLE_OPENINGS):
            yield from styles[style]


def _of_anything() -> Iterator[str]:
    yield from (*PRAISE, *CASUAL)
    # Careless people say any adjective of anything.
    for adjectives in ADJECTIVES.values():
        yield from adjectives
    # In a world of one size its words are praise; in another they mean something.
    for words in (*looks.SIZES.values(), OPENINGS, CAREFUL_OPENINGS, CLOSINGS, MOODS):
        yield from words
    yield _BETWEEN

"""A whole new prompt: a thing of a cast, what it does and where, then how it is made, lit and coloured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from limner.engines.contract import Capabilities
from limner.engines.words import words_of
from limner.prompts.styles import colours_for
from limner.prompts.writers.contract import Length
from limner.prompts.writers.wordlist import grammar
from limner.prompts.writers.wordlist.lists import Cast, Deck, World, read

# How often a prompt of each length has each part.
SHARES: dict[Length, dict[str, float]] = {
    "short": {"look": 0.65, "doing": 0.85, "place": 0.8, "time": 0.2, "media": 0.4},
    "medium": {
        "look": 0.55, "doing": 0.9, "place": 0.95, "time": 0.75, "media": 0.9, "light": 0.5, "palettes": 0.5,
        "moods": 0.3, "movements": 0.1, "views": 0.1,
    },
    "long": {
        "look": 0.65, "doing": 1, "place": 1, "time": 0.9, "details": 0.6, "media": 1, "light": 0.9, "palettes": 0.85,
        "moods": 0.7, "movements": 0.4, "views": 0.5,
    },
}  # fmt: skip
_COUNTS = (("two", 4), ("three", 3), ("four", 1), ("five", 1))
_MANY = 0.14
"""How often there is more than one of a thing that has a plural."""
_FRONT, _OF = 0.1, 0.15
"""How often the place comes first, and how often the medium does."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing with all that is said before it, and whether it is more than one."""

    text: str
    many: bool = False


def subject(cast: Cast, able: Capabilities, chance: Random, look: float) -> Subject:
    """A thing of that cast with its article or number, its look and its colour."""
    name = cast.things.pick(chance)
    one, _, several = name.removeprefix("~ ").partition(" | ")
    counts = _counts(able)
    many = bool(several and counts.phrases) and chance.random() < _MANY
    noun = dressed(several if many else one, cast, able, chance, look)
    if many:
        return Subject(f"{counts.pick(chance)} {noun}", many=True)
    if name.startswith("~ "):
        return Subject(noun, many=True)
    return Subject(noun if one.startswith("the ") else grammar.with_article(noun))


def dressed(noun: str, cast: Cast, able: Capabilities, chance: Random, look: float, colour: float = 0.7) -> str:
    """The noun behind a look, a colour, or both, where they suit it."""
    if noun.startswith(("the ", "ten ", "four ")):
        return noun
    bare, colours = noun, colours_for(able) if cast.painted else ()
    if colours and chance.random() < colour:
        noun = f"{colours[int(chance.random() * len(colours))]} {noun}"
    if cast.looks.phrases and chance.random() < look:
        picked = cast.looks.pick_where(lambda phrase: not grammar.repeats(bare, phrase), chance)
        noun = f"{picked} {noun}".strip()
    return noun


@lru_cache(maxsize=8)
def _counts(able: Capabilities) -> Deck:
    known = [(word, weight) for word, weight in _COUNTS if not able.unknown_words([word])]
    return Deck(tuple(word for word, _ in known), tuple(weight for _, weight in known))


def any_cast(world: World, chance: Random) -> Cast:
    """One of its casts, the larger ones more often."""
    deck = Deck(tuple(map(str, range(len(world.casts)))), tuple(cast.weight for cast in world.casts))
    return world.casts[int(deck.pick(chance))]


def new_prompt(world: World, able: Capabilities, length: Length, chance: Random) -> Iterator[str]:
    """The parts of a new prompt, each with what stands before it."""
    shares = SHARES[length]
    cast = any_cast(world, chance)
    who = subject(cast, able, chance, shares["look"])
    said = who.text
    doing = doing_for(cast, who.many, said, chance) if chance.random() < shares["doing"] else ""
    place = place_for(cast, f"{said} {doing}", chance) if not doing or chance.random() < shares["place"] else ""
    verb = " are " if who.many else " is "
    moving = doing.split(" ", 1)[0].endswith("ing") and not able.unknown_words([verb.strip()])
    if place and moving and chance.random() < _FRONT:
        clause = f"{place}, {said}{verb}{doing}"
    else:
        clause = " ".join(part for part in (said, doing, place) if part)
    if world.simple and chance.random() < shares["time"]:
        clause = f"{clause} {time_for(world, cast, clause, chance)}".rstrip()
    medium = medium_for(world, clause, shares["media"], chance)
    plain = medium and medium.of and not grammar.PREPOSITIONS & set(medium.text.split())
    if medium and plain and chance.random() < _OF and not (place and clause.startswith(place)):
        clause, medium = f"{grammar.with_article(medium.text)} of {clause}", Medium("", medium.kind, of=False)
    yield grammar.capital(clause)
    for tag in tags(world, cast, clause, medium, length, chance):
        yield f", {tag}"


@dataclass(frozen=True, slots=True)
class Medium:
    """What a picture is made with, its section of the list, and whether there is one "of" something."""

    text: str
    kind: str
    of: bool


def medium_for(world: World, said: str, share: float, chance: Random) -> Medium | None:
    """What it is made with, in that share of all prompts."""
    kinds = [(kind, deck) for kind, deck in world.tags["media"].items() if deck.phrases]
    if not kinds or chance.random() >= share:
        return None
    deck = Deck(tuple(kind for kind, _ in kinds), tuple(deck.totals[-1] for _, deck in kinds))
    kind = deck.pick(chance)
    text = world.tag("media", kind).pick_where(lambda phrase: not grammar.repeats(said, phrase), chance)
    return Medium(text.removeprefix("~ "), kind, bool(text) and not text.startswith("~ "))


def tags(world: World, cast: Cast, said: str, medium: Medium | None, length: Length, chance: Random) -> Iterator[str]:
    """What follows the sentence between commas, nothing twice and nothing against what is said."""
    return (phrase for _, phrase in named_tags(world, cast, said, medium, length, chance))


def named_tags(
    world: World, cast: Cast, said: str, medium: Medium | None, length: Length, chance: Random
) -> Iterator[tuple[str, str]]:
    """The same, each behind the name of its list."""
    shares, kind = SHARES[length], medium.kind if medium else ""
    detailed = chance.random() < shares.get("details", 0)
    if detailed and (phrase := _suiting(world.tag("details", cast.scene), said, chance)):
        phrase = phrase if " with " in said else f"with {phrase}"
        said += f", {phrase}"
        yield "details", phrase
    if medium and medium.text:
        said += f", {medium.text}"
        yield "media", medium.text
    for name in ("movements", "views", "light", "palettes", "moods"):
        wanted = chance.random() < shares.get(name, 0)
        if not wanted or _unfit(name, kind) or (name == "views" and cast.scene == "plain"):
            continue
        deck = world.tag(name, cast.scene if name == "light" else "any")
        if name == "views" and "photo" in kind:
            deck = world.tag(name, "photo")
        if phrase := _suiting(deck, said, chance):
            said += f", {phrase}"
            yield name, phrase


def _unfit(name: str, kind: str) -> bool:
    """A photograph or a thing made by hand is in no painter's manner; what has one colour has no palette."""
    without = {"movements": ("photo", "grey photo", "craft", "digital"), "palettes": ("one colour", "grey photo")}
    return kind in without.get(name, ())


def doing_for(cast: Cast, many: bool, said: str, chance: Random) -> str:
    return grammar.agreed(_suiting(cast.doings, said, chance), many=many)


def place_for(cast: Cast, said: str, chance: Random) -> str:
    def fits(phrase: str) -> bool:
        return _suits(said, phrase) and not grammar.opens_again(said, phrase)

    return cast.places.pick_where(fits, chance)


def time_for(world: World, cast: Cast, said: str, chance: Random) -> str:
    """When, for a world of simple sentences; empty where that is said, or where there is no sky."""
    told = any(word in _axes()[0] or word == "background" for word in words_of(said))
    return "" if told else _suiting(world.tag("times", cast.scene), said, chance)


def _suiting(deck: Deck, said: str, chance: Random) -> str:
    return deck.pick_where(lambda phrase: _suits(said, phrase), chance)


def _suits(said: str, phrase: str) -> bool:
    return not grammar.repeats(said, phrase) and not grammar.clashes(said, phrase, _axes())


@lru_cache(maxsize=1)
def _axes() -> tuple[dict[str, frozenset[str]], ...]:
    """For each axis the groups of each of its words."""
    axes = []
    for section in read("clashes"):
        words = {word for line in section.says.values() for word in line.split()}
        groups = section.says.items()
        axes.append({word: frozenset(name for name, line in groups if word in line.split()) for word in words})
    return tuple(axes)

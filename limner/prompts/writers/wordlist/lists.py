"""The lists in `lists/`, read once when the first prompt is asked for.

A file has sections "[name]". A section may say properties ("scene: outdoor"), and has one phrase a line, under
"things:", "looks:", "doings:" and "places:" where it is a cast. "phrase *3" is chosen three times as often;
"fox | foxes" is a thing and more of it, "~ ten kinds of clouds" one that takes no article; "holding {a book|books}"
agrees with the thing.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random

from limner.engines.contract import Capabilities
from limner.engines.words import words_of
from limner.prompts.writers.wordlist.grammar import agreed

_LISTS = Path(__file__).parent / "lists"
THEMES: tuple[str, ...] = (
    "fairy-tale", "science", "history", "nature", "city", "still-life", "classroom", "country-life",
)  # fmt: skip
"""What a prompt can be about: a file of casts each."""
_WIDER = {"wild": "outdoor", "sea": "outdoor", "day": "outdoor", "schoolroom": "indoor"}


@dataclass(frozen=True, eq=False)
class Deck:
    """Phrases to choose from, each as often as its weight says."""

    phrases: tuple[str, ...] = ()
    weights: tuple[int, ...] = ()
    totals: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "totals", tuple(accumulate(self.weights)))

    def pick(self, chance: Random) -> str:
        """One of them. Only `random()` is asked for: its numbers are the same in every version of Python."""
        return self.phrases[bisect(self.totals, chance.random() * self.totals[-1])]

    def pick_where(self, fits: Callable[[str], bool], chance: Random, tries: int = 8) -> str:
        """One of them that fits; empty where none was found in a few tries."""
        picked = (self.pick(chance) for _ in range(tries if self.phrases else 0))
        return next((phrase for phrase in picked if fits(phrase)), "")

    def only(self, fits: Callable[[str], bool]) -> Deck:
        kept = [pair for pair in zip(self.phrases, self.weights, strict=True) if fits(pair[0])]
        return Deck(tuple(phrase for phrase, _ in kept), tuple(weight for _, weight in kept))


@dataclass(frozen=True, eq=False)
class Section:
    """One section of a file: its properties and its decks; phrases under no heading are in the deck ""."""

    name: str
    says: dict[str, str]
    decks: dict[str, Deck]

    def deck(self, name: str = "") -> Deck:
        return self.decks.get(name, Deck())


@dataclass(frozen=True, eq=False)
class Cast:
    """Things of one kind, how they look, what they do and where: any of them suits any other."""

    name: str
    scene: str
    """Where it is, for the light that may fall there: a section of `light.txt`."""
    painted: bool
    """Whether a colour suits the things."""
    weight: int
    things: Deck
    looks: Deck
    doings: Deck
    places: Deck


@dataclass(frozen=True, eq=False)
class World:
    """All that one kind of prompt is made of. The decks but the casts' are by scene; "any" suits all."""

    casts: tuple[Cast, ...]
    everyday: tuple[Cast, ...]
    """Those of its things that a small child names, too."""
    tags: dict[str, dict[str, Deck]]
    simple: bool
    """Whether it has simple sentences only, for a model of few words."""

    def tag(self, kind: str, scene: str = "any") -> Deck:
        """The phrases of that kind for a scene, or for the wider one that it is part of."""
        decks = self.tags.get(kind, {})
        return decks.get(scene) or decks.get(_WIDER.get(scene, "any")) or Deck()


@lru_cache(maxsize=64)
def world_for(theme: str, vocabulary: frozenset[str] | None) -> World:
    """What prompts of this theme ("": all) are made of for a model of that vocabulary."""
    casts = tuple(cast for cast, themes in _simple_casts() if not theme or theme in themes)
    if vocabulary is None:
        sections = [section for name in ([theme] if theme else THEMES) for section in read(f"themes/{name}")]
        kinds = ("light", "moods", "media", "movements", "palettes", "views", "details")
        tags = {kind: {section.name: section.deck() for section in read(kind)} for kind in kinds}
        return World(tuple(_cast(section) for section in sections), casts, tags, simple=False)
    knows = _knows(vocabulary)
    known = tuple(_known_cast(cast, knows) for cast in casts)
    tags = {
        kind: {section.name: section.deck().only(knows) for section in read(f"simple/{kind}")}
        for kind in ("times", "moods", "media")
    }
    if not any(cast.things.phrases for cast in known) and theme:
        return world_for("", vocabulary)
    some = tuple(cast for cast in known if cast.things.phrases) or (_last_resort(vocabulary),)
    return World(some, some, tags, simple=True)


def vocabulary_of(able: Capabilities, only_known: bool) -> frozenset[str] | None:
    return able.vocabulary if only_known else None


def simple_casts() -> tuple[Cast, ...]:
    """The everyday things: what a beginning may name that no theme has."""
    return tuple(cast for cast, _ in _simple_casts())


@lru_cache(maxsize=1)
def _simple_casts() -> tuple[tuple[Cast, frozenset[str]], ...]:
    sections = read("simple/things")
    return tuple((_cast(section), frozenset(section.says["themes"].split())) for section in sections)


def _knows(vocabulary: frozenset[str]) -> Callable[[str], bool]:
    able = Capabilities(frozenset(), (), (), vocabulary=vocabulary)
    return lambda phrase: (
        not able.unknown_words(words_of(f"{agreed(phrase, many=False)} {agreed(phrase, many=True)}"))
    )


def _known_cast(cast: Cast, knows: Callable[[str], bool]) -> Cast:
    decks = (cast.things, cast.looks, cast.doings, cast.places)
    return Cast(cast.name, cast.scene, cast.painted, cast.weight, *(deck.only(knows) for deck in decks))


def _last_resort(vocabulary: frozenset[str]) -> Cast:
    """For a model of words that are none of ours: each of its words is a thing."""
    words = tuple(sorted(vocabulary)) or ("picture",)
    return Cast("words", "plain", False, 1, Deck(words, (1,) * len(words)), Deck(), Deck(), Deck())


def _cast(section: Section) -> Cast:
    things, looks, doings, places = (section.deck(name) for name in ("things", "looks", "doings", "places"))
    says = section.says
    weight = int(says.get("weight", len(things.phrases)))
    return Cast(section.name, says["scene"], "colours" in says, weight, things, looks, doings, places)


@lru_cache(maxsize=64)
def read(name: str) -> tuple[Section, ...]:
    """The sections of one file."""
    lines = (line.strip() for line in (_LISTS / f"{name}.txt").read_text("utf-8").splitlines())
    return tuple(_sections(line for line in lines if line and not line.startswith("#")))


def _sections(lines: Iterable[str]) -> Iterator[Section]:
    name, heading = "", ""
    says: dict[str, str] = {}
    found: dict[str, list[tuple[str, int]]] = {}
    for line in [*lines, "[end]"]:
        if line.startswith("["):
            if name:
                decks = {head: Deck(*zip(*rows, strict=True)) for head, rows in found.items() if rows}
                yield Section(name, says, decks)
            name, heading, says, found = line[1:-1], "", {}, {}
        elif line.endswith(":"):
            heading = line[:-1]
        elif ": " in line:
            key, _, value = line.partition(": ")
            says[key] = value
        else:
            phrase, _, weight = line.partition(" *")
            found.setdefault(heading, []).append((phrase, int(weight or 1)))

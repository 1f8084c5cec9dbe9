"""Prompts out of lists of words: a thing, what it does, where and when. Only what the model knows is said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from limner.engines.contract import Capabilities
from limner.engines.words import words_of
from limner.prompts.styles import colours_for
from limner.prompts.writers.contract import PromptOrder


@dataclass(frozen=True, slots=True)
class Kind:
    """Things of one kind, how they look and what they do."""

    names: tuple[str, ...]
    looks: tuple[str, ...]
    doings: tuple[str, ...]
    painted: bool = True
    """Whether a colour suits it."""


_LISTS = (
    Kind(
        ("cat", "dog", "fox", "rabbit", "owl", "penguin", "bird", "kitten", "puppy", "robot", "bear", "dragon"),
        ("friendly", "sleepy", "curious", "brave", "shy", "happy", "clever", "proud", "cute", "gentle", "young"),
        ("smiling", "sleeping", "dancing", "singing", "waiting", "holding a flower", "holding a balloon", "walking"),
    ),
    Kind(
        ("fish", "whale", "sea turtle"),
        ("shy", "curious", "playful", "happy", "gentle", "giant", "lovely"),
        ("swimming", "blowing bubbles", "drifting along", "smiling", "leaping over a wave"),
    ),
    Kind(
        ("flower", "tree", "mushroom", "cactus"),
        ("tall", "tiny", "magical", "lovely", "old", "whimsical", "little"),
        ("growing", "blooming", "swaying in the wind", "glowing softly"),
    ),
    Kind(
        ("house", "castle", "lighthouse", "skyscraper", "cottage", "tower", "windmill"),
        ("old", "quiet", "tall", "charming", "cosy", "enchanted", "little", "mysterious"),
        ("glowing", "shining", "standing on a hill", "with lights in every window"),
    ),
    Kind(("boat", "sailboat", "ship"), ("small", "old", "fast", "pretty", "brave"), ("sailing", "drifting along")),
    Kind(("car", "train", "locomotive", "bicycle"), ("fast", "shiny", "little", "old", "new"), ("speeding along",)),
    Kind(("rocket", "spaceship", "balloon", "airship"), ("shiny", "giant", "little", "new"), ("flying", "floating")),
    Kind(("moon",), ("sleepy", "big", "gentle", "crescent"), ("shining", "smiling", "watching"), painted=False),
    Kind(("book", "cup", "teacup", "umbrella", "lantern"), ("old", "little", "colourful", "magical", "tiny"), ()),
)
_PLACES = (
    "in a meadow", "in a forest", "in the woods", "by the sea", "on the coast", "in the city", "in a quiet park",
    "in the snow", "in a winter wonderland", "in an enchanted forest", "in space", "among the stars", "on a hill",
    "in the countryside", "near the water", "on a plain background", "in an old library", "above the clouds",
)  # fmt: skip
_TIMES = (
    "by day", "at sunset", "at night", "in the rain", "on a rainy day", "on a sunny day", "in the moonlight",
    "at twilight", "under the stars", "in the evening", "at midnight", "on a misty morning",
)  # fmt: skip
_MOODS = (
    "watercolour painting", "flat illustration", "in watercolour", "in storybook style", "full of joy",
    "with a dreamy mood", "warm and cosy", "simple and beautiful", "ink drawing", "in soft colours",
)  # fmt: skip
_ARTICLES = frozenset(("a", "an", "the", "one", "my"))
_EMPTY = frozenset(words_of(" ".join((*_PLACES, *_TIMES)))) & frozenset(
    (
        "in",
        "a",
        "an",
        "the",
        "by",
        "on",
        "at",
        "of",
        "and",
        "above",
        "near",
        "under",
        "among",
        "old",
        "quiet",
        "plain",
    )
)
"""Words of places and times that name none."""


class WordList:
    """Composes prompts; nothing is loaded."""

    def write(self, order: PromptOrder) -> Iterator[str]:
        text = _continued(order, Random(order.seed))  # noqa: S311 (a game, no secret)
        room = order.capabilities.max_prompt - len(order.beginning)
        for piece in re.findall(r"\s*\S+", text):
            room -= len(piece)
            if room < 0:
                return
            yield piece


def _continued(order: PromptOrder, chance: Random) -> str:
    able, said = order.capabilities, words_of(order.beginning)
    kinds = [known for kind in _LISTS if (known := _known_kind(kind, able)).names]
    if not kinds:  # a model of words that are none of ours
        kinds = [Kind(tuple(sorted(able.vocabulary or ())) or ("picture",), (), ())]
    named = next((kind for kind in kinds for word in said if word.removesuffix("s") in kind.names), None)
    if named is None:
        # Things, not kinds, have the same chance each.
        named = chance.choices(kinds, [len(kind.names) for kind in kinds])[0]
        begun = _thing(named, said, able, chance)
    else:
        begun = ""
    parts = [begun] if begun else []
    if named.doings and (begun or said[-1].removesuffix("s") in named.names) and chance.random() < 0.5:
        parts.append(chance.choice(named.doings))
    parts += _around(said, able, chance)
    if not parts:
        parts = _one_of(_known(_MOODS, able), chance)
    return _joined(order.beginning, said, " ".join(parts), able)


def _thing(kind: Kind, said: Sequence[str], able: Capabilities, chance: Random) -> str:
    """A thing of that kind with its article, unless the beginning waits for no more than the thing: "a small red"."""
    colours = colours_for(able)
    open_end = bool(said) and _waits(said[-1], able)
    words = [chance.choice(kind.names)]
    if kind.painted and colours and not set(colours) & set(said[-3:]) and chance.random() < 0.8:
        words.insert(0, chance.choice(colours))
    if kind.looks and not (open_end and said[-1] not in _ARTICLES) and chance.random() < 0.7:
        words.insert(0, chance.choice(kind.looks))
    if not open_end:
        words.insert(0, "an" if words[0][0] in "aeiou" else "a")
    return " ".join(words)


def _waits(last: str, able: Capabilities) -> bool:
    looks = {look for kind in _LISTS for look in kind.looks}
    return last in _ARTICLES or last in looks or last in colours_for(able)


def _around(said: Sequence[str], able: Capabilities, chance: Random) -> list[str]:
    """Where and when, each unless the beginning has said it."""
    parts: list[str] = []
    for phrases, share in ((_PLACES, 0.85), (_TIMES, 0.75)):
        if (set(words_of(" ".join(phrases))) - _EMPTY) & set(said):
            continue
        if chance.random() < share:
            parts += _one_of(_known(phrases, able), chance)
    return parts


def _one_of(phrases: Sequence[str], chance: Random) -> list[str]:
    return [chance.choice(phrases)] if phrases else []


def _joined(beginning: str, said: Sequence[str], text: str, able: Capabilities) -> str:
    """`text` with what stands between it and the beginning."""
    if not said:
        return text[:1].upper() + text[1:] if not beginning.strip() else f" {text}"
    if beginning[-1].isspace():
        return text
    closed = beginning[-1] in ",;:" or _waits(said[-1], able) or not text.startswith(("a ", "an "))
    return f" {text}" if closed else f", {text}"


def _known_kind(kind: Kind, able: Capabilities) -> Kind:
    return replace(
        kind,
        names=tuple(_known(kind.names, able)),
        looks=tuple(_known(kind.looks, able)),
        doings=tuple(_known(kind.doings, able)),
    )


def _known(phrases: Iterable[str], able: Capabilities) -> list[str]:
    return [phrase for phrase in phrases if not able.unknown_words(words_of(phrase))]

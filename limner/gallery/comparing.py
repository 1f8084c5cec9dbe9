"""Two pictures side by side: which words came and went, and which settings changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext

from limner.gallery.models import Picture

MOST_WORDS = 2000
"""Of each prompt: what comes after them is not compared."""
# Spaces are begun with only where they begin: tried from each of them, a long run at the end takes the square of it.
_WORD = re.compile(r"(?<!\s)(\s*)(\w+(?:['’]\w+)*|[^\w\s])")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stayed, came or went."""

    kind: str
    """"same", "added" or "removed"."""
    text: str

    @property
    def space(self) -> str:
        """The space before the words: it is not marked."""
        return self.text[: len(self.text) - len(self.text.lstrip())]

    @property
    def words(self) -> str:
        return self.text.lstrip()


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that is another now."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    words: list[Piece]
    avoided: list[Piece]
    """The words of the negative prompts."""
    settings: list[Change]
    cut: bool
    """Some of the words are beyond what is compared."""

    @property
    def same_words(self) -> bool:
        return all(piece.kind == "same" for piece in self.words + self.avoided)


def compare(before: Picture, after: Picture) -> Comparison:
    """What is different in `after`."""
    old, new = _words(before.prompt), _words(after.prompt)
    old_avoided, new_avoided = _words(before.negative_prompt), _words(after.negative_prompt)
    return Comparison(
        words=list(_compared(old, new)),
        avoided=list(_compared(old_avoided, new_avoided)),
        settings=list(_changes(before, after)),
        cut=any(len(words) > MOST_WORDS for words in (old, new, old_avoided, new_avoided)),
    )


def _compared(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> Iterator[Piece]:
    """The words of both texts in their order: those that stayed, and where they differ what went before what came."""
    old, new = old[:MOST_WORDS], new[:MOST_WORDS]
    matcher = SequenceMatcher(None, [word for _, word in old], [word for _, word in new])
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            pairs = zip(old[i1:i2], new[j1:j2], strict=True)
            yield Piece("same", "".join((theirs or ours) + word for (ours, _), (theirs, word) in pairs))
            continue
        if i1 < i2:
            yield Piece("removed", "".join(map("".join, old[i1:i2])))
        if j1 < j2:
            yield Piece("added", "".join(map("".join, new[j1:j2])))


def _words(text: str) -> list[tuple[str, str]]:
    """Words and signs, each with the space before it, which is not compared."""
    return _WORD.findall(text)


def _changes(before: Picture, after: Picture) -> Iterator[Change]:
    pairs = {
        gettext("Model"): (before.model, after.model),
        gettext("Size"): (f"{before.width} × {before.height}", f"{after.width} × {after.height}"),
        gettext("Seed"): (before.seed, after.seed),
        gettext("Steps"): (before.parameters.get("steps"), after.parameters.get("steps")),
        gettext("Guidance"): (before.parameters.get("guidance"), after.parameters.get("guidance")),
        gettext("Strength"): (before.parameters.get("strength"), after.parameters.get("strength")),
    }
    for name, (old, new) in pairs.items():
        if old != new:
            none = gettext("none")
            yield Change(name, none if old is None else old, none if new is None else new)

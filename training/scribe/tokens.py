"""Scribe's tokenizer: GPT-2's kind of byte pair encoding, grown so that every known word is one token.

A word is one token together with the space before it (a text is read as if it began with a space), a mark without
one. Pairs are merged, the most frequent first, until each of them is whole; applied in that order the merges give
every known word back as one token, and an unknown word as pieces. The network writes nothing but ``whole`` tokens:
so what it writes is always known words with right spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ..tokens import LETTERS, Pair, grown, merged

END = "<|endoftext|>"
"""Stands before every text and after it, as in GPT-2."""
_PIECES = re.compile(r"'(?:s|t|re|ve|m|ll|d)| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")


def pieces_of(text: str) -> list[str]:
    """What GPT-2 cuts a text into before any merge: words and marks, each with the space before it."""
    return _PIECES.findall(text.lower() if text.startswith(" ") or not text else f" {text.lower()}")


def spelled(piece: str) -> tuple[str, ...]:
    """A piece as the letters of its bytes."""
    return tuple(LETTERS[value] for value in piece.encode())


@dataclass(frozen=True)
class Tokenizer:
    """Texts to numbers: ``pieces`` are the words and marks it was made of, ``whole`` their tokens; ``merges`` are in
    order of rank."""

    pieces: tuple[str, ...]
    merges: tuple[Pair, ...]
    ids: dict[str, int]
    whole: frozenset[int]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Tokenizer:
        """A tokenizer in which every piece of these texts is one token."""
        return cls.made_of({piece for text in texts for piece in pieces_of(text)})

    @classmethod
    def made_of(cls, pieces: Iterable[str]) -> Tokenizer:
        """A tokenizer in which each of these pieces is one token."""
        pieces = tuple(sorted(pieces))
        merges, symbols = grown({piece: spelled(piece) for piece in pieces})
        tokens = dict.fromkeys([END, *LETTERS.values(), *(first + second for first, second in merges)])
        ids = {token: number for number, token in enumerate(tokens)}
        whole = frozenset([ids[END], *(ids[token] for (token,) in symbols.values())])
        return cls(pieces, merges, ids, whole)

    @property
    def end(self) -> int:
        """The number that stands before a text and after it."""
        return self.ids[END]

    def encode(self, text: str) -> list[int]:
        """The numbers of a text, without its ends."""
        return [self.ids[token] for piece in pieces_of(text) for token in _tokens(self, piece)]

    def __hash__(self) -> int:
        return hash(self.merges)


@lru_cache(maxsize=8192)
def _tokens(tokenizer: Tokenizer, piece: str) -> tuple[str, ...]:
    return merged(spelled(piece), tokenizer.merges)

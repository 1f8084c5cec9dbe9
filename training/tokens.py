"""The tokenizer: CLIP's kind of byte pair encoding, grown so that every known word is one token.

Pairs are merged, the most frequent first, over the vocabulary until each word is whole; applied in that order the
merges give every known word back as one token, and an unknown word as pieces.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

START, END = "<|startoftext|>", "<|endoftext|>"
LENGTH = 77
_PIECES = re.compile(r"[a-z]+|[0-9]|[^\sa-z0-9]+")

Pair = tuple[str, str]


def _byte_letters() -> dict[int, str]:
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [value for value in range(256) if value not in plain]
    return {value: chr(value) for value in plain} | {value: chr(256 + n) for n, value in enumerate(rest)}


LETTERS = _byte_letters()
"""The printable letter that stands for a byte, as GPT-2 and CLIP have them, in their order."""


def join(symbols: tuple[str, ...], pair: Pair) -> tuple[str, ...]:
    """The symbols with each such pair of neighbours made one."""
    joined: list[str] = []
    index = 0
    while index < len(symbols):
        if symbols[index : index + 2] == pair:
            joined.append(pair[0] + pair[1])
            index += 2
        else:
            joined.append(symbols[index])
            index += 1
    return tuple(joined)


def grown(spelled: dict[str, tuple[str, ...]]) -> tuple[tuple[Pair, ...], dict[str, tuple[str, ...]]]:
    """The merges that make every spelled word whole, the most frequent pair first, and the words after them."""
    merges: list[Pair] = []
    while pairs := Counter(pair for symbols in spelled.values() for pair in pairwise(symbols)):
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        spelled = {word: join(symbols, best) for word, symbols in spelled.items()}
    return tuple(merges), spelled


def merged(symbols: tuple[str, ...], merges: tuple[Pair, ...]) -> tuple[str, ...]:
    """The symbols after the merges, made in order of rank."""
    ranks = _ranks(merges)
    while len(symbols) > 1:
        best = min(pairwise(symbols), key=lambda pair: ranks.get(pair, len(ranks)))
        if best not in ranks:
            break
        symbols = join(symbols, best)
    return symbols


@lru_cache(maxsize=8)
def _ranks(merges: tuple[Pair, ...]) -> dict[Pair, int]:
    return {pair: rank for rank, pair in enumerate(merges)}


def _letters(word: str) -> tuple[str, ...]:
    return (*word[:-1], word[-1] + "</w>")


@dataclass(frozen=True)
class Tokenizer:
    """Words to numbers. ``merges`` are in order of rank; ``ids`` numbers every token."""

    merges: tuple[Pair, ...]
    ids: dict[str, int]

    @classmethod
    def of(cls, words: Iterable[str]) -> Tokenizer:
        """A tokenizer in which each of these lower-case words is one token."""
        merges, _ = grown({word: _letters(word) for word in sorted(set(words))})
        letters = LETTERS.values()
        tokens = [*letters, *(f"{letter}</w>" for letter in letters), *(first + second for first, second in merges)]
        tokens += [START, END]
        return cls(merges, {token: number for number, token in enumerate(tokens)})

    @property
    def start(self) -> int:
        """The number that begins every text."""
        return self.ids[START]

    @property
    def end(self) -> int:
        """The number that ends every text and fills it up."""
        return self.ids[END]

    def pieces(self, word: str) -> tuple[str, ...]:
        """The tokens of one lower-case word."""
        return _pieces(self, word)

    def encode(self, text: str, length: int = LENGTH) -> list[int]:
        """The numbers of a text: start, tokens, end, filled up with ends to ``length``."""
        tokens = [self.ids[piece] for word in _PIECES.findall(text.lower()) for piece in self.pieces(word)]
        numbers = [self.start, *tokens[: length - 2], self.end]
        return numbers + [self.end] * (length - len(numbers))

    def __hash__(self) -> int:
        return hash(self.merges)


@lru_cache(maxsize=4096)
def _pieces(tokenizer: Tokenizer, word: str) -> tuple[str, ...]:
    return merged(_letters(word) if word.isascii() else (), tokenizer.merges)

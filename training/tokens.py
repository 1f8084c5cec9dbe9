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


def byte_letters() -> list[str]:
    """The 256 printable letters that stand for bytes, in byte order of CLIP's table."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(value) for value in plain]
    letters += [chr(256 + count) for count in range(256 - len(plain))]
    return letters


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
        spelled = {word: _letters(word) for word in sorted(set(words))}
        merges: list[Pair] = []
        while True:
            pairs = Counter(pair for symbols in spelled.values() for pair in pairwise(symbols))
            if not pairs:
                break
            best = max(pairs, key=lambda pair: (pairs[pair], pair))
            merges.append(best)
            spelled = {word: join(symbols, best) for word, symbols in spelled.items()}
        letters = byte_letters()
        tokens = [*letters, *(f"{letter}</w>" for letter in letters), *(first + second for first, second in merges)]
        tokens += [START, END]
        return cls(tuple(merges), {token: number for number, token in enumerate(tokens)})

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
    ranks = _ranks(tokenizer)
    symbols = _letters(word) if word.isascii() else ()
    while len(symbols) > 1:
        best = min(pairwise(symbols), key=lambda pair: ranks.get(pair, len(ranks)))
        if best not in ranks:
            break
        symbols = join(symbols, best)
    return symbols


@lru_cache(maxsize=4)
def _ranks(tokenizer: Tokenizer) -> dict[Pair, int]:
    return {pair: rank for rank, pair in enumerate(tokenizer.merges)}

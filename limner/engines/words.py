"""The words of a prompt, as every part of Limner counts them: lower case, no punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

# Letters and digits of any script; an apostrophe only inside a word ("don't"), so that quotes fall away.
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


_MARKS = ",.;:!?"
_WORD_OR_MARK = re.compile(rf"{_WORD.pattern}|[{_MARKS}]")


def words_of(prompt: str) -> list[str]:
    """The words of `prompt` in order, lower case.

    >>> words_of("A friendly Robot, holding a FLOWER!")
    ['a', 'friendly', 'robot', 'holding', 'a', 'flower']
    """
    return _WORD.findall(_plain(prompt))


def known_part(prompt: str, vocabulary: Container[str]) -> str:
    """`prompt` with only the words in `vocabulary`, for a model to which any other word is noise.

    Marks stay where a known word stands before them.

    >>> known_part("A scary red robot 🤖, in Paris!", {"a", "red", "robot", "in"})
    'a red robot, in!'
    """
    kept: list[str] = []
    for piece in _WORD_OR_MARK.findall(_plain(prompt)):
        if piece in vocabulary:
            kept.append(piece)
        elif kept and piece in _MARKS and kept[-1][-1] not in _MARKS:
            kept[-1] += piece
    return " ".join(kept)


def _plain(prompt: str) -> str:
    return unicodedata.normalize("NFKC", prompt).replace("’", "'").lower()

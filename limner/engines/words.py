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


def known_as(word: str, vocabulary: Container[str]) -> str | None:
    """What a model with `vocabulary` knows `word` as: itself, or its singular. None: it does not know it.

    >>> known_as("boxes", {"box"}), known_as("cats", {"cat"}), known_as("dogs", {"cat"})
    ('box', 'cat', None)
    """
    forms = (word, word.removesuffix("'s"), word.removesuffix("s"), word.removesuffix("es"))
    return next((form for form in forms if form in vocabulary), None)


def known_part(prompt: str, vocabulary: Container[str]) -> str:
    """`prompt` with only the words in `vocabulary`, for a model to which any other word is noise.

    Marks stay where a known word stands before them.

    >>> known_part("A scary red robot 🤖 with flowers, in Paris!", {"a", "red", "robot", "with", "flower", "in"})
    'a red robot with flower, in!'
    """
    kept: list[str] = []
    for piece in _WORD_OR_MARK.findall(_plain(prompt)):
        known = known_as(piece, vocabulary)
        if known is not None:
            kept.append(known)
        elif kept and piece in _MARKS and kept[-1][-1] not in _MARKS:
            kept[-1] += piece
    return " ".join(kept)


def beyond(prompt: str, vocabulary: Container[str], most: int) -> str:
    """What a model that reads `most` words and marks does not get to of a prompt, as far as it knows it.

    >>> beyond("A red, very scary robot with flowers", {"a", "red", "robot", "with", "flower"}, 5)
    'flower'
    """
    pieces = _WORD_OR_MARK.findall(known_part(prompt, vocabulary))
    return " ".join(piece for piece in pieces[most:] if piece not in _MARKS)


def _plain(prompt: str) -> str:
    return unicodedata.normalize("NFKC", prompt).replace("’", "'").lower()

"""Small rules of English: a or an, one or many, and what does not go together."""

from __future__ import annotations

import re
from collections.abc import Iterable

from limner.engines.words import words_of

_VOWEL = re.compile(r"[aeiou8]|1[18]\b|hour|honest|honou?r|heir")
_NO_VOWEL = re.compile(r"uni(?!n|m|d)|u[bkt]|us[aeu]|ur[ai]|eu|ew|one\b|once|o?ui")
_CHOICE = re.compile(r"\{([^|}]*)\|([^}]*)\}")
PREPOSITIONS = frozenset(
    words_of(
        """
        about above across after against along among around at before behind below beneath beside between beyond by
        down for from in inside into like near next of off on onto outside over past through to towards under up upon
        with within without
        """
    )
)
ARTICLES = frozenset(("a", "an", "the", "one", "my", "our", "your", "his", "her", "its", "their", "this", "that"))
NUMBERS = ("two", "three", "four", "five", "six", "seven", "many", "several", "some", "few", "these", "those")
_SMALL = PREPOSITIONS | ARTICLES | {"and", "full", "each", "other", "is", "are", "soft", "style"}


def with_article(noun: str) -> str:
    """`noun` with "a" or "an" before it, by its sound.

    >>> [with_article(noun) for noun in ("owl", "unicorn", "hour", "European", "one-eyed cat", "8-bit fox")]
    ['an owl', 'a unicorn', 'an hour', 'a European', 'a one-eyed cat', 'an 8-bit fox']
    """
    return f"{'an' if sounds_vowel(noun) else 'a'} {noun}"


def sounds_vowel(word: str) -> bool:
    """Whether it is said with a vowel first."""
    low = word.lower()
    return bool(_VOWEL.match(low)) and not _NO_VOWEL.match(low)


def agreed(phrase: str, *, many: bool) -> str:
    """`phrase` as it is said of one thing, or of many.

    >>> agreed("carrying {a lantern|lanterns}", many=True)
    'carrying lanterns'
    """
    return _CHOICE.sub(r"\2" if many else r"\1", phrase)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def repeats(text: str, phrase: str) -> bool:
    """Whether `phrase` says a word of weight that `text` has said, in one form or another."""
    return bool(_roots(text) & _roots(phrase))


def opens_again(text: str, phrase: str) -> bool:
    """Whether `phrase` begins with a preposition that `text` has: "on a log on a hill"."""
    first = phrase.split(" ", 1)[0]
    return first in PREPOSITIONS and first in words_of(text)


def _roots(text: str) -> set[str]:
    return {_root(word) for word in words_of(text) if word not in _SMALL}


def _root(word: str) -> str:
    for ending in ("'s", "ing", "ed", "es", "s", "y", "e"):
        if len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
    return word


def clashes(text: str, phrase: str, axes: Iterable[dict[str, frozenset[str]]]) -> bool:
    """Whether `phrase` names a time or a sky that cannot be that of `text`: snow on a summer's day. An axis is the
    groups of each word."""
    said, more = words_of(text), words_of(phrase)
    for axis in axes:
        before, after = _groups(said, axis), _groups(more, axis)
        if before and after and not before & after:
            return True
    return False


def _groups(words: list[str], axis: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*(axis[word] for word in words if word in axis))

"""The words of a prompt, as every part of Limner counts them: lower case, no punctuation."""

from __future__ import annotations

import re
import unicodedata

# Letters and digits of any script; an apostrophe only inside a word ("don't"), so that quotes fall away.
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words_of(prompt: str) -> list[str]:
    """The words of `prompt` in order, lower case.

    >>> words_of("A friendly Robot, holding a FLOWER!")
    ['a', 'friendly', 'robot', 'holding', 'a', 'flower']
    """
    plain = unicodedata.normalize("NFKC", prompt).replace("’", "'").lower()
    return _WORD.findall(plain)

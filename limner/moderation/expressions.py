"""The operator's regular expressions, none of which may take so long that one prompt stops the studio.

Python's `re` goes back as often as an expression lets it and cannot be told to stop; the library that can (`regex`)
is no part of a plain installation. So an expression is measured when it is saved: the ways in which it could match
a window of text, multiplied up from its parts, stay below a bound, and a prompt is searched window by window.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from limner.errors import InvalidRequest, say
from limner.moderation.words import alike, folded

# Python's own reader of expressions, under the name that 3.11 gave it.
_parser: Any = re._parser  # type: ignore[attr-defined]

LONGEST = 1000
"""Letters of an expression."""
WINDOW = 1000
"""Letters of a prompt that are searched at a time."""
SEAM = 250
"""Letters that two windows share: what is longer than this may be missed where one ends."""
MOST_WAYS = 1100
"""Ways for an expression to match from one place. One `*` over a window is a thousand, two are a million."""

_PLAIN = {"LITERAL", "NOT_LITERAL", "ANY", "IN", "AT", "RANGE", "CATEGORY", "NEGATE", "FAILURE"}
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}


def checked(expression: str) -> str:
    """The expression, where it is one and stays quick. Raises InvalidRequest."""
    if not expression.strip() or len(expression) > LONGEST:
        raise InvalidRequest(say("An expression has between 1 and {most} letters.", most=LONGEST), param="pattern")
    try:
        empty = re.compile(expression, re.IGNORECASE).search("") is not None
        ways = _ways(_parser.parse(expression, re.IGNORECASE))
    except (re.error, RecursionError, OverflowError) as error:
        raise InvalidRequest(
            say("This is not a regular expression: {why}.", why=str(error)[:200]), param="pattern"
        ) from None
    if empty:
        raise InvalidRequest(say("This expression finds something in every prompt, even in none."), param="pattern")
    if ways > MOST_WAYS:
        raise InvalidRequest(
            say(
                "This expression could take too long for some prompts. Use * or + once only, never one inside "
                "another, and give the others a bound, such as {{0,20}}."
            ),
            param="pattern",
        )
    return expression


def found_in(text: str, expression: str) -> str | None:
    """What the expression finds in `text` as it is written, without case and accents, or as it looks; else None."""
    rule = _compiled(expression)
    for read in dict.fromkeys((text, folded(text), alike(text))):
        for window in _windows(read):
            if (found := rule.search(window)) is not None:
                return found.group()
    return None


@lru_cache(maxsize=256)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def _windows(text: str) -> Iterator[str]:
    for begin in range(0, max(1, len(text) - SEAM), WINDOW - SEAM):
        yield text[begin : begin + WINDOW]


def _ways(parts: Any) -> int:
    """How many ways there are, at most, to match these parts one after the other."""
    ways = 1
    for op, value in parts:
        ways = min(ways * _ways_of(str(op), value), MOST_WAYS + 1)
    return ways


def _ways_of(op: str, value: Any) -> int:
    if op in _PLAIN:
        return 1
    if op in _REPEATS:
        least, most, inner = value
        most = min(int(most), WINDOW)
        each = _ways(inner)
        chosen: int = max(1, most - min(int(least), most) + 1)
        # Each turn chooses anew: with two ways inside, twelve turns are four thousand.
        return chosen if each == 1 else min(chosen * each ** min(most, 32), MOST_WAYS + 1)
    if op == "BRANCH":
        return sum(_ways(branch) for branch in value[1])
    if op == "SUBPATTERN":
        return _ways(value[-1])
    if op == "ATOMIC_GROUP":
        return _ways(value)
    if op in ("ASSERT", "ASSERT_NOT"):
        return _ways(value[1])
    if op == "GROUPREF_EXISTS":
        return _ways(value[1]) + (_ways(value[2]) if value[2] else 1)
    return MOST_WAYS + 1  # a group that is referred to, or what a later Python brings

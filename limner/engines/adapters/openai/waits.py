"""How long an upstream asks us to wait, wherever it says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 3600.0
"""Seconds. Asking once an hour is polite enough, whatever the answer said."""

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(milliseconds?|ms|hours?|h|minutes?|min|m|seconds?|secs?|s)(?![a-z])", re.I)
_WORDS = re.compile(rf"(?:try again|retry)\D{{0,20}}?((?:{_SPAN.pattern}[\s,and]*)+)", re.I)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def wait_of(headers: Mapping[str, str], message: str, now: datetime | None = None) -> float | None:
    """Seconds: of the headers, else of the words of `message`; None where neither says."""
    for found in (
        _number(headers.get("retry-after-ms"), 0.001),
        _number(headers.get("retry-after"), 1.0),
        _until(headers.get("retry-after"), now or datetime.now(UTC)),
        _of_limits(headers),
        _span(words[1]) if (words := _WORDS.search(message)) else None,
    ):
        if found is not None:
            return min(max(found, 0.0), LONGEST)
    return None


def _number(text: str | None, unit: float) -> float | None:
    try:
        found = float(text or "") * unit
    except ValueError:
        return None
    return found if found == found else None  # "nan" is a number only by name


def _until(text: str | None, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - now.timestamp()


def _of_limits(headers: Mapping[str, str]) -> float | None:
    """When the limit that is used up is new again: OpenAI has one each for requests, tokens and images."""
    waits = []
    for kind in ("requests", "tokens", "images", "input-images"):
        if _number(headers.get(f"x-ratelimit-remaining-{kind}"), 1.0) == 0:
            text = headers.get(f"x-ratelimit-reset-{kind}")
            found = _number(text, 1.0)
            waits.append(_span(text or "") if found is None else found)
    known = [wait for wait in waits if wait is not None]
    return max(known, default=None)


def _span(text: str) -> float | None:
    """`6m0s`, `1.5s`, `250ms`, `20 seconds`."""
    found = _SPAN.findall(text)
    return sum(float(number) * _unit(unit.lower()) for number, unit in found) if found else None


def _unit(word: str) -> float:
    if word.startswith(("ms", "milli")):
        return _SECONDS["ms"]
    return _SECONDS[word[0]]

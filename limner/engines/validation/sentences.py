"""OpenAI's own sentences for values that are wrong, and how they quote them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from limner.engines.validation.asked import File
from limner.errors import InvalidRequest, say


def wrong_type(param: str, expected: str, value: object) -> InvalidRequest:
    """OpenAI's sentence for a value of the wrong type."""
    return InvalidRequest(
        say(
            "Invalid type for '{param}': expected {expected}, but got {got} instead.",
            param=param,
            expected=expected,
            got=type_name(value),
        ),
        param=param,
        code="invalid_type",
    )


def unsupported_value(param: str, value: str, choices: Sequence[str]) -> InvalidRequest:
    """OpenAI's sentence for a value that is not among the allowed ones."""
    return InvalidRequest(
        say("Invalid value: '{value}'. Supported values are: {values}.", value=short(value), values=all_of(choices)),
        param=param,
    )


def type_name(value: object) -> str:
    """A JSON type in OpenAI's words."""
    if value is None:
        return "null"
    names: tuple[tuple[type, str], ...] = (
        (bool, say("a boolean")),
        (int, say("an integer")),
        (float, say("a decimal number")),
        (str, say("a string")),
        (list, say("an array")),
        (dict, say("an object")),
        (File, say("a file")),
    )
    return next((name for kind, name in names if isinstance(value, kind)), say("an unknown value"))


def show(value: float) -> str:
    """A number for a sentence. Python refuses to write integers of more than 4300 digits, so a huge one is told."""
    if isinstance(value, int) and value.bit_length() > 128:
        return say("an integer of about {digits} digits", digits=int(value.bit_length() * math.log10(2)) + 1)
    return f"{value:g}" if isinstance(value, float) else str(value)


def short(text: str, length: int = 100) -> str:
    # What a caller sent is quoted back: never all of a megabyte, never a character that JSON or a log cannot carry.
    cut = text if len(text) <= length else text[:length] + "…"
    return cut.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def all_of(choices: Sequence[str]) -> str:
    several, last = _but_the_last(choices)
    if len(choices) < 3:
        return say("{one} and {other}", one=several, other=last) if several else last
    return say("{several}, and {last}", several=several, last=last)


def one_of(choices: Sequence[str]) -> str:
    several, last = _but_the_last(choices)
    if len(choices) < 3:
        return say("{one} or {other}", one=several, other=last) if several else last
    return say("{several}, or {last}", several=several, last=last)


def _but_the_last(choices: Sequence[str]) -> tuple[str, str]:
    quoted = [f"'{choice}'" for choice in choices]
    return ", ".join(quoted[:-1]), "".join(quoted[-1:])

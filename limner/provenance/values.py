"""Single values out of a stranger's JSON, of whatever type they are there."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from limner.provenance.xmp import MAX_PACKET, printable

MOST_LETTERS = 40_000
"""Of one text."""


def json_of(text: str) -> dict[str, Any]:
    """The object that a text says; an empty one where it is none, or too much."""
    if len(text) > MAX_PACKET:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def part(found: Any, name: str) -> dict[str, Any]:
    """An object inside an object; an empty one where there is none."""
    inner = found.get(name) if isinstance(found, dict) else None
    return inner if isinstance(inner, dict) else {}


def words(value: Any) -> str:
    """A text without control characters; "" for anything else."""
    return printable(value[:MOST_LETTERS]).strip() if isinstance(value, str) else ""


def whole(value: Any) -> int | None:
    """An integer, also where it is written as a text or a float. None where no generator could take it."""
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,19}\s*", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**64 else None


def decimal(value: Any) -> float | None:
    """A finite number, also where it is written as a text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value[:40] if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def file_name(value: Any) -> str:
    """A model's name from the path of its file: without folders and ending."""
    name = re.split(r"[\\/]", words(value)[:400])[-1]
    return re.sub(r"\.(safetensors|ckpt|pt|pth|bin|sft|gguf)$", "", name)

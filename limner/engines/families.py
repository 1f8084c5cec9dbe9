"""OpenAI's families of image models, read from families.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from limner.engines.contract import Size, Task

FILE = Path(__file__).with_name("families.toml")
TODAYS = "gpt-image-2"
"""What draws for OpenAI's older names where their upstream is configured."""
MILLICREDITS_A_DOLLAR = 100_000
"""One credit is one US cent."""
_DATE = re.compile(r"-\d{4}-\d\d-\d\d$")


@dataclass(frozen=True, slots=True)
class Family:
    """The rules and prices that some names share."""

    name: str
    title: str
    names: Mapping[str, date | None]
    """Each name, and the day it is switched off; None while none is known."""
    sizes: tuple[Size, ...]
    qualities: tuple[str, ...]
    max_n: int
    max_prompt: int
    tasks: frozenset[Task]
    references: int
    options: frozenset[str]
    seconds: float
    prices: Mapping[str, int]
    """Millicredits by "quality size" or "size"."""
    rates: Mapping[str, float]
    """US dollars for a million tokens of each sort; none where they are not known."""
    rule: str = ""


@cache
def families() -> Mapping[str, Family]:
    """Every family by name, the oldest first."""
    said: dict[str, dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return MappingProxyType({name: _family(name, rows) for name, rows in said.items()})


def _family(name: str, rows: dict[str, Any]) -> Family:
    plain = {key: rows[key] for key in ("title", "max_n", "max_prompt", "references")}
    return Family(
        name=name,
        names=MappingProxyType({model: day or None for model, day in rows["names"].items()}),
        sizes=tuple(Size.parse(size) for size in rows["sizes"]),
        qualities=tuple(rows["qualities"]),
        tasks=frozenset(Task(task) for task in rows["tasks"]),
        options=frozenset(rows["options"]),
        seconds=float(rows["seconds"]),
        prices=MappingProxyType({key: millicredits(dollars) for key, dollars in rows["prices"].items()}),
        rates=MappingProxyType(rows.get("rates", {})),
        rule=rows.get("rule", ""),
        **plain,
    )


def family_of(model: str) -> str:
    """The family that a name of OpenAI's belongs to; "" for a name that is none of theirs.

    A name that is newer than this list gets the rules of the newest family whose name it begins with, or else of the
    newest: `gpt-image-3` is more like gpt-image-2.6 than like nothing at all.
    """
    for family in families().values():
        if model in family.names:
            return family.name
    newest_first = sorted(families(), key=len, reverse=True)
    near = next((name for name in newest_first if model.startswith(f"{name}-")), "")
    if near:
        return near
    return list(families())[-1] if model.startswith(("gpt-image-", "chatgpt-image-")) else ""


def family_called(name: str) -> Family | None:
    """The family that has this very name, or has it with a date after it; None for every other, however near."""
    bare = _DATE.sub("", name)
    return next(
        (family for family in families().values() if {name, bare} & {*family.names, family.name}),
        None,
    )


def switched_off(name: str, today: date) -> bool:
    """Whether OpenAI has this name no more."""
    family = family_called(name)
    end = family.names.get(name) if family else None
    return end is not None and end <= today


def live_models(today: date) -> tuple[str, ...]:
    """OpenAI's models that can be drawn with today, the usual one first; dated names after the others."""
    alive = [
        model for family in families().values() for model, end in family.names.items() if end is None or today < end
    ]
    return tuple(sorted(alive, key=lambda model: (model != TODAYS, model.count("-20") > 0)))


def millicredits(dollars: float) -> int:
    """A price in US dollars as the ledger counts it."""
    return round(dollars * MILLICREDITS_A_DOLLAR)

"""Good first models, read from starters.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FILE = Path(__file__).with_name("starters.toml")


@dataclass(frozen=True, slots=True)
class Starter:
    """One of them."""

    repository: str
    title: str
    machine: str
    """ "cpu", or "gpu-" and the gigabytes of its memory."""
    gigabytes: float
    licence: str
    speed: float
    """About so many seconds a picture, there."""
    note: Mapping[str, Any] = field(default_factory=dict)
    """For its limner.json: what its own files do not say."""


@cache
def starters() -> Mapping[str, Starter]:
    """Each by its repository."""
    said = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return MappingProxyType({name: Starter(name, machine=rows.pop("for"), **rows) for name, rows in said.items()})

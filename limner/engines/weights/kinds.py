"""Kinds of models that draw on this machine, read from kinds.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from limner.engines.contract import Task

FILE = Path(__file__).with_name("kinds.toml")


@dataclass(frozen=True, slots=True)
class Kind:
    """What the models of one pipeline's class have in common."""

    pipeline: str
    title: str
    edge: int
    cell: int
    steps: int
    guidance: float
    negative: bool
    tasks: frozenset[Task]
    openvino: frozenset[Task]
    """What OpenVINO GenAI can do with them; nothing where it draws none."""
    prompt: int
    seconds: float
    distilled: tuple[int, float] | None
    """Steps and guidance of its kin that draw in few steps."""


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its pipeline's class."""
    said = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = {}
    for pipeline, rows in said.items():
        few = rows.pop("distilled", None)
        found[pipeline] = Kind(
            pipeline=pipeline,
            tasks=frozenset(map(Task, rows.pop("tasks"))),
            openvino=frozenset(map(Task, rows.pop("openvino", ()))),
            distilled=(few["steps"], few["guidance"]) if few else None,
            **rows,
        )
    return MappingProxyType(found)

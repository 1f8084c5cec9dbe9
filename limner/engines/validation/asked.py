"""What was asked, raw: values as the caller gave them, and what stands for those that no JSON has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from limner.engines.contract import ImageRef, Task


class Missing:
    """The type of MISSING: an absent prompt reads differently from one that is null."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


class File:
    """The type of FILE: what a form brings where text belongs."""

    def __repr__(self) -> str:
        return "FILE"


FILE = File()


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked, raw. None means not given, except for the prompt, where MISSING does."""

    prompt: object
    n: object = None
    size: object = None
    seed: object = None
    steps: object = None
    guidance: object = None
    negative_prompt: object = None
    output_format: object = None
    background: object = None
    quality: object = None
    style: object = None
    scheduler: object = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """What only some targets know, already checked: plain JSON."""
    task: Task = Task.CREATE
    images: tuple[ImageRef, ...] = ()
    mask: ImageRef | None = None

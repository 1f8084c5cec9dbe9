"""What a running dispatcher knows of itself: can it draw?"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

SCOPE_KEY = "limner.health"
"""Where `limner serve` leaves its `Callable[[], Health]` for the pages: in the ASGI scope of every request."""


@dataclass(frozen=True)
class Health:
    """`ready` is True when a picture can be drawn now; `reasons` says why not, or not by all, in sentences."""

    ready: bool
    reasons: tuple[str, ...] = ()
    models: dict[str, bool] = field(default_factory=dict)


LEAST_FREE = 50 * 1024 * 1024
"""Bytes on the disk that LIMNER_HOME is on: with less, the next pictures and their jobs may find no room."""


def space_problem(home: Path) -> str | None:
    """Why nothing more can be kept in `home`, in a sentence; None where there is room."""
    try:
        free = shutil.disk_usage(home).free
    except OSError as error:
        return f"The folder LIMNER_HOME ({home}) cannot be used: {error.strerror or error}."
    if free >= LEAST_FREE:
        return None
    return f"The disk that holds LIMNER_HOME is full: {free // 1024**2} MB are left. Free some space."

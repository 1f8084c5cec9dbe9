"""What a running dispatcher knows of itself: can it draw?"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from limner.errors import Unavailable, say

SCOPE_KEY = "limner.health"
"""Where `limner serve` leaves its `Callable[[], Health]` for the pages: in the ASGI scope of every request."""


@dataclass(frozen=True)
class Health:
    """`ready` is True when a picture can be drawn now; `reasons` says why not, or not by all, in sentences."""

    ready: bool
    reasons: tuple[str, ...] = ()
    models: dict[str, bool] = field(default_factory=dict)


def refuse_when_full() -> None:
    """Raise Unavailable where the disk with the pictures has less room than `LIMNER_FREE_DISK_MB`: before anything is
    drawn that could not be kept. A bucket has no such floor."""
    if settings.LIMNER_PICTURES.startswith("s3://"):
        return
    folder = settings.LIMNER_HOME / Path(settings.LIMNER_PICTURES or "pictures").expanduser()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent  # made with the first picture: the disk is its parent's
    free, floor = shutil.disk_usage(folder).free // 1024**2, settings.LIMNER_FREE_DISK_MB
    if free < floor:
        raise Unavailable(
            say(
                "The disk with the pictures is nearly full: {free} MB are left, and {floor} MB have to stay free."
                " Free some space on it, or set LIMNER_FREE_DISK_MB lower; then ask again.",
                free=free,
                floor=floor,
            )
        )


def space_problem(home: Path) -> str | None:
    """Why nothing more can be kept in `home`, in a sentence; None where there is room."""
    try:
        free = shutil.disk_usage(home).free // 1024**2
    except OSError as error:
        return f"The folder LIMNER_HOME ({home}) cannot be used: {error.strerror or error}."
    if free >= settings.LIMNER_FREE_DISK_MB:
        return None
    return f"The disk that holds LIMNER_HOME is full: {free} MB are left. Free some space."

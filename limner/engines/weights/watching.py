"""Models come and go while Limner runs: whoever asks for the catalog has the folder looked at, now and then."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock

log = logging.getLogger(__name__)

SECONDS = 1.0
"""Between two looks. A look is a stat of some files and folders: nothing is read."""


def stamp_of(folder: Path) -> str:
    """Another one when the model in `folder` is another version, or somebody changed what is said of it."""
    said = []
    try:
        # A folder that is being copied here gets its parts one by one. What an engine keeps for itself is hidden.
        with os.scandir(folder) as entries:
            for one in entries:
                if not one.name.startswith("."):
                    found = one.stat()
                    said.append(f"{one.name}-{found.st_ino:x}-{found.st_mtime_ns:x}")
    except OSError:
        pass  # it goes away just now: the next look says so
    return " ".join(sorted(said))


class Watch:
    """A `catalog.Looker`: calls `changed` when `stamps` answers something else than before. For any thread.
    Where that fails, the log tells it once, and what was known stands until something is changed again."""

    def __init__(self, stamps: Callable[[], object], changed: Callable[[], None]) -> None:
        self._stamps = stamps
        self._changed = changed
        self._seen: object = None
        self._next = 0.0
        self._looking = Lock()

    def __call__(self, at_once: bool = False) -> None:
        # Who asks while another looks goes on with what is known, unless it must be new.
        if (at_once or time.monotonic() >= self._next) and self._looking.acquire(blocking=at_once):
            try:
                found = self._stamps()
                if found != self._seen:
                    self._seen = found
                    self._changed()
            except Exception:  # boundary: whatever lies in a folder, whoever asked goes on with what is known
                log.exception("The models on this machine cannot be looked at.")
            finally:
                self._next = time.monotonic() + SECONDS
                self._looking.release()

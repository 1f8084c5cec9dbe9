"""What is made from a blob when first asked for, and kept beside it: thumbnails and other formats.

Within one process it is made once, however many ask at the same time. Two processes may both make it; the last to
write wins, with the same picture.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from weakref import WeakValueDictionary

from limner.errors import NotFound, Unavailable
from limner.storage import blobs

log = logging.getLogger(__name__)

MARK = "~"
"""Between a blob's key and the name of what is derived from it. No key of a picture or upload has one."""

WIDTHS = (256, 640)
NAMES = (
    *(f"small-{width}.webp" for width in WIDTHS),
    *(f"thumb-{width}.webp" for width in WIDTHS),  # from before, with all words in them: to be deleted
    *("as.png", "as.jpg", "as.webp"),
)
"""Everything that may lie beside a blob: what goes when the blob goes."""

_locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
_locks_guard = threading.Lock()


def derived(key: str, name: str, make: Callable[[bytes], bytes]) -> bytes:
    """What `name` says, of the blob `key`: kept, or made now by `make(blob)` and kept for the next who asks."""
    if name not in NAMES:
        raise ValueError(f"{name!r} is none of {NAMES}")
    beside = f"{key}{MARK}{name}"
    if (kept := _kept(beside)) is not None:
        return kept
    with _locks_guard:
        lock = _locks.setdefault(beside, threading.Lock())
    with lock:
        if (kept := _kept(beside)) is not None:
            return kept
        made = make(blobs.get(key))
        try:
            blobs.put_at(beside, made)
        except Unavailable as error:
            # The one who asks can still have it; the next who asks pays again.
            log.warning("Made %s but could not keep it: %s", name, error)
        return made


def _kept(key: str) -> bytes | None:
    try:
        return blobs.get(key)
    except NotFound:
        return None


def source_of(key: str) -> str:
    """The key of the blob that `key` is derived from; itself for a blob."""
    return key.partition(MARK)[0]


def delete_with_derived(key: str) -> None:
    """Delete a blob and everything that was made from it."""
    for name in NAMES:
        blobs.delete(f"{key}{MARK}{name}")
    blobs.delete(key)

"""Finds and deletes blobs that no row names: a crash between writing a blob and writing its row leaves one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from itertools import islice

from django.utils import timezone

from limner.errors import NotFound
from limner.storage import blobs
from limner.storage.derived import source_of

log = logging.getLogger(__name__)

Claimed = Callable[[Collection[str]], Collection[str]]
"""Given keys of blobs, those that a row names. Rooms above storage know the rows."""

GoOn = Callable[[], bool]
"""Asked between batches: a bucket of a million blobs takes minutes, and a stopping server does not have them."""

BATCH = 500


def _always() -> bool:
    return True


def unclaimed(claimed: Claimed, older_than: timedelta, go_on: GoOn = _always) -> Iterator[str]:
    """Keys that no row names and that are older than `older_than`, thumbnails and abandoned writes included.

    The age keeps hands off a blob whose row is about to be written.
    """
    before = timezone.now() - older_than
    keys = _walk("")
    while go_on() and (batch := list(islice(keys, BATCH))):
        named = set(claimed({source_of(key) for key in batch}))
        for key in batch:
            if source_of(key) in named:
                continue
            try:
                written = blobs.written_at(key)
            except NotFound:  # somebody else deleted it, or finished writing it
                continue
            if written < before:
                yield key


def sweep(claimed: Claimed, older_than: timedelta, go_on: GoOn = _always) -> int:
    """Delete what `unclaimed` finds; says how many blobs went. Raises Unavailable when the storage is away."""
    gone = 0
    for key in unclaimed(claimed, older_than, go_on):
        blobs.delete(key)
        log.info("Deleted a blob that no row names: %s", key)
        gone += 1
    return gone


def _walk(folder: str) -> Iterator[str]:
    try:
        folders, files = blobs.listing(folder)
    except NotFound:
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        yield from _walk(f"{folder}{name}/")

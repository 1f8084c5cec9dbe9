"""Finds and deletes blobs that no row names: a crash between writing a blob and writing its row leaves one.

The folder or bucket may hold what is not ours: a person's own pictures, or those of another installation. So only
keys of our own form are looked at, and of these only pictures of jobs that this database knows.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.utils import timezone

from limner.errors import NotFound
from limner.storage import blobs, keys
from limner.storage.derived import source_of
from limner.storage.disk import PARTIAL, DiskStorage

log = logging.getLogger(__name__)

Claimed = Callable[[Collection[str]], Collection[str]]
"""Given keys of blobs, those that a row names. Rooms above storage know the rows."""

Known = Callable[[Collection[UUID]], Collection[UUID]]
"""Given ids of jobs, those that the database has. A blob of any other job is another installation's."""

GoOn = Callable[[], bool]
"""Asked between batches: a bucket of a million blobs takes minutes, and a stopping server does not have them."""

BATCH = 500
_PARTIAL_NAME = re.compile(r"[0-9a-f]{32}")


def _always() -> bool:
    return True


def unclaimed(claimed: Claimed, known: Known, older_than: timedelta, go_on: GoOn = _always) -> Iterator[str]:
    """Keys of pictures of known jobs that no row names and that are older than `older_than`, thumbnails included.

    Abandoned writes too. The age keeps hands off a blob whose row is about to be written.
    """
    before = timezone.now() - older_than
    yield from (key for key in _partial() if _is_older(key, before))
    pictures = _pictures(known, go_on)
    while go_on() and (batch := list(islice(pictures, BATCH))):
        named = set(claimed({source_of(key) for key in batch}))
        yield from (key for key in batch if source_of(key) not in named and _is_older(key, before))


def sweep(claimed: Claimed, known: Known, older_than: timedelta, go_on: GoOn = _always) -> int:
    """Delete what `unclaimed` finds; says how many blobs went. Raises Unavailable when the storage is away."""
    gone = 0
    for key in unclaimed(claimed, known, older_than, go_on):
        blobs.delete(key)
        log.info("Deleted a blob that no row names: %s", key)
        gone += 1
    return gone


def _pictures(known: Known, go_on: GoOn) -> Iterator[str]:
    jobs = (job for name in _listing(keys.PICTURES)[0] if (job := keys.job_of(name)) is not None)
    while go_on() and (batch := list(islice(jobs, BATCH))):
        ours = set(known(batch))
        for job in (job for job in batch if job in ours):
            of_job = f"{keys.PICTURES}/{job}"
            for attempt in filter(keys.is_attempt, _listing(of_job)[0]):
                folder = f"{of_job}/{attempt}"
                yield from (f"{folder}/{name}" for name in _listing(folder)[1] if keys.is_picture(name))


def _partial() -> Iterator[str]:
    """Files that were being written to a disk when their process died."""
    if isinstance(blobs.storage(), DiskStorage):
        yield from (f"{PARTIAL}/{name}" for name in _listing(PARTIAL)[1] if _PARTIAL_NAME.fullmatch(name))


def _listing(folder: str) -> tuple[list[str], list[str]]:
    try:
        return blobs.listing(f"{folder}/")
    except NotFound:
        return [], []


def _is_older(key: str, before: datetime) -> bool:
    try:
        return blobs.written_at(key) < before
    except NotFound:  # somebody else deleted it, or finished writing it
        return False

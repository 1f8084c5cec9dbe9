"""Blobs that no row names go, but never one whose row may still come."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

from limner.storage import blobs
from limner.storage.sweeper import sweep, unclaimed
from limner.storage.thumbnails import thumbnail
from tests.storage.kept import boat

DAY = timedelta(hours=24)


def age(folder: Path, hours: float) -> None:
    """Make everything in the folder look that old."""
    then = time.time() - hours * 3600
    for path in folder.rglob("*"):
        os.utime(path, (then, then))


def nobody(keys: Collection[str]) -> Collection[str]:
    return []


def test_an_old_blob_without_a_row_goes_with_its_thumbnail(pictures: Path) -> None:
    key = blobs.put("job/1/0", boat((300, 300)), ".png").key
    thumbnail(key, 256)
    age(pictures, 25)
    assert sweep(nobody, DAY) == 2
    assert not blobs.exists(key)


def test_a_blob_with_a_row_stays_with_its_thumbnail(pictures: Path) -> None:
    key = blobs.put("job/1/0", boat((300, 300)), ".png").key
    thumbnail(key, 256)
    age(pictures, 1000)
    assert sweep(lambda keys: {key} & set(keys), DAY) == 0
    assert blobs.exists(key)


def test_a_young_blob_stays_because_its_row_may_come(pictures: Path) -> None:
    key = blobs.put("job/1/0", b"a picture", ".png").key
    age(pictures, 23)
    assert list(unclaimed(nobody, DAY)) == []
    age(pictures, 25)
    assert list(unclaimed(nobody, DAY)) == [key]


def test_what_a_crash_left_half_written_goes(pictures: Path) -> None:
    blobs.put("job/1/0", b"a picture", ".png")
    (pictures / ".partial" / "abandoned").write_bytes(b"half")
    age(pictures, 25)
    assert ".partial/abandoned" in set(unclaimed(nobody, DAY))
    assert sweep(nobody, DAY) == 2


def test_an_empty_home_has_nothing_to_sweep(pictures: Path) -> None:
    assert sweep(nobody, DAY) == 0


def test_many_blobs_are_asked_about_in_batches(pictures: Path) -> None:
    pictures.mkdir()
    kept = [f"{number}.png" for number in range(620)]
    for key in kept:
        (pictures / key).write_bytes(b"a picture")
    asked: list[int] = []

    def all_of_them(keys: Collection[str]) -> Collection[str]:
        asked.append(len(keys))
        return kept

    age(pictures, 25)
    assert sweep(all_of_them, DAY) == 0
    assert asked == [500, 120]

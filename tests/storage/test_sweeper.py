"""Blobs of our own jobs that no row names go, but none whose row may still come, and nothing that is not ours."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from limner.gallery.thumbnails import thumbnail
from limner.storage import blobs
from limner.storage.keys import picture_prefix
from limner.storage.sweeper import sweep, unclaimed
from tests.storage.kept import boat

DAY = timedelta(hours=24)
HEX = "0123456789abcdef" * 2


def age(folder: Path, hours: float) -> None:
    """Make everything in the folder look that old."""
    then = time.time() - hours * 3600
    for path in folder.rglob("*"):
        os.utime(path, (then, then))


def nobody(keys: Collection[str]) -> Collection[str]:
    return []


def every(jobs: Collection[UUID]) -> Collection[UUID]:
    return jobs


def none(jobs: Collection[UUID]) -> Collection[UUID]:
    return []


def picture(job: UUID | None = None) -> str:
    """The key of a picture in storage."""
    return blobs.put(picture_prefix(job or uuid4(), 1, 0), boat((300, 300)), ".png").key


def test_an_old_blob_without_a_row_goes_with_its_thumbnail(pictures: Path) -> None:
    key = picture()
    thumbnail(key, 256)
    age(pictures, 25)
    assert sweep(nobody, every, DAY) == 2
    assert not blobs.exists(key)


def test_a_blob_with_a_row_stays_with_its_thumbnail(pictures: Path) -> None:
    key = picture()
    thumbnail(key, 256)
    age(pictures, 1000)
    assert sweep(lambda keys: {key} & set(keys), every, DAY) == 0
    assert blobs.exists(key)


def test_a_young_blob_stays_because_its_row_may_come(pictures: Path) -> None:
    key = picture()
    age(pictures, 23)
    assert list(unclaimed(nobody, every, DAY)) == []
    age(pictures, 25)
    assert list(unclaimed(nobody, every, DAY)) == [key]


def test_what_a_crash_left_half_written_goes(pictures: Path) -> None:
    picture()
    (pictures / ".partial" / HEX).write_bytes(b"half")
    age(pictures, 25)
    assert f".partial/{HEX}" in set(unclaimed(nobody, every, DAY))
    assert sweep(nobody, every, DAY) == 2


def test_pictures_of_jobs_that_this_database_does_not_know_stay(pictures: Path) -> None:
    ours, theirs = uuid4(), uuid4()
    key, foreign = picture(ours), picture(theirs)
    thumbnail(foreign, 256)
    age(pictures, 1000)
    assert sweep(nobody, lambda jobs: {ours} & set(jobs), DAY) == 1
    assert not blobs.exists(key)
    assert blobs.exists(foreign)
    assert sweep(nobody, none, DAY) == 0


JOB = "8b34b3b9-624f-4062-af16-a4c7efcaf479"


@pytest.mark.parametrize(
    "name",
    [
        "holiday.jpg",
        "2019/holiday.jpg",
        "pictures/holiday.jpg",
        f"pictures/{JOB}/holiday.jpg",
        f"pictures/{JOB}/1/holiday.jpg",
        f"pictures/{JOB}/1/0-{HEX}.png.bak",
        f"pictures/{JOB}/1/0-{HEX}.png~notes.txt",
        f"pictures/{JOB}/edited/0-{HEX}.png",
        f"pictures/{JOB}/1/deeper/0-{HEX}.png",
        f"pictures/{JOB.upper()}A/1/0-{HEX}.png",
        f"backup/pictures/{JOB}/1/0-{HEX}.png",
        f"uploads/{JOB}-{HEX}.png",
        ".partial/holiday.jpg",
    ],
)
def test_an_old_file_that_is_not_ours_stays(pictures: Path, name: str) -> None:
    file = pictures / name
    file.parent.mkdir(parents=True)
    file.write_bytes(b"a summer in Brittany")
    age(pictures, 10_000)
    assert sweep(nobody, every, DAY) == 0
    assert file.read_bytes() == b"a summer in Brittany"


def test_an_empty_home_has_nothing_to_sweep(pictures: Path) -> None:
    assert sweep(nobody, every, DAY) == 0


def test_many_blobs_are_asked_about_in_batches(pictures: Path) -> None:
    folder = pictures / picture_prefix(uuid4(), 1, 0)
    folder.parent.mkdir(parents=True)
    names = [f"{number}-{HEX}.png" for number in range(620)]
    kept = [str((folder.parent / name).relative_to(pictures)) for name in names]
    for key in kept:
        (pictures / key).write_bytes(b"a picture")
    asked: list[int] = []

    def all_of_them(keys: Collection[str]) -> Collection[str]:
        asked.append(len(keys))
        return kept

    age(pictures, 25)
    assert sweep(all_of_them, every, DAY) == 0
    assert asked == [500, 120]

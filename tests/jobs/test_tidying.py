"""The dispatcher tidies the storage: what no row names goes after a day, and a storage that is away costs a try."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from limner.accounts.models import Account
from limner.gallery.models import Picture
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.storage import blobs
from tests.jobs.house import asking, dispatching, ended, until
from tests.jobs.placements import Painter
from tests.storage.test_sweeper import age

pytestmark = pytest.mark.django_db(transaction=True)


def take_away(pictures: Path) -> None:
    pictures.rename(pictures.with_name("away"))
    pictures.write_bytes(b"no folder")


def bring_back(pictures: Path) -> None:
    pictures.unlink()
    pictures.with_name("away").rename(pictures)


async def test_an_old_blob_without_a_row_goes_while_fresh_and_named_ones_stay(alice: Account, pictures: Path) -> None:
    async with dispatching(Painter()):
        job = await ended(await asking(alice))
    named = (await in_thread(Picture.objects.get, job=job.public_id)).blob
    orphan = blobs.put("job/1/0", b"old", ".png").key
    age(pictures, 25)
    fresh = blobs.put("job/1/1", b"fresh", ".png").key
    async with dispatching(Painter(), first_tidy_seconds=0.1):
        await until(lambda: not blobs.exists(orphan))
    assert blobs.exists(fresh)
    assert blobs.exists(named)


async def test_nothing_is_tidied_at_the_start(alice: Account, pictures: Path) -> None:
    orphan = blobs.put("job/1/0", b"old", ".png").key
    age(pictures, 25)
    async with dispatching(Painter()):
        await ended(await asking(alice))
    assert blobs.exists(orphan)


async def test_a_storage_that_is_away_is_tidied_when_it_is_back(
    alice: Account, pictures: Path, caplog: pytest.LogCaptureFixture
) -> None:
    orphan = blobs.put("job/1/0", b"old", ".png").key
    age(pictures, 25)
    take_away(pictures)
    with caplog.at_level(logging.ERROR):
        async with dispatching(Painter(), first_tidy_seconds=0.1):
            await until(lambda: "The storage could not be tidied" in caplog.text)
            bring_back(pictures)
            await until(lambda: not blobs.exists(orphan))
            assert (await ended(await asking(alice))).state == State.DONE

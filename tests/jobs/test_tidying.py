"""The dispatcher tidies the storage: what nobody needs goes after a day, and a storage that is away costs a try."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from limner.accounts.keys import make_key
from limner.accounts.models import Account
from limner.engines.contract import ImageRef
from limner.gallery import albums
from limner.gallery.models import Like, Picture, Upload
from limner.gallery.services import store_upload
from limner.jobs.models import Job
from limner.jobs.services import cancel, for_a_program
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.jobs.tidying import tidy
from limner.storage import blobs
from tests.gallery.people import keep
from tests.jobs.house import REQUEST, ask, asking, dispatching, ended, until
from tests.jobs.placements import Painter
from tests.storage.kept import boat
from tests.storage.test_sweeper import age, picture

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ("public", "liked", "in album", "liked by another", "nobody's")


def take_away(pictures: Path) -> None:
    pictures.rename(pictures.with_name("away"))
    pictures.write_bytes(b"no folder")


def bring_back(pictures: Path) -> None:
    pictures.unlink()
    pictures.with_name("away").rename(pictures)


def orphan_of(job: Job) -> str:
    """What a crash leaves: a blob of this job that no row names."""
    return picture(job.public_id)


async def test_an_old_blob_without_a_row_goes_while_fresh_and_named_ones_stay(alice: Account, pictures: Path) -> None:
    async with dispatching(Painter()):
        job = await ended(await asking(alice))
    named = (await in_thread(Picture.objects.get, job=job.public_id)).blob
    orphan = orphan_of(job)
    age(pictures, 25)
    fresh = orphan_of(job)
    async with dispatching(Painter(), first_tidy_seconds=0.1):
        await until(lambda: not blobs.exists(orphan))
    assert blobs.exists(fresh)
    assert blobs.exists(named)


async def test_nothing_is_tidied_at_the_start(alice: Account, pictures: Path) -> None:
    job = await asking(alice)
    orphan = orphan_of(job)
    age(pictures, 25)
    async with dispatching(Painter()):
        await ended(job)
    assert blobs.exists(orphan)


async def test_a_storage_that_is_away_is_tidied_when_it_is_back(
    alice: Account, pictures: Path, caplog: pytest.LogCaptureFixture
) -> None:
    job = await asking(alice)
    orphan = orphan_of(job)
    age(pictures, 25)
    take_away(pictures)
    with caplog.at_level(logging.ERROR):
        async with dispatching({}, first_tidy_seconds=0.1):
            await until(lambda: "The storage could not be tidied" in caplog.text)
            bring_back(pictures)
            await until(lambda: not blobs.exists(orphan))
    async with dispatching(Painter()):
        assert (await ended(job)).state == State.DONE


def test_what_another_database_knows_and_what_was_never_ours_stays(alice: Account, pictures: Path) -> None:
    """A restored database, another installation on the bucket, a folder of holidays: none of it is an orphan."""
    orphan, foreign, holiday = orphan_of(ask(alice)), picture(), pictures / "2019" / "holiday.jpg"
    holiday.parent.mkdir()
    holiday.write_bytes(b"a summer in Brittany")
    upload = blobs.put("uploads/5f0c1d5e-6d0f-4c58-a1a5-3f1d1e8b9c77", b"whose?", ".png").key
    age(pictures, 1000)
    assert tidy() == 1
    assert not blobs.exists(orphan)
    assert blobs.exists(foreign)
    assert blobs.exists(upload)
    assert holiday.exists()


def test_an_upload_stays_while_a_job_still_has_to_be_drawn_from_it(alice: Account, pictures: Path) -> None:
    image, mask, unused = (store_upload(alice, boat((64, 64))) for _ in range(3))
    Upload.objects.update(created_at=timezone.now() - timedelta(hours=25))
    image_ref, mask_ref = (ImageRef(str(upload.public_id), 64, 64) for upload in (image, mask))
    job = ask(alice, images=(image_ref,), mask=mask_ref)
    tidy()
    assert set(Upload.objects.all()) == {image, mask}
    assert not blobs.exists(unused.blob)
    cancel(alice, job.public_id)
    tidy()
    assert not Upload.objects.exists()
    assert not blobs.exists(image.blob)


@pytest.mark.parametrize("request_", [{}, [], {"images": 3, "mask": "none"}, {"images": ["one"]}])
def test_a_job_of_another_version_does_not_keep_the_storage_from_being_tidied(
    alice: Account, pictures: Path, request_: object
) -> None:
    job = ask(alice)
    Job.objects.filter(pk=job.pk).update(request=request_)
    orphan_of(job)
    age(pictures, 25)
    assert tidy() == 1


def test_what_programs_asked_for_goes_after_its_time_and_what_somebody_wants_stays(
    alice: Account, bob: Account, pictures: Path, settings: Any
) -> None:
    key, _ = make_key(alice, "a program")
    asked = for_a_program(REQUEST)
    keyless, keyed, own = ask(alice, options=asked.options), ask(alice), ask(alice)
    Job.objects.filter(pk=keyed.pk).update(api_key=key)
    old = {name: keep(alice, job=keyed.public_id, index=index) for index, name in enumerate(KINDS)}
    old |= {"keyless": keep(alice, job=keyless.public_id), "own": keep(alice, job=own.public_id)}
    Picture.objects.filter(pk=old["public"].pk).update(public=True)
    Like.objects.create(account=alice, picture=old["liked"])
    albums.put(alice, albums.make(alice, "Boats"), [old["in album"].public_id])
    Like.objects.create(account=bob, picture=old["liked by another"])
    Picture.objects.update(created_at=timezone.now() - timedelta(days=3, hours=1))
    fresh = keep(alice, job=keyed.public_id, index=9)

    def left() -> set[str]:
        there = set(Picture.objects.values_list("pk", flat=True))
        assert fresh.pk in there
        return {name for name, picture in old.items() if picture.pk in there}

    tidy()
    assert left() == set(old)
    settings.LIMNER_KEEP_API_RESULTS = 3
    tidy()
    assert left() == {"own", "public", "liked", "in album"}
    assert not blobs.exists(old["keyless"].blob)

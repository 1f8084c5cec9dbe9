"""The whole way of a job: submit, claim, draw, keep, end."""

from __future__ import annotations

import pytest

from limner.accounts.models import Account
from limner.gallery.models import Picture
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.provenance import mark
from limner.storage import blobs
from tests.jobs.house import PRICE, asking, dispatching, ended, entries, kept, story
from tests.jobs.placements import Painter

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_submitted_job_is_drawn_kept_and_charged(alice: Account) -> None:
    async with dispatching(Painter()) as dispatcher:
        job = await asking(alice, n=2)
        done = await ended(job)
        assert dispatcher.ready
    assert done.state == State.DONE
    assert await in_thread(kept, job) == [0, 1]
    assert await in_thread(entries, job) == {"hold": PRICE, "capture": PRICE}
    assert await in_thread(story, job) == ["queued", "running", "picture", "picture", "done"]


async def test_a_kept_picture_says_that_a_model_made_it(alice: Account) -> None:
    async with dispatching(Painter()):
        job = await ended(await asking(alice))
    picture = await in_thread(Picture.objects.get, job=job.public_id)
    made = mark.read(await in_thread(blobs.get, picture.blob))
    assert made is not None
    assert made.made_by_a_model
    assert (made.prompt, made.seed) == ("a red robot", 7)

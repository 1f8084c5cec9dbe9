"""A picture that a model makes larger is a job like any other: queued, drawn by the model in its process, kept."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from limner.accounts.models import Account, Plan
from limner.engines import catalog
from limner.engines.contract import Task
from limner.engines.placement import open_placement
from limner.errors import InvalidRequest
from limner.gallery.models import Lineage, Picture
from limner.gallery.services import store_upload
from limner.jobs import enlarging, services
from limner.jobs.bus import account_channel, bus
from limner.jobs.ledger import request_of
from limner.jobs.models import Job, Pace
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.provenance import mark
from limner.storage import blobs
from tests.api import files
from tests.gallery.people import keep
from tests.jobs.house import assert_books_balance, dispatching, ended, entries, story, until
from tests.jobs.placements import Painter
from tests.sharp import sharp

__all__ = ["sharp"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sharp")]


def placements(model: catalog.Model) -> dict[str, Any]:
    return {model.lane: open_placement(model)}


async def test_it_is_queued_drawn_and_kept_with_the_words_and_the_mark_of_its_source(
    alice: Account, sharp: catalog.Model
) -> None:
    before = await in_thread(keep, alice)
    job = await in_thread(enlarging.enlarge, alice, before, 2)
    assert (job.state, job.lane, job.model) == (State.QUEUED, "sharp", "sharp")
    heard = []
    async with bus().subscribe(account_channel(alice.pk)) as messages, dispatching(placements(sharp)):
        async for message in messages:
            heard.append((message["kind"], message["data"]))
            if message["kind"] == "state" and message["data"]["state"] == State.DONE:
                break
        job = await ended(job)
    [told] = [data for kind, data in heard if kind == "progress"]
    assert (told["step"], told["steps"]) == (1, 1)
    assert await in_thread(story, job) == ["queued", "running", "picture", "done"]

    after = await in_thread(Picture.objects.get, job=job.public_id)
    assert (after.width, after.height, after.format) == (192, 128, "png")
    assert (after.prompt, after.model, after.seed) == (before.prompt, "storybook", 42)
    assert (after.parameters["steps"], after.parameters["enlarged_by"]) == (20, "sharp")
    line = await in_thread(Lineage.objects.get, child=after)
    assert (line.kind, line.parent_picture_id) == ("upscale", before.pk)
    file = await in_thread(blobs.get, after.blob)
    made = mark.read(file)
    assert made is not None
    assert (made.prompt, made.model, made.seed, made.steps) == (before.prompt, "storybook", 42, 20)
    assert (made.upscaler, made.width, made.made_by_a_model) == ("sharp", 192, True)
    with Image.open(io.BytesIO(file)) as image:
        assert "Postprocess upscaler: sharp" in image.info["parameters"]
        assert image.size == (192, 128)
    await in_thread(assert_books_balance)


async def test_what_was_brought_is_told_of_as_made_better_and_not_as_made_by_a_model(
    alice: Account, sharp: catalog.Model
) -> None:
    brought = await in_thread(store_upload, alice, files.picture((40, 30)))
    async with dispatching(placements(sharp)):
        job = await ended(await in_thread(enlarging.enlarge, alice, brought, 4))
    after = await in_thread(Picture.objects.get, job=job.public_id)
    assert (after.width, after.height, after.drawn) == (160, 120, False)
    made = mark.read(await in_thread(blobs.get, after.blob))
    assert made is not None
    assert (made.source_type, made.upscaler) == (mark.ALGORITHMICALLY_ENHANCED, "sharp")
    assert not made.made_by_a_model


async def test_its_pace_and_its_price_are_the_models_own(alice: Account, sharp: catalog.Model, settings: Any) -> None:
    settings.LIMNER_CREDITS_PER_SECOND = 2.0
    before = await in_thread(keep, alice)
    twice, four = [await in_thread(enlarging.enlarge, alice, before, factor) for factor in (2, 4)]
    assert four.predicted_seconds == pytest.approx(2 * twice.predicted_seconds)
    assert twice.price == round(twice.predicted_seconds * 2000) > 0
    async with dispatching(placements(sharp)):
        assert (await ended(twice)).state == (await ended(four)).state == State.DONE
    assert (await in_thread(entries, twice))["capture"] == twice.price

    def learnt() -> list[tuple[str, int]]:
        return sorted(Pace.objects.values_list("model", "steps"))

    assert await in_thread(learnt) == [("sharp", 2), ("sharp", 4)]


async def test_a_cancelled_one_ends_and_keeps_nothing(alice: Account) -> None:
    painter = Painter(held=True)
    before = await in_thread(keep, alice)
    async with dispatching({"sharp": painter}):
        job = await in_thread(enlarging.enlarge, alice, before, 2)
        await until(lambda: painter.orders)
        await in_thread(services.cancel, alice, job.public_id)
        assert (await ended(job)).state == State.CANCELLED
    [order] = painter.orders
    assert (order.request.task, list(order.images)) == (Task.UPSCALE, [str(before.public_id)])
    assert await in_thread(Picture.objects.count) == 1


async def test_a_network_that_is_damaged_fails_the_job_in_words(alice: Account, sharp: catalog.Model) -> None:
    assert sharp.path is not None
    (sharp.path / "openvino_model.xml").write_bytes(b"<net")
    before = await in_thread(keep, alice)
    async with dispatching(placements(sharp)):
        job = await ended(await in_thread(enlarging.enlarge, alice, before, 2))
    assert job.state == State.FAILED
    assert "Sharp cannot be loaded by OpenVINO" in job.error_message


def test_what_would_be_too_large_is_refused_before_there_is_a_job(alice: Account) -> None:
    brought = store_upload(alice, files.picture((1500, 1500)))
    with pytest.raises(InvalidRequest, match="2 times as large at most"):
        enlarging.enlarge(alice, brought, 4)
    assert not Job.objects.exists()
    request = request_of(enlarging.enlarge(alice, brought, 2))
    assert request is not None
    assert (request.drawn_by, str(request.size)) == ("sharp", "3000x3000")


def test_the_same_press_makes_one_job_and_another_factor_another(alice: Account) -> None:
    before = keep(alice)
    first, again = [enlarging.enlarge(alice, before, 2, idempotency_key="pressed") for _ in range(2)]
    assert first == again
    assert Job.objects.get().state == State.QUEUED
    assert enlarging.enlarge(alice, before, 4, idempotency_key="another") != first


def test_the_same_press_is_its_job_after_such_a_model_came_or_went(alice: Account, sharp: catalog.Model) -> None:
    before = keep(alice)
    queued = enlarging.enlarge(alice, before, 2, idempotency_key="before it went")
    catalog.bring([])
    assert enlarging.enlarge(alice, before, 2, idempotency_key="before it went") == queued
    done = enlarging.enlarge(alice, before, 2, idempotency_key="before it came")
    catalog.bring([sharp])
    assert enlarging.enlarge(alice, before, 2, idempotency_key="before it came") == done
    assert Job.objects.count() == 2


def test_a_plan_without_such_a_model_has_it_done_at_once_for_nothing(alice: Account, settings: Any) -> None:
    settings.LIMNER_CREDITS_PER_SECOND = 2.0
    alice.plan = Plan.objects.create(name="few", allowed_models=["storybook"], credits_per_month=0)
    alice.save()
    job = enlarging.enlarge(alice, keep(alice), 2)
    assert (job.state, job.price) == (State.DONE, 0)
    Plan.objects.update(allowed_models=["storybook", "sharp"], credits_per_month=None)
    alice.plan.refresh_from_db()
    job = enlarging.enlarge(alice, keep(alice), 2)
    assert (job.state, job.lane) == (State.QUEUED, "sharp")
    Plan.objects.update(allowed_models=["storybook"])
    request = request_of(job)
    assert request is not None
    with pytest.raises(InvalidRequest, match="does not include sharp"):
        services.submit(alice, request)


def test_without_such_a_model_it_is_done_at_once_as_ever(alice: Account) -> None:
    catalog.bring([])
    job = enlarging.enlarge(alice, keep(alice), 2)
    assert (job.state, job.lane, job.price) == (State.DONE, "storybook", 0)
    assert "enlarged_by" not in Picture.objects.get(job=job.public_id).parameters

"""Programs have pictures made larger: the native API by a job, AUTOMATIC1111's API by a call that waits for one."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from limner.accounts.models import Account, Plan
from limner.engines import catalog
from limner.engines.catalog import Model
from limner.gallery.models import Picture, Upload
from limner.gallery.services import store_upload
from limner.jobs import enlarging
from limner.jobs.models import Job
from limner.jobs.threads import THREADS, in_thread
from limner.provenance.mark import ALGORITHMICALLY_ENHANCED, TRAINED_ALGORITHMIC_MEDIA, Provenance, mark, read
from limner.storage import blobs
from tests.api.conftest import Server
from tests.api.files import opened, picture
from tests.api.native.conftest import as_alice, client_of
from tests.api.native.ended import ended
from tests.api.sdapi.people import program, program_of
from tests.gallery.people import keep
from tests.sharp import sharp

__all__ = ["as_alice", "sharp"]
JOBS = "/api/v1/jobs"
WIDE = picture((80, 40))


@pytest.fixture
async def program_here(sharp: Model, server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """A program that speaks AUTOMATIC1111's API to a server with such a model."""
    async with program(server) as client:
        yield client


async def refused(client: httpx.AsyncClient, **asked: Any) -> str:
    """The field that is wrong."""
    answer = await client.post(JOBS, json={"task": "upscale", **asked})
    assert answer.status_code == 400, answer.text
    param: str = answer.json()["error"]["param"]
    return param


async def test_a_picture_is_made_larger_by_a_job_of_its_own(
    sharp: Model, as_alice: httpx.AsyncClient, alice: Account
) -> None:
    before = await in_thread(keep, alice)
    asked = {"task": "upscale", "images": [str(before.public_id)]}
    job = (await as_alice.post(JOBS, json=asked)).json()
    assert (job["task"], job["model"], job["size"]) == ("upscale", "sharp", "192x128")
    done = await ended(as_alice, job)
    [made] = done["pictures"]
    assert (done["state"], made["width"], made["height"]) == ("done", 192, 128)
    four = (await as_alice.post(JOBS, json={**asked, "model": "sharp", "size": "384x256"})).json()
    assert (await ended(as_alice, four))["pictures"][0]["width"] == 384
    assert {job.lane for job in await in_thread(list, Job.objects.all())} == {"sharp"}


async def test_without_a_model_it_is_done_when_it_is_answered(as_alice: httpx.AsyncClient, alice: Account) -> None:
    brought = await in_thread(store_upload, alice, WIDE)
    headers, asked = {"idempotency-key": "one"}, {"task": "upscale", "images": [str(brought.public_id)]}
    first, again = [(await as_alice.post(JOBS, json=asked, headers=headers)).json() for _ in range(2)]
    assert (first["state"], first["size"], again["id"]) == ("done", "160x80", first["id"])
    other = await in_thread(store_upload, alice, WIDE)
    used = await as_alice.post(JOBS, json={**asked, "images": [str(other.public_id)]}, headers=headers)
    assert used.json()["error"]["code"] == "idempotency_key_reused"


async def test_the_same_key_gives_its_job_when_the_model_and_the_source_are_gone(
    sharp: Model, as_alice: httpx.AsyncClient, alice: Account
) -> None:
    brought = await in_thread(store_upload, alice, WIDE)
    headers, asked = {"idempotency-key": "one"}, {"task": "upscale", "images": [str(brought.public_id)]}
    first = (await as_alice.post(JOBS, json={**asked, "model": "sharp"}, headers=headers)).json()
    await ended(as_alice, first)
    catalog.bring([])
    await in_thread(Upload.objects.all().delete)
    again = (await as_alice.post(JOBS, json={**asked, "model": "sharp"}, headers=headers)).json()
    assert (again["id"], again["state"]) == (first["id"], "done")
    other = await as_alice.post(JOBS, json={**asked, "size": "320x160"}, headers=headers)
    assert other.status_code == 400
    assert await in_thread(Job.objects.count) == 1


async def test_those_who_wait_for_their_turn_keep_no_thread_from_others(
    as_alice: httpx.AsyncClient, alice: Account
) -> None:
    asked = {"task": "upscale", "images": [str((await in_thread(store_upload, alice, WIDE)).public_id)]}
    assert enlarging._turn.acquire(blocking=False)  # somebody's picture is made larger, and takes its time
    try:
        waiting = [asyncio.create_task(as_alice.post(JOBS, json=asked)) for _ in range(THREADS)]
        async with asyncio.timeout(10):
            for _ in range(20):
                assert (await as_alice.get("/api/v1/jobs")).json()["jobs"] == []
    finally:
        enlarging._turn.release()
    assert [(await answer).json()["state"] for answer in waiting] == ["done"] * THREADS


async def test_what_is_wrong_is_named_and_what_is_not_theirs_is_not_there(
    sharp: Model, server_with_accounts: Server, as_alice: httpx.AsyncClient, alice: Account, bob: Account
) -> None:
    images = [str((await in_thread(keep, alice, public=True)).public_id)]
    assert await refused(as_alice) == "images"
    assert await refused(as_alice, images=images * 2) == "images"
    assert await refused(as_alice, images=images, prompt="a cat") == "prompt"
    assert await refused(as_alice, images=images, size="200x128") == "size"
    assert await refused(as_alice, images=images, model="storybook") == "model"
    async with await client_of(server_with_accounts, bob) as bobs:
        assert await refused(bobs, images=images) == "images"
    assert not await in_thread(Job.objects.exists)


async def test_such_a_model_is_nowhere_offered_to_draw_with(sharp: Model, as_alice: httpx.AsyncClient) -> None:
    listed = (await as_alice.get("/api/v1/models")).json()["models"]
    assert "sharp" not in {model["name"] for model in listed}
    assert (await as_alice.get("/api/v1/models/sharp")).status_code == 404
    assert "sharp" not in {model["id"] for model in (await as_alice.get("/v1/models")).json()["data"]}
    answer = await as_alice.post(JOBS, json={"prompt": "a cat", "model": "sharp"})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "model")
    assert "Sharp does not draw from words alone" in answer.json()["error"]["message"]


async def test_a_call_waits_for_the_model_that_it_names(program_here: httpx.AsyncClient) -> None:
    names = [one["name"] for one in (await program_here.get("/upscalers")).json()]
    assert (names[0], names[-1]) == ("None", "sharp")
    marked = mark(WIDE, Provenance(prompt="a cat", model="storybook", seed=7))
    for file, size, factor, told in (
        (marked, (160, 80), 2, ("a cat", TRAINED_ALGORITHMIC_MEDIA)),
        (WIDE, (240, 120), 3, ("", ALGORITHMICALLY_ENHANCED)),
    ):
        asked = {"image": base64.b64encode(file).decode(), "upscaler_1": "Sharp", "upscaling_resize": factor}
        answer = await program_here.post("/extra-single-image", json=asked)
        assert (answer.status_code, answer.json()["html_info"]) == (200, "<p>Size changed by Sharp.</p>")
        made = base64.b64decode(answer.json()["image"])
        assert opened(made).size == size
        said = read(made)
        assert said is not None
        assert (said.upscaler, said.prompt, said.source_type) == ("sharp", *told)
        assert (said.width, said.height) == size
        kept = read(await in_thread(lambda: blobs.get(Picture.objects.latest("pk").blob)))
        assert kept is not None
        assert (kept.upscaler, kept.prompt, kept.source_type) == ("sharp", "", told[1])
    assert sorted(await in_thread(list, Picture.objects.values_list("width", flat=True))) == [160, 320]


async def test_what_need_not_be_larger_asks_no_model_and_another_name_none(program_here: httpx.AsyncClient) -> None:
    drawn = mark(WIDE, Provenance(model="storybook", width=80, height=40))
    images = [{"name": "wide", "data": base64.b64encode(drawn).decode()}]
    for asked, size, told in (
        ({"upscaler_1": "sharp", "upscaling_resize": 0.5}, (40, 20), "<p>Size changed by Lanczos.</p>"),
        ({"upscaler_1": "R-ESRGAN 4x+"}, (160, 80), "Limner has no upscaler of the name"),
    ):
        answer = await program_here.post("/extra-batch-images", json={"imageList": images, **asked})
        assert answer.status_code == 200
        assert told in answer.json()["html_info"]
        said = read(base64.b64decode(answer.json()["images"][0]))
        assert said is not None
        assert (said.width, said.height, said.upscaler) == (*size, "")
    large = {"imageList": images * 9, "upscaler_1": "sharp", "upscaling_resize": 25}
    assert (await program_here.post("/extra-batch-images", json=large)).status_code == 422
    assert not await in_thread(Job.objects.exists)
    assert not await in_thread(Upload.objects.exists)


async def test_a_plan_without_the_model_finds_it_nowhere(
    sharp: Model, server_with_accounts: Server, as_alice: httpx.AsyncClient, alice: Account
) -> None:
    alice.plan = await in_thread(lambda: Plan.objects.create(name="few", allowed_models=["storybook"]))
    await in_thread(alice.save)
    images = [str((await in_thread(keep, alice)).public_id)]
    assert await refused(as_alice, images=images, model="sharp") == "model"
    job = (await as_alice.post(JOBS, json={"task": "upscale", "images": images})).json()
    assert (job["state"], job["credits"]) == ("done", 0)
    async with await program_of(alice, server_with_accounts) as program:
        assert "sharp" not in {one["name"] for one in (await program.get("/upscalers")).json()}
        asked = {"image": base64.b64encode(WIDE).decode(), "upscaler_1": "sharp", "upscaling_resize": 2}
        answer = (await program.post("/extra-single-image", json=asked)).json()
    assert opened(base64.b64decode(answer["image"])).size == (160, 80)
    assert "Limner has no upscaler of the name" in answer["html_info"]


def test_the_first_by_name_is_used_where_there_are_several(sharp: Model) -> None:
    assert catalog.enlarger() == sharp
    assert sharp not in catalog.drawing()

"""The same `Idempotency-Key` is the same job: a call that is sent again draws and pays once."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from limner.accounts.keys import make_key
from limner.accounts.models import Account
from limner.gallery.models import Upload
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.api.conftest import PATIENCE, Server, until
from tests.api.files import mask, picture

GENERATIONS = "/v1/images/generations"
ASKED = {"prompt": "a cat", "size": "256x256", "response_format": "b64_json"}
KEY = {"idempotency-key": "order 7"}


async def test_a_call_that_is_sent_again_gets_the_same_pictures(client: httpx.AsyncClient) -> None:
    first, again = [(await client.post(GENERATIONS, json=ASKED, headers=KEY)).json() for _ in range(2)]

    assert again == first
    assert await in_thread(Job.objects.count) == 1
    other = (await client.post(GENERATIONS, json=ASKED, headers={"idempotency-key": "order 8"})).json()
    assert other["limner"]["job"] != first["limner"]["job"]


async def test_a_stream_that_is_sent_again_ends_with_the_same_picture(client: httpx.AsyncClient) -> None:
    asked = ASKED | {"stream": True}
    first, again = [(await client.post(GENERATIONS, json=asked, headers=KEY)).text for _ in range(2)]
    assert [line for line in again.splitlines() if line.startswith("event:")] == ["event: image_generation.completed"]
    pictures = [re.findall(r'"b64_json": ?"([^"]+)"', stream) for stream in (first, again)]
    assert pictures[0] == pictures[1]
    assert len(pictures[0]) == 1
    assert await in_thread(Job.objects.count) == 1


async def test_calls_at_the_same_moment_wait_for_one_job(client: httpx.AsyncClient, server: Server) -> None:
    server.painter.may_paint.clear()
    calls = [asyncio.create_task(client.post(GENERATIONS, json=ASKED, headers=KEY)) for _ in range(3)]
    await asyncio.wait_for(server.painter.started.wait(), PATIENCE)
    server.painter.may_paint.set()
    answers = [(await call).json() for call in calls]
    assert answers[1:] == answers[:1] * 2
    assert len(server.painter.orders) == 1


async def test_who_hangs_up_and_comes_back_with_the_key_finds_the_picture(
    client: httpx.AsyncClient, server: Server
) -> None:
    server.painter.may_paint.clear()
    call = asyncio.create_task(client.post(GENERATIONS, json=ASKED, headers=KEY))
    await asyncio.wait_for(server.painter.started.wait(), PATIENCE)
    call.cancel()
    await asyncio.wait([call])
    server.painter.may_paint.set()
    await until(lambda: Job.objects.get().state == State.DONE)

    assert (await client.post(GENERATIONS, json=ASKED, headers=KEY)).status_code == 200
    assert len(server.painter.orders) == 1


async def test_a_key_that_was_used_for_something_else_is_refused(client: httpx.AsyncClient) -> None:
    await client.post(GENERATIONS, json=ASKED, headers=KEY)
    for more in ({"prompt": "a dog"}, {"n": 2}, {"size": "512x512"}):
        answer = await client.post(GENERATIONS, json=ASKED | more, headers=KEY)
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert (error["code"], error["param"]) == ("idempotency_key_reused", "idempotency-key")
    assert await in_thread(Job.objects.count) == 1


async def test_an_edit_is_sent_again_with_its_files(client: httpx.AsyncClient) -> None:
    async def edit(prompt: str, size: tuple[int, int] = (64, 64)) -> httpx.Response:
        form = {"prompt": prompt, "size": "256x256", "response_format": "b64_json"}
        return await client.post("/v1/images/edits", data=form, files={"image": picture(size)}, headers=KEY)

    first, again = [(await edit("a red house")).json() for _ in range(2)]
    assert again == first
    assert (await edit("a blue house")).status_code == 400
    assert (await edit("a red house", (96, 96))).status_code == 400
    assert await in_thread(Upload.objects.count) == 1


@pytest.mark.parametrize("stream", ["false", "true"])
async def test_what_an_edit_that_is_sent_again_brings_is_not_kept_twice(
    client: httpx.AsyncClient, server: Server, stream: str
) -> None:
    form = {"prompt": "a red house", "size": "256x256", "stream": stream}
    for _ in range(3):
        files = {"image": picture(), "mask": mask()}
        answer = await client.post("/v1/images/edits", data=form, files=files, headers=KEY)
        assert answer.status_code == 200, answer.text
    kept = await in_thread(lambda: {str(upload.public_id) for upload in Upload.objects.all()})
    [order] = server.painter.orders
    assert kept == set(order.images)
    assert len(kept) == 2


@pytest.mark.parametrize("key", ["x" * 201, "é", "a\tb"])
async def test_a_key_that_could_not_be_kept_is_refused(client: httpx.AsyncClient, key: str) -> None:
    answer = await client.post(GENERATIONS, json=ASKED, headers={b"idempotency-key": key.encode()})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "idempotency-key"


async def test_bobs_key_is_not_alices(server_with_accounts: Server, alice: Account, bob: Account) -> None:
    secrets = [(await in_thread(make_key, person, "laptop"))[1] for person in (alice, bob)]
    async with httpx.AsyncClient(base_url=server_with_accounts.url, timeout=PATIENCE) as client:
        answers = [
            (await client.post(GENERATIONS, json=ASKED, headers=KEY | {"api-key": secret})).json()
            for secret in secrets
        ]
    assert answers[0]["limner"]["job"] != answers[1]["limner"]["job"]

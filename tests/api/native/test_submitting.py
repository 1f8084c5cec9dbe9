"""`POST /api/v1/jobs`: answered at once, drawn whatever happens, once per idempotency key."""

from __future__ import annotations

import httpx
import pytest
from pytest_django import Settings

from limner.accounts.models import Account, Plan
from limner.jobs.models import Job
from limner.jobs.threads import in_thread
from tests.api.conftest import Server, until
from tests.api.files import mask, picture
from tests.api.native.ended import drawn, ended, submitted

JOBS = "/api/v1/jobs"


async def test_a_job_is_taken_on_at_once_and_drawn_after_its_caller_has_gone(
    server: Server, client: httpx.AsyncClient
) -> None:
    server.painter.may_paint.clear()
    answer = await client.post(JOBS, json={"prompt": "a cat", "size": "256x256", "n": 2, "seed": 7})
    job = answer.json()

    assert answer.status_code == 202
    assert answer.headers["location"] == f"{server.url}{JOBS}/{job['id']}"
    assert answer.headers["cache-control"] == "no-store"
    assert job["state"] in ("queued", "running")
    assert (job["prompt"], job["size"], job["n"], job["seed"], job["task"]) == ("a cat", "256x256", 2, 7, "create")
    assert job["warnings"] == []
    assert 0 < job["outlook"]["seconds_low"] < job["outlook"]["seconds_high"]
    assert job["credits"] > 0

    server.painter.may_paint.set()
    done = await ended(client, job)
    assert (done["state"], done["error"]) == ("done", None)
    assert done["outlook"] == {"ahead": 0, "seconds_low": 0, "seconds_high": 0}
    assert [one["index"] for one in done["pictures"]] == [0, 1]
    assert (await client.get(done["pictures"][0]["url"])).headers["content-type"] == "image/png"


async def test_the_same_key_is_the_same_job_and_another_wish_under_it_is_refused(client: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "the first of may"}
    wish = {"prompt": "a cat", "size": "256x256"}
    first, again = [(await client.post(JOBS, json=wish, headers=headers)).json() for _ in range(2)]
    other = await client.post(JOBS, json={**wish, "prompt": "a dog"}, headers=headers)

    assert again["id"] == first["id"]
    assert other.status_code == 400
    assert other.json()["error"]["code"] == "idempotency_key_reused"
    assert await in_thread(Job.objects.count) == 1


async def test_another_seed_or_image_under_the_same_key_is_another_wish(client: httpx.AsyncClient) -> None:
    async def upload() -> str:
        answer = await client.post("/api/v1/uploads", files={"image": picture()})
        kept: str = answer.json()["id"]
        return kept

    wish = {"prompt": "a cat", "size": "256x256", "seed": 7, "images": [await upload()]}
    headers = {"idempotency-key": "the second of may"}
    first, again = [(await client.post(JOBS, json=wish, headers=headers)).json() for _ in range(2)]
    assert again["id"] == first["id"]
    for more in ({"seed": 8}, {"seed": None}, {"images": [await upload()]}):
        other = await client.post(JOBS, json={**wish, **more}, headers=headers)
        assert other.json()["error"]["code"] == "idempotency_key_reused"


async def test_what_the_model_passes_over_is_said_and_drawn_all_the_same(client: httpx.AsyncClient) -> None:
    job = await submitted(client, prompt="a zyzzyva on a boat", style="natural")
    assert {warned["param"] for warned in job["warnings"]} >= {"prompt"}
    assert "zyzzyva" in job["warnings"][-1]["message"]


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({}, "prompt", "missing_required_parameter"),
        ({"prompt": ""}, "prompt", "empty_string"),
        ({"prompt": 5}, "prompt", "invalid_value"),
        ({"prompt": "a cat", "n": 0}, "n", "integer_below_min_value"),
        ({"prompt": "a cat", "n": "2"}, "n", "invalid_value"),
        ({"prompt": "a cat", "size": "255x255"}, "size", "invalid_value"),
        ({"prompt": "a cat", "model": "nobody"}, "model", "invalid_value"),
        ({"prompt": "a cat", "task": "dance"}, "task", "invalid_value"),
        ({"prompt": "a cat", "task": "upscale"}, "images", "missing_required_parameter"),
        ({"prompt": "a cat", "steeps": 4}, "steeps", "unknown_parameter"),
        ({"prompt": "a cat", "images": ["7"]}, "images.0", "invalid_value"),
        ({"prompt": "a cat", "images": ["00000000-0000-4000-8000-000000000000"]}, "images", "invalid_value"),
        ({"prompt": "a cat", "mask": "00000000-0000-4000-8000-000000000000"}, "mask", "invalid_value"),
        ({"prompt": "a\0cat"}, "prompt", "invalid_value"),
    ],
)
async def test_a_wrong_wish_names_the_field_and_stores_nothing(
    client: httpx.AsyncClient, body: dict[str, object], param: str, code: str
) -> None:
    answer = await client.post(JOBS, json=body)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert (error["param"], error["code"], error["type"]) == (param, code, "invalid_request_error")
    assert error["message"]
    assert not await in_thread(Job.objects.exists)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"cat"', b'{"prompt": NaN}', b"[" * 100_000, b"\xff"])
async def test_a_body_that_is_no_object_is_refused_in_words(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post(JOBS, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"].keys() == {"message", "type", "param", "code"}


async def test_a_waiting_job_is_cancelled_at_once_and_a_second_time_changes_nothing(
    server: Server, client: httpx.AsyncClient
) -> None:
    server.painter.may_paint.clear()
    running, waiting = await submitted(client), await submitted(client)
    await server.painter.started.wait()
    for _ in range(2):
        answer = await client.post(f"{JOBS}/{waiting['id']}/cancel")
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert (await client.post(f"{JOBS}/{running['id']}/cancel")).status_code == 200
    assert (await ended(client, running))["state"] == "cancelled"


async def test_an_upload_and_a_mask_make_an_edit(server: Server, client: httpx.AsyncClient) -> None:
    given = [
        (await client.post("/api/v1/uploads", files={"image": file})).json()["id"] for file in (picture(), mask())
    ]
    done = await drawn(client, images=[given[0]], mask=given[1])
    request = server.painter.orders[0].request

    assert done["task"] == "edit"
    assert [image.public_id for image in request.images] == [given[0]]
    assert request.mask is not None
    assert (request.mask.public_id, request.mask.has_alpha) == (given[1], True)


async def test_a_picture_is_varied_and_a_mask_of_another_size_is_refused(
    server: Server, client: httpx.AsyncClient
) -> None:
    first = (await drawn(client))["pictures"][0]["id"]
    again = await drawn(client, prompt=None, task="vary", images=[first])
    small = (await client.post("/api/v1/uploads", files={"image": mask()})).json()["id"]
    wrong = await client.post(JOBS, json={"prompt": "a dog", "images": [first], "mask": small})

    assert again["task"] == "vary"
    assert [image.public_id for image in server.painter.orders[1].request.images] == [first]
    assert wrong.json()["error"]["code"] == "invalid_mask_image_format"


async def test_nobody_draws_from_somebody_elses_picture(
    as_alice: httpx.AsyncClient, as_charlie: httpx.AsyncClient
) -> None:
    hers = await drawn(as_alice)
    stolen = await as_charlie.post(JOBS, json={"prompt": "a cat", "images": [hers["pictures"][0]["id"]]})
    assert stolen.json()["error"]["param"] == "images"
    for reached in (
        await as_charlie.get(f"{JOBS}/{hers['id']}"),
        await as_charlie.post(f"{JOBS}/{hers['id']}/cancel"),
        await as_charlie.get(f"{JOBS}/{hers['id']}/events"),
    ):
        assert (reached.status_code, reached.json()["error"]["code"]) == (404, "not_found")


async def test_a_blocked_word_is_drawn_here_neither(client: httpx.AsyncClient, settings: Settings) -> None:
    settings.LIMNER_BLOCKED_WORDS = "basilisk"
    answer = await client.post(JOBS, json={"prompt": "a Basilisk"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "content_policy_violation")
    assert "basilisk" in answer.json()["error"]["message"]
    assert not await in_thread(Job.objects.exists)


async def test_without_credits_nothing_is_taken_on(as_alice: httpx.AsyncClient, alice: Account) -> None:
    plan = await in_thread(Plan.objects.create, name="none", credits_per_month=1)
    await in_thread(Account.objects.filter(pk=alice.pk).update, plan=plan)
    answer = await as_alice.post(JOBS, json={"prompt": "a cat"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "insufficient_quota")
    assert answer.headers["x-should-retry"] == "false"
    await until(lambda: not Job.objects.exists())

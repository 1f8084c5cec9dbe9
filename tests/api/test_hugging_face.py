"""Hugging Face's call where it is not as usual: keys, others' names, a job that ends early, a fault of ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from limner.accounts.keys import make_key
from limner.accounts.models import Account, Plan, Scope
from limner.api import huggingface
from limner.engines.contract import Size
from limner.errors import ModelBroken
from limner.jobs.models import Job
from limner.jobs.services import cancel
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.api.conftest import PATIENCE, Server, until

ASKED = {"inputs": "a cat", "parameters": {"width": 64}}


@pytest.fixture
async def held(client: httpx.AsyncClient, server: Server) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """A call whose picture is being drawn and does not get done by itself."""
    server.painter.may_paint.clear()
    call = asyncio.create_task(client.post("/hf/storybook", json=ASKED))
    await asyncio.wait_for(server.painter.started.wait(), PATIENCE)
    yield call
    call.cancel()
    await asyncio.wait([call])


@pytest.mark.parametrize(
    ("parameters", "size"),
    [({}, Size(1024, 1024)), ({"width": 64}, Size(64, 64)), ({"height": 80, "width": None}, Size(80, 80))],
)
async def test_one_side_alone_is_a_squares_and_none_the_models_own(
    client: httpx.AsyncClient, server: Server, parameters: dict[str, Any], size: Size
) -> None:
    assert (await client.post("/hf/storybook", json={"inputs": "a cat", "parameters": parameters})).status_code == 200
    assert server.painter.orders[0].request.size == size


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"width": 0}, "Width and height must be 64 to 4096."),
        ({"width": 0, "height": 512}, "Invalid size '0x512'. Width and height must be 64 to 4096."),
        ({"height": 0}, "Width and height must be 64 to 4096."),
        ({"width": 0.5}, "'width' must be an integer"),
        ({"num_inference_steps": 0}, "Invalid 'num_inference_steps': integer below minimum value."),
        ({"num_inference_steps": "many"}, "Invalid type for 'num_inference_steps': expected an integer"),
        ({"guidance_scale": -1}, "Invalid 'guidance_scale': decimal below minimum value."),
    ],
)
async def test_a_wrong_parameter_is_named_as_it_was_sent_with_its_bounds(
    client: httpx.AsyncClient, parameters: dict[str, Any], said: str
) -> None:
    answer = await client.post("/hf/storybook", json={"inputs": "a cat", "parameters": parameters})
    assert answer.status_code == 400
    assert said in answer.json()["error"]


async def test_openais_names_and_ones_own_draw_too(client: httpx.AsyncClient, settings: Settings) -> None:
    settings.LIMNER_TARGETS = {"stabilityai/sd-turbo": "storybook"}
    for name in ("dall-e-2", "stabilityai/sd-turbo"):
        answer = await client.post(f"/hf/{name}", json=ASKED)
        assert answer.headers["x-limner-model"] == "storybook"


async def test_warnings_are_fit_for_a_header(client: httpx.AsyncClient) -> None:
    asked = {**ASKED, "parameters": {"width": 64, "scheduler\r\nset-cookie: a=b": "x", "größe": 1}}
    answer = await client.post("/hf/storybook", json=asked)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert answer.headers["x-hf-warning"].isascii()


async def test_a_job_that_its_owner_cancels_is_an_error(
    client: httpx.AsyncClient, held: asyncio.Task[httpx.Response]
) -> None:
    job = await in_thread(Job.objects.select_related("account").get)
    await in_thread(cancel, job.account, job.public_id)
    answer = await held
    assert answer.status_code == 400
    assert "cancelled" in answer.json()["error"]


async def test_a_caller_who_hangs_up_takes_the_job_along(held: asyncio.Task[httpx.Response]) -> None:
    held.cancel()
    await until(lambda: Job.objects.get().state == State.CANCELLED)


async def test_a_model_that_breaks_is_not_asked_again(client: httpx.AsyncClient, server: Server) -> None:
    server.painter.trouble = ModelBroken("The model's files are damaged.")
    answer = await client.post("/hf/storybook", json=ASKED)
    assert (answer.status_code, answer.json()) == (500, {"error": "The model's files are damaged."})
    assert answer.headers["x-should-retry"] == "false"


async def test_a_fault_of_ours_tells_no_secrets(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(huggingface, "_understood", breaks)
    with caplog.at_level(logging.ERROR):
        answer = await client.post("/hf/storybook", json=ASKED)
    assert answer.status_code == 500
    assert "swordfish" not in answer.text
    assert answer.headers["x-request-id"] in caplog.text


async def test_a_token_is_a_key_that_may_draw(server_with_accounts: Server, alice: Account) -> None:
    def keys() -> tuple[str, str]:
        alice.plan = Plan.objects.create(name="empty", credits_per_month=0)
        alice.save()
        return make_key(alice, "laptop")[1], make_key(alice, "reader", scopes=[Scope.READ])[1]

    good, reader = await in_thread(keys)
    async with httpx.AsyncClient(base_url=server_with_accounts.url, timeout=PATIENCE) as client:
        for secret, status in (("hf_wrong", 401), (reader, 403), (good, 429)):
            headers = {"authorization": f"Bearer {secret}"}
            answer = await client.post("/hf/storybook", json=ASKED, headers=headers)
            assert answer.status_code == status
            assert isinstance(answer.json()["error"], str)

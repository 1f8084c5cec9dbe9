"""OpenAI's own library, of today, against Limner: pictures, errors by class, and what it retries."""

from __future__ import annotations

import asyncio
import base64
import io
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image

from limner.accounts.keys import make_key
from limner.accounts.models import Account
from limner.engines.contract import Size
from limner.errors import ModelBroken
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.api.conftest import Server, until

if TYPE_CHECKING:
    from openai import AsyncOpenAI

pytestmark = pytest.mark.extra


def library(server: Server, key: str = "any") -> AsyncOpenAI:
    from openai import AsyncOpenAI

    return AsyncOpenAI(base_url=f"{server.url}/v1", api_key=key)


def size_of(file: bytes) -> Size:
    with Image.open(io.BytesIO(file)) as picture:
        return Size(*picture.size)


async def test_a_link_is_fetched_without_a_key(server: Server) -> None:
    async with library(server) as client:
        answer = await client.images.generate(prompt="a cat", n=2, size="256x256")
    assert answer.data is not None
    async with httpx.AsyncClient() as stranger:
        for datum in answer.data:
            assert datum.url is not None
            assert datum.b64_json is None
            fetched = await stranger.get(datum.url)
            assert size_of(fetched.content) == Size(256, 256)


async def test_every_name_the_library_knows_draws(server: Server) -> None:
    from typing import get_args

    from openai.types import ImageModel

    async with library(server) as client:
        for name in get_args(ImageModel):
            answer = await client.images.generate(prompt="a cat", model=name)
            assert answer.data is not None
            datum = answer.data[0]
            assert (datum.url is None) == name.startswith(("gpt-image", "chatgpt-image"))
            if datum.b64_json is not None:
                assert answer.size == str(size_of(base64.b64decode(datum.b64_json)))
                assert answer.usage is not None
                assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens


async def test_extra_body_reaches_the_engine(server: Server) -> None:
    async with library(server) as client:
        await client.images.generate(prompt="a cat", extra_body={"seed": 9, "steps": 3, "negative_prompt": "rain"})
    request = server.painter.orders[0].request
    assert (request.seed, request.steps, request.negative_prompt) == (9, 3, "rain")


async def test_a_bad_size_is_its_bad_request_error_with_param_and_code(server: Server) -> None:
    from openai import BadRequestError

    async with library(server) as client:
        with pytest.raises(BadRequestError) as caught:
            await client.images.generate(prompt="a cat", extra_body={"size": "255x255"})
    assert (caught.value.param, caught.value.code) == ("size", "invalid_value")
    assert caught.value.request_id is not None
    assert caught.value.request_id.startswith("req_")


async def test_a_stream_is_its_own_typed_events(server: Server) -> None:
    from openai.types import ImageGenCompletedEvent, ImageGenPartialImageEvent

    server.painter.steps, server.painter.step_seconds = 4, 0.1
    async with library(server) as client:
        stream = await client.images.generate(prompt="a cat", model="gpt-image-1", stream=True, partial_images=2)
        events = [event async for event in stream]
    assert [type(event) for event in events] == [ImageGenPartialImageEvent] * 2 + [ImageGenCompletedEvent]


async def test_a_stream_that_fails_in_the_middle_is_its_api_error(server: Server) -> None:
    from openai import APIError

    server.painter.trouble, server.painter.trouble_at = ModelBroken("The model's files are damaged."), 1
    async with library(server) as client:
        stream = await client.images.generate(prompt="a cat", model="gpt-image-1", n=2, stream=True)
        assert (await anext(stream)).type == "image_generation.completed"
        with pytest.raises(APIError, match="damaged") as caught:
            await anext(stream)
    assert (caught.value.code, caught.value.type) == ("model_broken", "server_error")


async def test_a_broken_model_is_not_asked_again(server: Server) -> None:
    from openai import InternalServerError

    server.painter.trouble = ModelBroken("The model's files are damaged.")
    async with library(server) as client:
        with pytest.raises(InternalServerError, match="damaged"):
            await client.images.generate(prompt="a cat")
    assert await in_thread(Job.objects.count) == 1


async def test_models_are_listed(server: Server) -> None:
    async with library(server) as client:
        assert "dall-e-2" in {model.id async for model in client.models.list()}


async def test_a_task_that_is_cancelled_takes_its_job_along(server: Server) -> None:
    server.painter.may_paint.clear()
    async with library(server) as client:
        call = asyncio.create_task(client.images.generate(prompt="a cat"))
        await server.painter.started.wait()
        call.cancel()
        await until(lambda: Job.objects.get().state == State.CANCELLED)


async def test_a_key_is_asked_for_with_accounts_on(server_with_accounts: Server, alice: Account) -> None:
    from openai import AuthenticationError

    _, secret = await in_thread(make_key, alice, "laptop")
    async with library(server_with_accounts, "sk-wrong") as stranger:
        with pytest.raises(AuthenticationError, match="Incorrect API key"):
            await stranger.models.list()
    async with library(server_with_accounts, secret) as client:
        assert (await client.images.generate(prompt="a cat", size="256x256")).data

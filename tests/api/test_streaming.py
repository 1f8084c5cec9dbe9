"""`stream: true`, with everything real but the model."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from limner.api.openai import streaming
from limner.errors import EngineError
from limner.jobs import events, sse, waiting
from limner.jobs.bus import MemoryBus, bus
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.provenance.mark import read
from limner.storage import blobs
from tests.api.conftest import PATIENCE, Server, until
from tests.api.events import COMMENT, Event, events_of
from tests.api.files import picture
from tests.api.painter import colour_of

GENERATIONS = "/v1/images/generations"
ASKED = {"prompt": "a cat", "size": "256x256", "seed": 7, "stream": True}


@asynccontextmanager
async def streaming_of(
    client: httpx.AsyncClient, headers: dict[str, str] | None = None, **more: Any
) -> AsyncIterator[tuple[httpx.Response, AsyncIterator[Event]]]:
    async with client.stream("POST", GENERATIONS, json={**ASKED, **more}, headers=headers) as answer:
        yield answer, events_of(answer)


async def all_of(client: httpx.AsyncClient, **more: Any) -> list[Event]:
    async with streaming_of(client, **more) as (answer, events):
        assert answer.status_code == 200
        return [event async for event in events]


@pytest.fixture
def slow(server: Server) -> None:
    """Four steps, a preview after each but the last, with time between them."""
    server.painter.steps = 4
    server.painter.step_seconds = 0.1


async def test_a_picture_is_seen_becoming_and_then_done(client: httpx.AsyncClient, slow: None) -> None:
    heard = await all_of(client, partial_images=3)

    assert [event.word for event in heard] == ["partial_image"] * 3 + ["completed"]
    assert [event.data["partial_image_index"] for event in heard[:3]] == [0, 1, 2]
    for event in heard:
        assert event.picture().size == (256, 256)
        assert event.picture().format == "PNG"
        near = zip(event.picture().tobytes(), colour_of(7), strict=False)
        assert all(abs(ours - theirs) < 12 for ours, theirs in near)


@pytest.mark.parametrize("most", [0, 1, 2])
async def test_no_more_partial_pictures_come_than_were_asked_for(
    client: httpx.AsyncClient, slow: None, most: int
) -> None:
    heard = await all_of(client, partial_images=most)
    assert [event.word for event in heard] == ["partial_image"] * most + ["completed"]


@pytest.mark.parametrize(("asked", "is_"), [("jpeg", "JPEG"), ("webp", "WEBP"), ("png", "PNG")])
async def test_partial_pictures_have_the_format_and_the_size_that_the_whole_one_has(
    client: httpx.AsyncClient, slow: None, asked: str, is_: str
) -> None:
    heard = await all_of(client, model="gpt-image-1", size="1024x1536", output_format=asked, partial_images=1)

    assert [event.picture().format for event in heard] == [is_, is_]
    assert [event.picture().size for event in heard] == [(1024, 1536)] * 2
    assert [(event.data["output_format"], event.data["size"]) for event in heard] == [(asked, "1024x1536")] * 2


async def test_partial_pictures_are_compressed_as_the_whole_one_is(client: httpx.AsyncClient, slow: None) -> None:
    lengths = []
    for compression in (5, 95):
        heard = await all_of(
            client, output_format="jpeg", output_compression=compression, size="1024x1024", partial_images=1
        )
        lengths.append([len(event.data["b64_json"]) for event in heard])
    for small, large in zip(*lengths, strict=True):
        assert small < large


async def test_partial_pictures_say_that_they_are_machine_made(client: httpx.AsyncClient, slow: None) -> None:
    for event in await all_of(client, partial_images=1):
        made = read(base64.b64decode(event.data["b64_json"]))
        assert made is not None
        assert (made.prompt, made.seed) == ("a cat", 7)


async def test_of_two_pictures_each_is_seen_becoming_before_the_next_one(
    client: httpx.AsyncClient, slow: None
) -> None:
    heard = await all_of(client, n=2, partial_images=1)

    assert [event.word for event in heard] == ["partial_image", "completed"] * 2
    assert [event.data["partial_image_index"] for event in heard[::2]] == [0, 0]
    assert [event.data["limner"]["index"] for event in heard[1::2]] == [0, 1]
    assert heard[1].picture().getpixel((9, 9)) == tuple(colour_of(7))
    assert heard[3].picture().getpixel((9, 9)) == tuple(colour_of(8))


async def test_events_of_an_edit_are_called_so(client: httpx.AsyncClient, slow: None) -> None:
    fields = {"prompt": "a hat", "stream": "true", "partial_images": "1", "size": "256x256"}
    async with client.stream("POST", "/v1/images/edits", data=fields, files={"image": picture()}) as answer:
        heard = [event async for event in events_of(answer)]
    assert [event.name for event in heard] == ["image_edit.partial_image", "image_edit.completed"]


async def test_a_stream_has_the_headers_of_every_answer(client: httpx.AsyncClient) -> None:
    async with streaming_of(client) as (answer, events):
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["x-request-id"].startswith("req_")
        assert float(answer.headers["openai-processing-ms"]) >= 0
        assert answer.headers["openai-version"] == "2020-10-01"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-limner-model"] == "storybook"
        assert [event.word async for event in events] == ["completed"]


async def test_a_preview_that_is_no_picture_is_passed_over(
    client: httpx.AsyncClient, server: Server, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.painter, "preview", lambda order, index: b"RIFF\x1a\x00\x00\x00WEBPVP8L")
    assert [event.word for event in await all_of(client, partial_images=3)] == ["completed"]


# What goes wrong


async def test_what_goes_wrong_before_the_first_byte_is_an_answer_like_any_other(
    client: httpx.AsyncClient, server: Server
) -> None:
    server.painter.trouble = EngineError("The model has no paint left.")
    answer = await client.post(GENERATIONS, json=ASKED)

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert (error["type"], error["code"]) == ("server_error", "engine_error")
    assert "paint" in error["message"]


async def test_what_goes_wrong_later_is_an_event_and_ends_the_stream(
    client: httpx.AsyncClient, server: Server
) -> None:
    server.painter.trouble, server.painter.trouble_at = EngineError("The model has no paint left."), 1
    heard = await all_of(client, n=2)

    assert [event.word for event in heard] == ["completed", "error"]
    assert heard[1].data == {
        "type": "error",
        "error": {
            "type": "server_error",
            "code": "engine_error",
            "message": "The model has no paint left.",
            "param": None,
        },
    }


async def test_a_bug_in_a_stream_tells_its_caller_nothing_but_where_to_look(
    client: httpx.AsyncClient, slow: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(blobs, "get", broken)
    async with streaming_of(client, partial_images=1) as (answer, events):
        heard = [event async for event in events]

    assert [event.word for event in heard] == ["partial_image", "error"]
    assert "secret" not in str(heard[1].data)
    assert heard[1].data["error"]["type"] == "server_error"
    assert answer.headers["x-request-id"] in caplog.text


async def test_a_job_that_would_wait_too_long_is_refused_at_once_and_not_kept(
    client: httpx.AsyncClient, server: Server, settings: Settings
) -> None:
    server.painter.may_paint.clear()
    first = asyncio.create_task(client.post(GENERATIONS, json={**ASKED, "stream": False, "n": 10}))
    await asyncio.wait_for(server.painter.started.wait(), PATIENCE)
    settings.LIMNER_API_MAX_WAIT = 0.01

    answer = await client.post(GENERATIONS, json=ASKED)

    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["error"]["code"] == "rate_limit_exceeded"
    assert 1 <= int(answer.headers["retry-after"]) <= 120
    assert await in_thread(Job.objects.count) == 1
    server.painter.may_paint.set()
    assert (await asyncio.wait_for(first, PATIENCE)).status_code == 200


# Who leaves, and who comes back


async def test_who_hangs_up_on_a_stream_takes_the_job_along(
    client: httpx.AsyncClient, server: Server, slow: None
) -> None:
    async with streaming_of(client, n=10, partial_images=1) as (_, events):
        assert (await anext(events)).word == "partial_image"

    await until(lambda: Job.objects.get().state == State.CANCELLED)
    assert server.painter.cancelled == [server.painter.orders[0].job]


async def test_who_hangs_up_before_anything_is_said_takes_the_job_along(
    client: httpx.AsyncClient, server: Server
) -> None:
    server.painter.may_paint.clear()
    call = asyncio.create_task(client.post(GENERATIONS, json=ASKED))
    await asyncio.wait_for(server.painter.started.wait(), PATIENCE)
    call.cancel()

    await until(lambda: Job.objects.get().state == State.CANCELLED)


async def test_who_hangs_up_while_nothing_happens_takes_the_job_along(
    client: httpx.AsyncClient, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "KEEP_ALIVE_SECONDS", 0.05)
    server.painter.may_paint.clear()
    async with streaming_of(client) as (_, events):
        assert (await anext(events)).name == COMMENT

    await until(lambda: Job.objects.get().state == State.CANCELLED)


async def test_who_reads_no_further_and_then_hangs_up_takes_the_job_along(
    client: httpx.AsyncClient, server: Server, slow: None
) -> None:
    """The server is in the middle of sending then."""
    async with streaming_of(client, n=10, size="1024x1024", model="gpt-image-1", partial_images=3):
        await until(lambda: len(server.painter.orders) > 0)
        await asyncio.sleep(0.5)

    await until(lambda: Job.objects.get().state == State.CANCELLED)


async def test_a_stream_ends_with_an_error_when_the_server_stops_and_the_job_stays(
    client: httpx.AsyncClient, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "KEEP_ALIVE_SECONDS", 0.05)
    server.painter.may_paint.clear()
    try:
        async with streaming_of(client) as (_, events):
            assert (await anext(events)).name == COMMENT
            await asyncio.wait_for(server.painter.started.wait(), PATIENCE)
            waiting.stop_waiting()
            bus().close()
            async with asyncio.timeout(PATIENCE):
                heard = [event async for event in events if event.name != COMMENT]
    finally:
        waiting.wait_again()

    assert [(event.word, event.data["error"]["code"]) for event in heard] == [("error", "unavailable")]
    assert (await in_thread(Job.objects.get)).state == State.RUNNING


async def test_the_same_idempotency_key_streams_the_same_pictures_again(client: httpx.AsyncClient) -> None:
    heard = []
    for _ in range(2):
        async with streaming_of(client, {"Idempotency-Key": "once"}, n=2) as (_, events):
            heard.append([event async for event in events])

    assert [event.word for event in heard[1]] == ["completed", "completed"]
    again = [(event.data["b64_json"], event.data["limner"]) for event in heard[1]]
    assert again == [(event.data["b64_json"], event.data["limner"]) for event in heard[0]]
    assert await in_thread(Job.objects.count) == 1


async def test_pictures_that_the_bus_never_told_of_are_found_by_the_poll(
    client: httpx.AsyncClient, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where another process draws."""
    monkeypatch.setattr(events, "bus", MemoryBus)
    assert [event.word for event in await all_of(client, n=2)] == ["completed", "completed"]


# While nothing is to be said


async def test_while_nothing_happens_comments_keep_the_stream_alive(
    client: httpx.AsyncClient, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "KEEP_ALIVE_SECONDS", 0.05)
    server.painter.may_paint.clear()
    async with streaming_of(client) as (answer, events):
        assert answer.status_code == 200
        assert [(await anext(events)).name for _ in range(3)] == [COMMENT] * 3
        server.painter.may_paint.set()
        assert [event.word async for event in events if event.name != COMMENT] == ["completed"]


async def test_steps_that_the_caller_is_not_shown_are_a_reason_for_comments(
    client: httpx.AsyncClient, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "QUIET_SECONDS", 0.1)
    heard = await all_of(client)
    assert len(heard) >= 3
    assert [event.word for event in heard] == [COMMENT] * (len(heard) - 1) + ["completed"]

"""The account's stream as the page hears it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.test import AsyncClient

from limner.accounts.models import Account
from limner.accounts.services import set_password
from limner.jobs.services import cancel
from limner.jobs.threads import in_thread
from limner.studio import stream
from tests.cast import asigned_in
from tests.studio.people import a_job

pytestmark = pytest.mark.django_db(transaction=True)


async def first_events(answer: object, count: int) -> list[tuple[str, dict[str, Any]]]:
    """The first `count` events of a streaming answer, parsed."""
    stream: AsyncIterator[bytes] = answer.streaming_content  # type: ignore[attr-defined]
    found: list[tuple[str, dict[str, Any]]] = []
    buffer = ""
    async with asyncio.timeout(10):
        async for piece in stream:
            buffer += piece.decode()
            while "\n\n" in buffer:
                event, buffer = buffer.split("\n\n", 1)
                lines = dict(line.split(": ", 1) for line in event.splitlines() if not line.startswith(":"))
                if "event" in lines:
                    found.append((lines["event"], json.loads(lines["data"])))
            if len(found) >= count:
                break
    return found


async def test_the_stream_replays_what_came_after_the_number_named(alice: Account, accounts_on: None) -> None:
    seen = await in_thread(a_job, alice)
    missed = await in_thread(a_job, alice)
    client = await asigned_in(alice)
    answer = await client.get("/events", {"after": "1"})
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    events = await first_events(answer, 2)
    assert [kind for kind, _ in events] == ["hello", "state"]
    assert events[1][1]["job"] == str(missed.public_id) != str(seen.public_id)


async def test_a_reconnecting_browsers_header_counts_more_than_the_address(alice: Account, accounts_on: None) -> None:
    for _ in range(3):
        await in_thread(a_job, alice)
    client = await asigned_in(alice)
    answer = await client.get("/events", {"after": "0"}, headers={"Last-Event-ID": "2"})
    events = await first_events(answer, 2)
    assert [kind for kind, _ in events] == ["hello", "state"]


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 19, "²", "-1", "1e3"])
@pytest.mark.parametrize("said_in", ["query_params", "headers"])
async def test_a_number_that_was_never_an_events_begins_the_stream_now(
    alice: Account, accounts_on: None, said_in: str, number: str
) -> None:
    await in_thread(a_job, alice)
    client = await asigned_in(alice)
    said = {"after" if said_in == "query_params" else "Last-Event-ID": number}
    answer = await client.get("/events", **{said_in: said})  # type: ignore[arg-type]
    assert await first_events(answer, 1) == [("hello", {"number": 1})]


@pytest.mark.parametrize("end", ["sign out", "close the account", "change the password"])
async def test_a_stream_tells_nothing_more_to_whoever_is_signed_in_no_longer(
    alice: Account, accounts_on: None, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "ASK_AGAIN_SECONDS", 0.0)
    client = await asigned_in(alice)
    answer = await client.get("/events")
    pieces = aiter(answer.streaming_content)  # type: ignore[attr-defined]
    assert b"event: hello" in await anext(pieces)
    job = await in_thread(a_job, alice)
    assert b"event: state" in await anext(pieces)
    if end == "sign out":
        await client.post("/sign-out")
    elif end == "close the account":
        await Account.objects.filter(pk=alice.pk).aupdate(is_active=False)
    else:
        await in_thread(set_password, alice, "another long enough word")
    await in_thread(cancel, alice, job.public_id)
    async with asyncio.timeout(10):
        assert await anext(pieces, None) is None


async def test_a_stranger_gets_no_stream(db: None, accounts_on: None) -> None:
    assert (await AsyncClient().get("/events")).status_code == 401

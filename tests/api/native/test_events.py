"""Server-sent events of one job and of an account, for programs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from limner.accounts.keys import revoke
from limner.accounts.models import ApiKey
from limner.api.native import events as native_events
from limner.jobs import sse
from limner.jobs.threads import in_thread
from tests.api.conftest import Server
from tests.api.native.ended import drawn, submitted

Told = tuple[str, dict[str, Any], str | None]


async def told(answer: httpx.Response) -> AsyncIterator[Told]:
    """Each event: its name, its data, its id."""
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields:
            yield fields["event"], json.loads(fields["data"]), fields.get("id")
            fields = {}


async def all_of(client: httpx.AsyncClient, path: str, **headers: str) -> list[Told]:
    async with client.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        return [one async for one in told(answer)]


async def test_a_jobs_stream_tells_all_of_it_and_ends_with_it(server: Server, client: httpx.AsyncClient) -> None:
    server.painter.may_paint.clear()
    job = await submitted(client)
    async with client.stream("GET", f"/api/v1/jobs/{job['id']}/events") as answer:
        server.painter.may_paint.set()
        heard = [one async for one in told(answer)]
    words = [data["state"] if kind == "state" else kind for kind, data, _ in heard]
    assert [word for word in words if word not in ("progress", "preview")] == [
        "hello", "queued", "running", "picture", "done",
    ]  # fmt: skip
    assert "progress" in words
    picture = next(data for kind, data, _ in heard if kind == "picture")
    assert (await client.get(f"/api/v1/pictures/{picture['picture']}")).json()["job"] == job["id"]


async def test_a_program_that_comes_back_is_told_what_it_missed(client: httpx.AsyncClient) -> None:
    job = await drawn(client)
    path = f"/api/v1/jobs/{job['id']}/events"
    whole = await all_of(client, path)
    rest = await all_of(client, path, **{"last-event-id": whole[2][2] or ""})
    assert rest[1:] == whole[3:]
    assert rest[-1][1]["state"] == "done"


async def test_an_accounts_stream_is_its_own(as_alice: httpx.AsyncClient, as_charlie: httpx.AsyncClient) -> None:
    async with as_alice.stream("GET", "/api/v1/events") as answer:
        events = told(answer)
        assert (await anext(events))[0] == "hello"
        his, hers = await submitted(as_charlie), await submitted(as_alice)
        kind, data, _ = await anext(events)
    assert (kind, data["job"], data["state"]) == ("state", hers["id"], "queued")
    assert his["id"] != hers["id"]


async def test_a_stream_ends_when_its_key_is_revoked(
    as_alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native_events, "ASK_AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(sse, "KEEP_ALIVE_SECONDS", 0.1)
    async with as_alice.stream("GET", "/api/v1/events") as answer:
        events = told(answer)
        await anext(events)
        await in_thread(lambda: revoke(ApiKey.objects.get()))
        assert [one async for one in events] == []
    assert (await as_alice.get("/api/v1/events")).status_code == 401


async def test_a_number_that_is_none_is_refused_before_the_stream_begins(client: httpx.AsyncClient) -> None:
    for number in ("minus one", "-1", "9" * 19, "²"):
        answer = await client.get("/api/v1/events", headers=[(b"last-event-id", number.encode())])
        assert answer.status_code == 400
        assert answer.json()["error"]["param"] == "last-event-id"


async def test_an_account_has_only_so_many_streams_open_and_another_once_one_is_closed(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "MOST_STREAMS", 1)
    async with client.stream("GET", "/api/v1/events") as first:
        heard = told(first)
        assert await anext(heard)
        refused = await client.get("/api/v1/events")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "10"
    assert "event streams open" in refused.text
    async with client.stream("GET", "/api/v1/events") as again:
        assert again.status_code == 200

"""The account's stream: hello, replay, then what happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from limner.accounts.models import Account
from limner.jobs.sse import account_stream
from tests.jobs.house import asking, dispatching
from tests.jobs.placements import Painter

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Told:
    kind: str
    data: dict[str, Any]
    id: int | None

    @property
    def word(self) -> str:
        return str(self.data["state"]) if self.kind == "state" else self.kind


def parse(chunk: bytes) -> Told | None:
    """One server-sent event; None for a comment."""
    assert chunk.endswith(b"\n\n")
    lines = [line for line in chunk.decode().strip().split("\n") if not line.startswith(":")]
    if not lines:
        return None
    fields = dict(line.split(": ", 1) for line in lines)
    assert len(fields) == len(lines)
    return Told(fields["event"], json.loads(fields["data"]), int(fields["id"]) if "id" in fields else None)


@asynccontextmanager
async def listening(
    account: Account, last: int | None = None, job: UUID | None = None
) -> AsyncIterator[AsyncIterator[Told]]:
    """A watcher's events, comments left out."""
    stream = account_stream(account.pk, last, job)

    async def events() -> AsyncIterator[Told]:
        async for chunk in stream:
            if (told := parse(chunk)) is not None:
                yield told

    try:
        yield events()
    finally:
        await stream.aclose()  # type: ignore[attr-defined]


async def hear(events: AsyncIterator[Told], last_word: str) -> list[Told]:
    """Everything up to and with `last_word`."""
    heard = []
    async with asyncio.timeout(20):
        async for told in events:
            heard.append(told)
            if told.kind != "hello" and told.word == last_word:
                return heard
    raise AssertionError(f"the stream ended before {last_word}: {heard}")


async def test_a_watcher_sees_a_job_from_queued_to_done(alice: Account) -> None:
    async with listening(alice) as events, dispatching(Painter(step_seconds=0.02)):
        hello = await anext(events)
        assert (hello.kind, hello.data, hello.id) == ("hello", {"number": 0}, 0)
        job = await asking(alice)
        heard = await hear(events, "done")
    durable = [told for told in heard if told.id is not None]
    assert [told.word for told in durable] == ["queued", "running", "picture", "done"]
    assert [told.id for told in durable] == [1, 2, 3, 4]
    assert {told.data["job"] for told in heard} == {str(job.public_id)}
    steps = [told.data for told in heard if told.kind == "progress"]
    assert [(step["step"], step["steps"]) for step in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert all(told.id is None for told in heard if told.kind in ("progress", "preview"))
    assert any(told.data["image"].startswith("data:image/webp;base64,") for told in heard if told.kind == "preview")

"""The account's stream: hello, replay, then what happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import Settings

from limner.accounts.models import Account
from limner.errors import NotFound
from limner.jobs import sse, watch
from limner.jobs.bus import account_channel, bus
from limner.jobs.models import Event, Job
from limner.jobs.services import cancel
from limner.jobs.sse import account_stream, job_stream
from limner.jobs.threads import in_thread
from tests.jobs.house import asking, began, dispatching, now, until
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
    async with heard_of(account_stream(account, last, job)) as events:
        yield events


@asynccontextmanager
async def heard_of(stream: AsyncGenerator[bytes, None]) -> AsyncIterator[AsyncIterator[Told]]:
    """The same of any stream, which is closed in the end."""

    async def events() -> AsyncIterator[Told]:
        async for chunk in stream:
            if (told := parse(chunk)) is not None:
                yield told

    try:
        yield events()
    finally:
        await stream.aclose()


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


async def test_who_comes_back_with_the_last_id_hears_what_was_missed_and_then_what_happens(alice: Account) -> None:
    painter = Painter(held=True)
    async with dispatching(painter):
        job = await asking(alice)
        await began(job)
        async with listening(alice, last=1) as events:
            assert (await anext(events)).id == 1
            assert (await anext(events)).word == "running"
            await painter.let_go()
            heard = await hear(events, "done")
    assert [told.id for told in heard if told.id is not None] == [3, 4]


async def test_without_a_last_id_the_past_is_not_told_again(alice: Account) -> None:
    await asking(alice)
    async with listening(alice) as events:
        assert (await anext(events)).id == 1
        second = await asking(alice)
        heard = await hear(events, "queued")
    assert [told.data["job"] for told in heard] == [str(second.public_id)]


async def test_an_id_from_the_future_is_taken_as_now(alice: Account) -> None:
    job = await asking(alice)
    async with listening(alice, last=10_000) as events:
        assert (await anext(events)).id == 1
        await in_thread(cancel, alice, job.public_id)
        assert [told.id for told in await hear(events, "cancelled")] == [2]


async def test_one_jobs_stream_tells_of_that_job_alone(alice: Account) -> None:
    job, other = await asking(alice), await asking(alice)
    async with listening(alice, last=0, job=other.public_id) as events, dispatching(Painter()):
        await anext(events)
        heard = await hear(events, "done")
    assert {told.data["job"] for told in heard} == {str(other.public_id)}
    assert (await in_thread(now, job)).state == "done"


async def test_one_jobs_own_stream_begins_with_its_first_event_and_ends_with_its_last(alice: Account) -> None:
    await asking(alice)
    job = await asking(alice)
    async with heard_of(job_stream(alice, job.public_id, None)) as events, dispatching(Painter()):
        heard = [told async for told in events]
    assert [told.word for told in heard if told.id is not None][1:] == ["queued", "running", "picture", "done"]
    assert {told.data["job"] for told in heard[1:]} == {str(job.public_id)}


async def test_the_stream_of_a_job_that_has_ended_tells_all_of_it_and_ends(alice: Account) -> None:
    job = await asking(alice)
    await in_thread(cancel, alice, job.public_id)
    await asking(alice)
    async with heard_of(job_stream(alice, job.public_id, None)) as events:
        assert [told.word async for told in events if told.kind != "hello"] == ["queued", "cancelled"]
    async with heard_of(job_stream(alice, job.public_id, 1)) as events:
        assert [told.id async for told in events if told.kind != "hello"] == [2]


async def test_where_its_events_were_swept_a_job_still_says_how_it_ended(alice: Account) -> None:
    job = await asking(alice)
    await in_thread(cancel, alice, job.public_id)
    await in_thread(Event.objects.all().delete)
    async with heard_of(job_stream(alice, job.public_id, None)) as events:
        heard = [told async for told in events]
    assert [(told.data.get("state"), told.id) for told in heard] == [(None, 2), ("cancelled", None)]


async def test_a_strangers_job_has_no_stream(alice: Account, charlie: Account) -> None:
    job = await asking(alice)
    async with heard_of(job_stream(charlie, job.public_id, None)) as events:
        with pytest.raises(NotFound):
            await anext(events)


async def test_an_upstreams_own_sentence_is_told_to_whoever_runs_limner_alone(
    alice: Account, settings: Settings
) -> None:
    settings.LIMNER_ACCOUNTS = True
    job = await asking(alice)
    secret = {"state": "failed", "error_code": "upstream_failed", "error_message": "http://10.0.0.7 is away."}
    await in_thread(Event.objects.filter(number=1).update, data=secret)
    await in_thread(Job.objects.filter(pk=job.pk).update, state="failed")
    for account, seen in ((alice, False), (Account(pk=alice.pk, is_superuser=True), True)):
        async with heard_of(job_stream(account, job.public_id, None)) as events:
            [told] = [told async for told in events if told.kind == "state"]
        assert ("10.0.0.7" in told.data["error_message"]) is seen


async def test_a_stranger_hears_nothing(alice: Account, charlie: Account) -> None:
    async with listening(charlie, last=0) as events:
        assert (await anext(events)).kind == "hello"
        await asking(alice)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(events), 0.3)


async def test_a_long_absence_is_replayed_whole(alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "REPLAY_AT_ONCE", 3)
    for _ in range(10):
        job = await asking(alice)
    await in_thread(cancel, alice, job.public_id)
    async with listening(alice, last=0) as events:
        heard = await hear(events, "cancelled")
    assert [told.id for told in heard if told.kind != "hello"] == list(range(1, 12))


async def test_what_was_swept_is_passed_over(alice: Account) -> None:
    await asking(alice)
    await in_thread(Event.objects.all().delete)
    async with listening(alice, last=0) as events:
        await anext(events)
        await asking(alice)
        assert [told.id for told in await hear(events, "queued")] == [2]


async def test_messages_that_cross_on_their_way_are_told_in_order_and_once(alice: Account) -> None:
    job = await asking(alice)
    async with listening(alice) as events:
        await anext(events)
        await in_thread(cancel, alice, job.public_id)
        late = {"kind": "state", "number": 1, "job": str(job.public_id), "data": {"state": "queued"}}
        bus().publish(account_channel(alice.pk), late)
        far = {"kind": "state", "number": 9, "job": str(job.public_id), "data": {"state": "never"}}
        bus().publish(account_channel(alice.pk), far)
        assert [told.id for told in await hear(events, "cancelled")] == [2]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(events), 0.2)


async def test_a_quiet_stream_is_kept_alive(alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "KEEP_ALIVE_SECONDS", 0.02)
    stream = account_stream(alice, None)
    chunks = [await anext(stream) for _ in range(3)]
    await stream.aclose()
    assert [parse(chunk) is None for chunk in chunks] == [False, True, True]


async def test_a_closed_bus_ends_the_stream(alice: Account) -> None:
    async with listening(alice) as events:
        await anext(events)
        bus().close()
        assert [told async for told in events] == []


async def test_all_watchers_share_one_query_a_poll(
    alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "POLL_SECONDS", 0.05)
    asked: list[set[int]] = []
    real = watch.newest_numbers

    def counted(accounts: list[int]) -> dict[int, int]:
        asked.append(set(accounts))
        return real(accounts)

    monkeypatch.setattr(watch, "newest_numbers", counted)
    async with listening(alice) as one, listening(alice) as two, listening(bob) as three:
        for events in (one, two, three):
            await anext(events)
        begun = len(asked) + 1  # the poll that is on its way may have set out before the last of them came
        await until(lambda: len(asked) >= begun + 3)
    assert all(accounts == {alice.pk, bob.pk} for accounts in asked[begun:])
    so_far = len(asked)
    await asyncio.sleep(0.2)
    assert len(asked) <= so_far + 1


@pytest.mark.postgres
async def test_more_watchers_than_connections_wait_with_none_in_hand(alice: Account, small_pool: None) -> None:
    async with AsyncExitStack() as stack:
        watchers = [await stack.enter_async_context(listening(alice)) for _ in range(50)]
        for hello in await asyncio.gather(*(anext(events) for events in watchers)):
            assert hello.kind == "hello"
        pool: Any = connection
        stats = pool.pool.get_stats()
        assert stats["pool_available"] == stats["pool_size"] <= 2
        async with dispatching(Painter()):
            await asking(alice)
            heard = await asyncio.gather(*(hear(events, "done") for events in watchers))
    assert all([told.id for told in one if told.id is not None] == [1, 2, 3, 4] for one in heard)

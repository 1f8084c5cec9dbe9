"""An account's events as a stream of server-sent events: replayed from the ledger, then followed on the bus.

Only durable events carry an `id`, so a browser that reconnects names the last one it has seen and misses none. The
ledger is read in threads and nothing is held while the stream waits.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from limner.accounts.models import Account
from limner.errors import RateLimited, say
from limner.jobs.bus import PASSING, account_channel, bus
from limner.jobs.events import StoredEvent, state_data
from limner.jobs.models import Job
from limner.jobs.queries import events_after, first_event_of, job_visible_to, kept_of
from limner.jobs.states import ENDED
from limner.jobs.telling import told_to
from limner.jobs.threads import in_thread
from limner.jobs.watch import newest_numbers, watched

KEEP_ALIVE_SECONDS = 10.0
"""Who listens hears something every so often; programs count on a comment every 15 seconds at least."""
KEEP_ALIVE = b": still here\n\n"
REPLAY_AT_ONCE = 500
MOST_STREAMS = 50
"""How many may be open at a time for one account, in this process: each holds a connection, and memory."""
_open: Counter[int] = Counter()


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a watcher is told. `number` is a durable event's."""

    kind: str
    data: Mapping[str, Any]
    number: int | None = None

    @property
    def ends(self) -> bool:
        """Whether a job has ended with it."""
        return self.kind == "state" and self.data["state"] in ENDED

    def encoded(self) -> bytes:
        head = "" if self.number is None else f"id: {self.number}\n"
        body = json.dumps(self.data, separators=(",", ":"))
        return f"{head}event: {self.kind}\ndata: {body}\n\n".encode()


def refuse_one_too_many(account: Account) -> None:
    """Raise RateLimited where the account has as many streams open as it may have.

    Of several that are opened at one time each may pass here; those that are too many then end at once.
    """
    if _open[account.pk] >= MOST_STREAMS:
        raise RateLimited(
            say(
                "You have {most} event streams open, and one account may have no more. Close some of them.",
                most=MOST_STREAMS,
            ),
            retry_after=KEEP_ALIVE_SECONDS,
        )


@contextmanager
def _counted(account: Account) -> Iterator[bool]:
    """Whether there is room for one more."""
    room = _open[account.pk] < MOST_STREAMS
    _open[account.pk] += 1
    try:
        yield room
    finally:
        _open[account.pk] -= 1
        if not _open[account.pk]:
            del _open[account.pk]


async def account_stream(
    account: Account, last_event_id: int | None, job: UUID | None = None
) -> AsyncGenerator[bytes, None]:
    """Everything that happens to the account's jobs (or to the one named) after event `last_event_id`.

    Without a `last_event_id` it begins now. It starts with a `hello` that names the newest number, and ends when the
    bus is closed. Close it when nobody listens any more.
    """
    async with aclosing(_followed(account, last_event_id, job)) as found:
        with _counted(account) as room:
            async for told in found:
                if not room:
                    return
                yield KEEP_ALIVE if told is None else told.encoded()


async def job_stream(account: Account, job: UUID, last_event_id: int | None) -> AsyncGenerator[bytes, None]:
    """The same of one job, from its first event, and only until it has ended.

    Its last word is always the `state` it ended in, even where the ledger keeps its events no more.
    """
    async with aclosing(job_events(account, job, last_event_id)) as found:
        with _counted(account) as room:
            async for told in found:
                if not room:
                    return
                yield KEEP_ALIVE if told is None else told.encoded()


async def job_events(
    account: Account, job: UUID, last_event_id: int | None = None
) -> AsyncGenerator[Told | None, None]:
    """What `job_stream` says, for whoever has other words for it; None when there was nothing to tell for a while."""
    asked, start = await in_thread(_beginning, account, job, last_event_id)
    if asked.state in ENDED:
        for said in await in_thread(_whole, account, asked, start):
            yield said
        return
    async with aclosing(_followed(account, start, job)) as found:
        async for told in found:
            yield told
            if told is not None and told.ends:
                return


def _beginning(account: Account, job: UUID, last_event_id: int | None) -> tuple[Job, int | None]:
    """The job, and the number after which its stream begins."""
    first = first_event_of(account, job) if last_event_id is None else None
    # Read after its first event: what happens from here on has a higher number.
    asked = job_visible_to(account, job)
    return asked, last_event_id if first is None else first - 1


def _whole(account: Account, job: Job, start: int | None) -> list[Told]:
    """What is left to tell of a job that has ended."""
    newest = newest_numbers([account.pk]).get(account.pk, 0)
    hello = Told("hello", {"number": newest}, newest if start is None else min(start, newest))
    stored = [] if start is None else events_after(account.pk, start, job=job.public_id)
    told = [_told(account, event) for event in stored]
    if not told or not told[-1].ends:
        error = (job.error_code, job.error_message)
        data = state_data(job.state, attempt=job.attempt, n=job.n, pictures=kept_of(job), error=error)
        told.append(Told("state", _for(account, job.public_id, data)))
    return [hello, *told]


async def _followed(
    account: Account, last_event_id: int | None, job: UUID | None
) -> AsyncGenerator[Told | None, None]:
    """What there is to tell, as it comes; None now and then while there is nothing."""
    async with bus().subscribe(account_channel(account.pk)) as messages:
        with watched(account.pk):
            newest = (await in_thread(newest_numbers, [account.pk])).get(account.pk, 0)
            seen = newest if last_event_id is None else min(max(last_event_id, 0), newest)
            yield Told("hello", {"number": newest}, seen)
            behind = seen < newest
            clock = asyncio.get_running_loop().time
            told_at = clock()
            while True:
                while behind:
                    found = await in_thread(events_after, account.pk, seen, limit=REPLAY_AT_ONCE)
                    for event in found:
                        if job is None or event.job == job:
                            yield _told(account, event)
                            told_at = clock()
                    # What was swept meanwhile cannot be told any more.
                    seen = found[-1].number if found else max(seen, newest)
                    behind = len(found) == REPLAY_AT_ONCE
                try:
                    async with asyncio.timeout_at(told_at + KEEP_ALIVE_SECONDS):
                        message = await anext(messages, None)
                except TimeoutError:
                    yield None
                    told_at = clock()
                    continue
                if message is None:
                    return
                kind, number = message["kind"], message["number"]
                if kind == "gap":
                    behind = True
                elif kind in PASSING or (number == seen + 1 and kind != "number"):
                    seen = seen if number is None else number
                    if job is None or message["job"] == str(job):
                        yield Told(kind, _for(account, message["job"], message["data"]), number)
                        told_at = clock()
                elif number > seen:
                    # Messages of two transactions may cross on their way; the ledger has them in order.
                    newest, behind = number, True


def _told(account: Account, event: StoredEvent) -> Told:
    return Told(event.kind, _for(account, event.job, event.data), event.number)


def _for(account: Account, job: UUID | str, data: Mapping[str, Any]) -> dict[str, Any]:
    """What this account may read of it: an upstream's own sentences are for whoever runs Limner."""
    told = {"job": str(job), **data}
    if told.get("error_message"):
        told["error_message"] = told_to(account, told.get("error_code", ""), told["error_message"])
    return told

"""An account's events as a stream of server-sent events: replayed from the ledger, then followed on the bus.

Only durable events carry an `id`, so a browser that reconnects names the last one it has seen and misses none. The
ledger is read in threads and nothing is held while the stream waits.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any
from uuid import UUID

from limner.jobs.bus import PASSING, account_channel, bus
from limner.jobs.queries import events_after
from limner.jobs.threads import in_thread
from limner.jobs.watch import newest_numbers, watched

KEEP_ALIVE_SECONDS = 15.0
KEEP_ALIVE = b": still here\n\n"
REPLAY_AT_ONCE = 500


async def account_stream(
    account_id: int, last_event_id: int | None, job: UUID | None = None
) -> AsyncGenerator[bytes, None]:
    """Everything that happens to the account's jobs (or to the one named) after event `last_event_id`.

    Without a `last_event_id` it begins now. It starts with a `hello` that names the newest number, and ends when the
    bus is closed. Close it when nobody listens any more.
    """
    async with bus().subscribe(account_channel(account_id)) as messages:
        with watched(account_id):
            newest = (await in_thread(newest_numbers, [account_id])).get(account_id, 0)
            seen = newest if last_event_id is None else min(max(last_event_id, 0), newest)
            yield _encode("hello", {"number": newest}, number=seen)
            behind = seen < newest
            while True:
                while behind:
                    found = await in_thread(events_after, account_id, seen, limit=REPLAY_AT_ONCE)
                    for event in found:
                        if job is None or event.job == job:
                            yield _encode(event.kind, {"job": str(event.job), **event.data}, number=event.number)
                    # What was swept meanwhile cannot be told any more.
                    seen = found[-1].number if found else max(seen, newest)
                    behind = len(found) == REPLAY_AT_ONCE
                try:
                    async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                        message = await anext(messages, None)
                except TimeoutError:
                    yield KEEP_ALIVE
                    continue
                if message is None:
                    return
                kind, number = message["kind"], message["number"]
                ours = job is None or message["job"] == str(job)
                if kind in PASSING:
                    if ours:
                        yield _encode(kind, {"job": message["job"], **message["data"]})
                elif kind == "gap":
                    behind = True
                elif number == seen + 1 and kind != "number":
                    seen = number
                    if ours:
                        yield _encode(kind, {"job": message["job"], **message["data"]}, number=number)
                elif number > seen:
                    # Messages of two transactions may cross on their way; the ledger has them in order.
                    newest, behind = number, True


def _encode(kind: str, data: Mapping[str, Any], *, number: int | None = None) -> bytes:
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {kind}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()

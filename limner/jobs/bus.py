"""What running jobs say while they run, to whoever is listening in this process.

Two channels: `account:{id}`, what that account's watchers see, and `dispatch`, what wakes a dispatcher. A message is
`{"kind": "state|progress|preview|picture", "number": int | None, "job": public id, "data": {...}}`.

Nothing durable depends on the bus. Progress and previews may be dropped; a subscriber too slow for the durable ones
gets one `{"kind": "gap"}` instead and reads the ledger again.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

Message = dict[str, Any]

DISPATCH = "dispatch"
GAP: Message = {"kind": "gap", "number": None, "job": None, "data": {}}

PASSING = frozenset({"progress", "preview"})
"""Kinds that are worth something only while they are new."""

MAX_PASSING = 32
MAX_WAITING = 1000


def account_channel(account_id: int) -> str:
    """The channel of everything that one account may see."""
    return f"account:{account_id}"


class Bus(Protocol):
    """Carries messages from whoever draws to whoever watches."""

    def publish(self, channel: str, message: Message) -> None:
        """Hand a message to the channel's subscribers. From any thread; never blocks and never raises."""
        ...

    def subscribe(self, channel: str) -> AbstractAsyncContextManager[AsyncIterator[Message]]:
        """Messages from now on, preceded by the newest progress and preview of each running job."""
        ...


class MemoryBus:
    """A bus inside one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: defaultdict[str, set[_Subscriber]] = defaultdict(set)
        self._newest: defaultdict[str, dict[tuple[str, str], Message]] = defaultdict(dict)

    def publish(self, channel: str, message: Message) -> None:
        with self._lock:
            self._remember(channel, message)
            listening = list(self._subscribers.get(channel, ()))
        for subscriber in listening:
            subscriber.offer(message)

    @asynccontextmanager
    async def subscribe(self, channel: str) -> AsyncIterator[AsyncIterator[Message]]:
        subscriber = _Subscriber(asyncio.get_running_loop())
        with self._lock:
            self._subscribers[channel].add(subscriber)
            newest = list(self._newest.get(channel, {}).values())
        for message in newest:
            subscriber.take(message)
        try:
            yield subscriber
        finally:
            with self._lock:
                self._subscribers[channel].discard(subscriber)
                if not self._subscribers[channel]:
                    del self._subscribers[channel]

    def close(self) -> None:
        """End every subscription: the server is stopping, and its streams should not hold it up."""
        with self._lock:
            everyone = [subscriber for channel in self._subscribers.values() for subscriber in channel]
        for subscriber in everyone:
            subscriber.end()

    def _remember(self, channel: str, message: Message) -> None:
        """Keep the newest progress and preview of each job, so that a page opened in the middle has them at once."""
        kind, job = message["kind"], message.get("job")
        if job is None or channel == DISPATCH:
            return
        if kind in PASSING:
            self._newest[channel][job, kind] = message
        elif kind == "state" and channel in self._newest:
            for old in PASSING:
                self._newest[channel].pop((job, old), None)
            if not self._newest[channel]:
                del self._newest[channel]


class _Subscriber:
    """One listener's queue, touched only on its own event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: deque[Message] = deque()
        self._wake = asyncio.Event()
        self._ended = False

    def offer(self, message: Message) -> None:
        self._call(self.take, message)

    def end(self) -> None:
        self._call(self._end)

    def _call(self, fn: Any, *args: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(fn, *args)
        except RuntimeError:
            if not self._loop.is_closed():
                raise  # a listener whose loop is gone hears nothing, and that is all

    def take(self, message: Message) -> None:
        if message["kind"] in PASSING:
            self._drop_older(message)
        elif len(self._queue) >= MAX_WAITING:
            self._queue.clear()
            self._queue.append(GAP)
        self._queue.append(message)
        self._wake.set()

    def _drop_older(self, message: Message) -> None:
        """Make room: an older message of the same kind about the same job goes first, then the oldest of any job."""
        passing = [waiting for waiting in self._queue if waiting["kind"] in PASSING]
        same = [old for old in passing if old["kind"] == message["kind"] and old["job"] == message["job"]]
        if same or len(passing) >= MAX_PASSING:
            stale = same[0] if same else passing[0]
            self._queue = deque(waiting for waiting in self._queue if waiting is not stale)

    def _end(self) -> None:
        self._ended = True
        self._wake.set()

    def __aiter__(self) -> _Subscriber:
        return self

    async def __anext__(self) -> Message:
        while not self._queue:
            if self._ended:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        return self._queue.popleft()


_bus = MemoryBus()


def bus() -> MemoryBus:
    """The bus of this process."""
    return _bus

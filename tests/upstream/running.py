"""The stand-in as a context manager: a thread with a loop of its own, and what a test asks it."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Coroutine, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from tests.upstream.answering import MODELS, Manner
from tests.upstream.asked import Asked
from tests.upstream.bad_days import BadDay
from tests.upstream.serving import Serving

HOST = "127.0.0.1"
KEY = "sk-stand-in-0123456789abcdef"
PATIENCE = 20.0

T = TypeVar("T")


class StandIn:
    """What a test sees of it. Everything may be called from any thread."""

    def __init__(self, serving: Serving, loop: asyncio.AbstractEventLoop, port: int = 0) -> None:
        self._serving = serving
        self._loop = loop
        self.key = serving.manner.key or ""
        self.port = self._do(serving.open(HOST, port))

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """The base URL that a client takes."""
        return f"{self.origin}/v1"

    @property
    def azure_url(self) -> str:
        """The base URL with Azure's path, `{model}` in it."""
        return f"{self.origin}/openai/deployments/{{model}}"

    @property
    def requests(self) -> list[Asked]:
        """Everything that was asked, in order."""
        return list(self._serving.requests)

    @property
    def calls(self) -> list[Asked]:
        """What was asked to be drawn, in order."""
        return [asked for asked in self.requests if asked.method == "POST" and asked.verb]

    @property
    def chats(self) -> list[Asked]:
        """The texts that were asked for, in order."""
        return [asked for asked in self.requests if asked.chat]

    @property
    def asked(self) -> threading.Event:
        """Set when the first request has come."""
        return self._serving.asked

    @property
    def most_at_once(self) -> int:
        """How many requests it had in hand at the same time, at most."""
        return self._serving.most_at_once

    def then(self, *days: BadDay | None) -> None:
        """The next calls go like this; None is a good one."""
        self._serving.script.extend(days)

    def shut(self) -> None:
        """Refuse connections, and end those that are open."""
        self._do(self._serving.shut())

    def open(self) -> None:
        """Listen again, on the same port."""
        self._do(self._serving.open(HOST, self.port))

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)


@contextmanager
def stand_in(
    faults: Iterable[BadDay | None] = (),
    *,
    odds: Mapping[BadDay, float] | None = None,
    seed: int = 0,
    delay: float = 0.0,
    key: str | None = KEY,
    models: Iterable[str] | None = None,
    variations: bool = True,
    partials: int = 3,
    weight: int = 0,
    writes: str = "A fox in the snow, at dusk",
    streams_texts: bool = True,
    port: int = 0,
) -> Generator[StandIn]:
    """A stand-in that listens until the block ends.

    `faults` befall the first calls in order, `odds` the later ones by chance. `delay`: its time for a good answer.
    `key`: what it takes, None for any. `models`: those it lists, and then no others are drawn with. `variations`:
    whether it has them. `partials`: how many it sends at most, 0 where it cannot stream (it answers with plain JSON).
    `weight`: bytes of a picture, at least. `writes`: the text of a good answer of its chat model; `streams_texts`:
    whether that comes as events.
    """
    known = MODELS if models is None else tuple(models)
    manner = Manner(key, known, models is not None, variations, partials, weight, writes, streams_texts)
    serving = Serving(manner, deque(faults), odds or {}, seed, delay)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="upstream stand-in", daemon=True)
    thread.start()
    try:
        upstream = StandIn(serving, loop, port)
        try:
            yield upstream
        finally:
            upstream.shut()
    finally:
        asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()

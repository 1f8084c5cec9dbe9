"""The answer to a call: one body of JSON, or a stream of events."""

from __future__ import annotations

import asyncio
import contextlib
import json
import warnings
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson

from limner.engines.adapters.openai.asking import Asking
from limner.engines.adapters.openai.images import small
from limner.engines.adapters.openai.library import Library
from limner.engines.adapters.openai.trouble import Unusable, unanswered
from limner.engines.upstreams import Upstream

MOST_BYTES = 96 * 1024 * 1024
"""Of one picture in base64."""
PATIENCE = 4
"""An answer may drip: it has this many times the seconds that may pass without a byte."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """A partial picture, as a small preview."""

    number: int
    preview: bytes | None


@dataclass(slots=True)
class Answer:
    """A whole one: a text of base64 or a link for each picture."""

    pictures: list[Mapping[str, Any]] = field(default_factory=list)
    usage: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is sent when its events are asked for. Closing them closes its connection."""

    library: Library
    upstream: Upstream
    base: str
    asking: Asking
    reading: asyncio.Semaphore
    """How many answers are read at the same time: the others wait in the network's memory, not in ours."""

    async def events(self) -> AsyncGenerator[Part | Answer]:
        """Parts, then the Answer. Raises the library's errors and ours."""
        until = asyncio.get_running_loop().time() + PATIENCE * self.upstream.timeout
        client = self.library.client
        if self.base != self.upstream.url:
            client = client.with_options(base_url=self.base)
        send = getattr(client.images.with_streaming_response, self.asking.method)
        async with AsyncExitStack() as stack:
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                sending = send(**self.asking.arguments)  # OpenAI has no variations any more; others have
            response = await within(until, stack.enter_async_context(sending))
            if "event-stream" not in response.headers.get("content-type", ""):
                yield await within(until, self._whole(response))
                return
            async for event in self._streamed(response, until):
                yield event

    async def _whole(self, response: Any) -> Answer:
        most = MOST_BYTES * max(1, int(self.asking.arguments["n"]))
        async with self.reading:
            body = bytearray()
            async for piece in response.iter_bytes():
                body += piece
                if len(body) > most:
                    raise Unusable(self.upstream, "more than any picture has")
            found = await asyncio.to_thread(read_json, body)
            del body
        if found is None:
            raise Unusable(self.upstream, "something that is not JSON")
        if not isinstance(found, dict) or not isinstance(data := found.get("data"), list):
            raise Unusable(self.upstream, "JSON that has no pictures in it")
        return Answer([row for row in data if isinstance(row, dict)], _plain(found.get("usage")))

    async def _streamed(self, response: Any, until: float) -> AsyncGenerator[Part | Answer]:
        stream = await response.parse()
        answer = Answer()
        while (event := await within(until, anext(stream, None))) is not None:
            text = getattr(event, "b64_json", None)
            if not text:
                continue  # an event that is newer than we are
            number = getattr(event, "partial_image_index", None)
            if isinstance(number, int):
                yield Part(number, await asyncio.to_thread(small, text))
            else:
                answer.pictures.append({"b64_json": text})
                answer.usage |= _plain(getattr(event, "usage", None))
        if not answer.pictures:
            raise unanswered(self.upstream, "the stream ended before the picture came")
        yield answer


def read_json(body: bytes | bytearray) -> object:
    """None where it is none."""
    for read in (orjson.loads, json.loads):  # the second knows NaN too, which some put into their accounts
        with contextlib.suppress(ValueError):
            return read(body)
    return None


MOST_TOKENS = 10**12
MOST_COUNTS = 50


def _plain(usage: Any, depth: int = 3) -> dict[str, Any]:
    """The counts in an upstream's account of a call. Whatever else it holds (NaN, texts that no database can store, a
    number of a hundred digits) must not cost us the picture that came with it."""
    if usage is not None and not isinstance(usage, dict):
        usage = usage.to_dict(mode="json") if hasattr(usage, "to_dict") else {}
    found: dict[str, Any] = {}
    for name, value in list((usage or {}).items())[:MOST_COUNTS]:
        if not (isinstance(name, str) and name.isprintable() and len(name) <= 100):
            continue
        if isinstance(value, dict) and depth > 1:
            found[name] = _plain(value, depth - 1)
        elif isinstance(value, int | float) and 0 <= value <= MOST_TOKENS:
            found[name] = value
    return found


async def within(until: float, waiting: Awaitable[T]) -> T:
    """An event loop's time instead of a span: it goes on over several waits. Raises TimeoutError."""
    async with asyncio.timeout_at(until):
        return await waiting

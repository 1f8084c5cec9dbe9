"""An `InlineEngine` that draws with servers of OpenAI's Images API: one engine and one client for each upstream.

When an answer is unusable (no picture, a damaged one, nonsense) it may be paid for all the same: it is an error that
is tried again only where the upstream's `resend` allows it. What was refused before it was drawn is the ledger's to
try again: 429, 5xx, no connection. What was sent and not answered is `Uncertain`, and no `Answered` is told of it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

from limner.engines.adapters.openai.answers import Answer, Call, Part
from limner.engines.adapters.openai.asking import asking, split
from limner.engines.adapters.openai.costs import cost_of
from limner.engines.adapters.openai.images import NotAPicture, size_of, unwrapped
from limner.engines.adapters.openai.library import Library, open_library
from limner.engines.adapters.openai.links import fetched
from limner.engines.adapters.openai.trouble import Unusable, trouble_of
from limner.engines.catalog import Model
from limner.engines.catalog import model as model_called
from limner.engines.contract import Answered, DrawEvent, Drawn, DrawOrder, Preview, Progress, Sending, Size
from limner.engines.upstreams import upstream as upstream_called
from limner.errors import EngineError, LimnerError, NotConfigured, Uncertain

READERS = 16


class OpenAiEngine:
    """Draws with any model of its upstream."""

    def __init__(self, model: Model) -> None:
        if not model.upstream:
            raise NotConfigured(f"{model.title} names no upstream to draw with.")
        self._upstream = upstream_called(model.upstream)
        self._opening: asyncio.Task[Library] | None = None
        self._reading = asyncio.Semaphore(READERS)

    async def draw(self, order: DrawOrder) -> AsyncGenerator[DrawEvent]:
        model = model_called(order.request.model)
        if model.upstream != self._upstream.name:
            raise EngineError(f"{model.title} is not drawn by {self._upstream.name}.")
        library = await self._library()
        for number, indices in enumerate(split(order, model, self._upstream)):
            async with aclosing(self._call(library, order, model, number, indices)) as events:
                async for event in events:
                    yield event

    async def close(self) -> None:
        """Let go of every connection. The next drawing makes new ones."""
        if self._opening is not None:
            opening, self._opening = self._opening, None
            await (await opening).close()

    async def _library(self) -> Library:
        """Opened in a thread by the first drawing, once: importing it would hold up the event loop for seconds."""
        if self._opening is None or (self._opening.done() and self._opening.exception() is not None):
            self._opening = asyncio.ensure_future(asyncio.to_thread(open_library, self._upstream))
        return await asyncio.shield(self._opening)

    async def _call(
        self, library: Library, order: DrawOrder, model: Model, number: int, indices: tuple[int, ...]
    ) -> AsyncGenerator[DrawEvent]:
        ask = partial(asking, order, indices, model, self._upstream)
        wanted = await asyncio.to_thread(ask) if order.images else ask()
        yield Sending(order.job, number, indices, self._upstream.name)
        begun = time.perf_counter()
        steps = wanted.partials + 1
        call = Call(library, self._upstream, self._upstream.base(model.upstream_model), wanted, self._reading)
        answer = Answer()
        async with aclosing(self._events(call)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    answer = event
                elif isinstance(event, Part):
                    if event.number + 1 < steps:
                        yield Progress(order.job, indices[0], event.number + 1, steps)
                    if event.preview is not None:
                        yield Preview(order.job, indices[0], event.number + 1, event.preview)
                elif isinstance(event, Uncertain):
                    raise event
                else:
                    yield Answered(order.job, number, event.code)
                    raise event
        files, trouble = await self._files(library, answer, len(indices))
        seconds = (time.perf_counter() - begun) / len(indices)
        cost = cost_of(self._upstream, model.upstream_model, answer.usage)
        yield Answered(order.job, number, "ok" if trouble is None else trouble.code, cost, answer.usage)
        for index, file in zip(indices, files, strict=True):
            if file is not None:
                yield Progress(order.job, index, steps, steps)
                yield Drawn(order.job, index, file[1], "file", file[0], seconds)
        if trouble is not None:
            raise trouble

    async def _events(self, call: Call) -> AsyncGenerator[Part | Answer | LimnerError]:
        """The call's, with an error as the last of them: one that is raised from here would hold on to the
        library's, and that to the request with its headers."""
        errors = (call.library.openai.OpenAIError, call.library.httpx.RequestError, TimeoutError, ValueError)
        try:
            async with aclosing(call.events()) as events:
                async for event in events:
                    yield event
            return
        except LimnerError as error:
            trouble = error
        except errors as error:
            trouble = trouble_of(error, call.library, call.upstream)
        yield trouble

    async def _files(
        self, library: Library, answer: Answer, count: int
    ) -> tuple[list[tuple[bytes, Size] | None], LimnerError | None]:
        """The pictures in order, None for each that is not there or no good, and what is wrong with the first."""
        files: list[tuple[bytes, Size] | None] = []
        trouble: LimnerError | None = None
        for number in range(count):
            try:
                if number >= len(answer.pictures):
                    raise NotAPicture(f"{number} of {count} pictures" if number else "no picture")
                row, answer.pictures[number] = answer.pictures[number], {}  # megabytes that nobody needs twice
                text, link = str(row.get("b64_json") or ""), str(row.get("url") or "")
                if text or link.startswith("data:"):
                    files.append(await asyncio.to_thread(unwrapped, text or link))
                elif link:
                    data = await fetched(link, library, self._upstream)
                    files.append((data, await asyncio.to_thread(size_of, data)))
                else:
                    raise NotAPicture("a picture that has neither bytes nor a link")
            except NotAPicture as error:
                files.append(None)
                trouble = trouble or Unusable(self._upstream, str(error))
        return files, trouble

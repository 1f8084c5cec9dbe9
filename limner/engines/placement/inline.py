"""An engine in the dispatcher's own event loop, for engines that only wait for a server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from limner.engines.contract import DrawEvent, DrawOrder, InlineEngine
from limner.errors import EngineError, LimnerError, Unavailable

log = logging.getLogger(__name__)


class InlinePlacement:
    """Implements `Placement` for an `InlineEngine`."""

    def __init__(self, engine: InlineEngine, slots: int) -> None:
        self.slots = slots
        self.alike = False
        self._engine = engine
        self._drawing: dict[asyncio.Event, str] = {}
        self._closed = False

    @property
    def ready(self) -> bool:
        return not self._closed

    async def start(self) -> None:
        if self._closed:
            raise Unavailable("Limner is stopping; ask again when it is back.")

    async def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        await self.start()
        cancel = asyncio.Event()
        self._drawing[cancel] = order.job
        events = aiter(self._engine.draw(order))
        cancelled = asyncio.ensure_future(cancel.wait())
        pending: asyncio.Future[DrawEvent] | None = None
        try:
            while not cancel.is_set():
                pending = asyncio.ensure_future(anext(events))
                await asyncio.wait({pending, cancelled}, return_when=asyncio.FIRST_COMPLETED)
                if not pending.done():
                    return
                try:
                    event = pending.result()
                except StopAsyncIteration:
                    return
                except LimnerError:
                    raise
                except Exception as error:  # boundary: an engine's own bug becomes an error that a job can carry
                    log.exception("drawing job %s failed", order.job)
                    message = f"The engine failed while drawing: {type(error).__name__}: {error}"
                    raise EngineError(message) from error
                yield event
        finally:
            del self._drawing[cancel]
            for task in (cancelled, pending):
                if task is not None and not task.done():
                    task.cancel()
                    await asyncio.wait({task})
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()

    async def cancel(self, job: str) -> None:
        for cancel, of_job in self._drawing.items():
            if of_job == job:
                cancel.set()

    async def close(self) -> None:
        self._closed = True
        for cancel in self._drawing:
            cancel.set()
        if (let_go := getattr(self._engine, "close", None)) is not None:
            await let_go()

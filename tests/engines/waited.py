"""An engine that awaits a server, for tests that know only engines that block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any, Self

from limner.engines.contract import Answered, DrawEvent, DrawOrder, Sending

PATIENCE = 20.0


class Waited:
    """Implements `Engine` by an `InlineEngine`, in a loop of its own; what only the ledger wants is left out."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._engine.close())
        self._do(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]:
        events = self._engine.draw(order)
        try:
            while not cancelled():
                event: DrawEvent | None = self._do(anext(events, None))
                if event is None:
                    return
                if not isinstance(event, Sending | Answered):
                    yield event
        finally:
            self._do(events.aclose())

    def _do(self, work: Any) -> Any:
        async def awaited() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(awaited(), self._loop).result(PATIENCE)

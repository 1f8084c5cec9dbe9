"""Some pictures of one order: the pipeline in its thread, and the events that come of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from PIL import Image

from limner.engines.canvas import finished
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, Preview, Progress
from limner.engines.previews import preview, preview_steps
from limner.errors import EngineError, LimnerError, say

if TYPE_CHECKING:
    from limner.engines.adapters.diffusers.engine import DiffusersEngine
    from limner.engines.canvas import Start

_Step = tuple[int, list[Image.Image]]
"""How many steps are done, and what the pictures would be now: none where nothing is shown."""


class _Left(Exception):
    """Nobody waits for the rest."""


class Drawing:
    """Pictures `indices` of an order, drawn together."""

    def __init__(
        self,
        engine: DiffusersEngine,
        order: DrawOrder,
        indices: tuple[int, ...],
        start: Start | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self._engine = engine
        self._request = order.request
        self._job = order.job
        self._indices = indices
        self._start = start
        self._cancelled = cancelled
        self._left = threading.Event()
        self._told = 0
        self._queue: SimpleQueue[_Step | list[Image.Image] | Exception] = SimpleQueue()

    def events(self) -> Iterator[DrawEvent]:
        """Their steps, their previews, and the pictures."""
        begun = time.perf_counter()
        steps = self._steps()
        thread = threading.Thread(target=self._generate, name=f"draw {self._indices[0]}", daemon=True)
        thread.start()
        try:
            while isinstance(item := self._queue.get(), tuple):
                if self._cancelled():
                    return
                step, shown = item
                for index in self._indices:
                    yield Progress(self._job, index, step, steps)
                for index, picture in zip(self._indices, shown, strict=False):
                    yield Preview(self._job, index, step, preview(picture))
        finally:
            self._left.set()
            thread.join()
        if isinstance(item, _Left):
            return
        if isinstance(item, LimnerError):
            raise item
        if isinstance(item, Exception):
            fault = f"{type(item).__name__}: {str(item)[-300:]}"
            raise EngineError(say("diffusers failed while drawing: {fault}", fault=fault)) from item
        seconds = (time.perf_counter() - begun) / len(self._indices)
        for index, picture in zip(self._indices, item, strict=True):
            whole = finished(picture, self._request, self._start)
            yield Drawn(self._job, index, self._request.size, whole.mode, whole.tobytes(), seconds)

    def _steps(self) -> int:
        return self._request.steps if self._start is None else self._start.taken

    def _generate(self) -> None:
        try:
            self._queue.put(self._engine.generate(self._request, self._indices, self._start, self._step))
        except Exception as error:  # noqa: BLE001  # boundary: an error belongs to whoever reads the queue
            self._queue.put(error)

    def _step(self, pipeline: Any, number: int, _: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        if self._left.is_set() or self._cancelled():
            raise _Left
        steps = self._steps()
        # Some schedulers ask the model more than once for a step: people hear of those that they asked for.
        step = min((number + 1) * steps // max(pipeline.num_timesteps, 1), steps)
        if step > self._told:
            self._told = step
            shown = self._engine.previews.of(tensors, self._request) if step in preview_steps(steps) else []
            self._queue.put((step, shown))
        return tensors

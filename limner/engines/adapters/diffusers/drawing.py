"""Some pictures at once, of one order or of several: the pipeline in its thread, and the events that come of it."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from PIL import Image

from limner.engines.canvas import finished
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, Preview, Progress
from limner.engines.previews import preview, preview_steps
from limner.errors import Blocked, EngineError, LimnerError, say

if TYPE_CHECKING:
    from limner.engines.adapters.diffusers.engine import DiffusersEngine
    from limner.engines.canvas import Start

_Step = tuple[int, list[Image.Image]]
"""How many steps are done, and what the pictures would be now: none where nothing is shown."""


Event = DrawEvent | LimnerError
"""What comes of an order: an event, or the error that ends it alone."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Picture `index` of `order`, which stands at `place` among those that are drawn together."""

    place: int
    order: DrawOrder
    index: int


class _Left(Exception):
    """Nobody waits for the rest."""


class Drawing:
    """Pictures that are drawn together. One that nobody waits for any more is drawn on, as long as others are: what
    they become must not hang on it."""

    def __init__(
        self,
        engine: DiffusersEngine,
        pieces: Sequence[Piece],
        start: Start | None,
        cancelled: Callable[[int], bool],
    ) -> None:
        self._engine = engine
        self._pieces = pieces
        self._request = pieces[0].order.request
        self._start = start
        self._cancelled = cancelled
        self._left = threading.Event()
        self._told = 0
        self._queue: SimpleQueue[_Step | list[Image.Image | None] | Exception] = SimpleQueue()

    def events(self) -> Iterator[tuple[int, Event]]:
        """Their steps, their previews, and the pictures; an error for an order with one that may not be shown, or
        cannot be made what was asked for. Raises what goes wrong with all of them."""
        begun = time.perf_counter()
        steps = self._steps()
        thread = threading.Thread(target=self._generate, name="draw", daemon=True)
        thread.start()
        try:
            while isinstance(item := self._queue.get(), tuple):
                if not any(map(self._waited_for, self._pieces)):
                    return
                step, shown = item
                for piece in filter(self._waited_for, self._pieces):
                    yield piece.place, Progress(piece.order.job, piece.index, step, steps)
                for piece, picture in zip(self._pieces, shown, strict=False):
                    if self._waited_for(piece):
                        yield piece.place, Preview(piece.order.job, piece.index, step, preview(picture))
        finally:
            self._left.set()
            thread.join()
        if isinstance(item, _Left):
            return
        if isinstance(item, LimnerError):
            raise item
        if isinstance(item, Exception):
            raise _in_words(item) from item
        yield from self._pictures(item, (time.perf_counter() - begun) / len(self._pieces))

    def _pictures(self, drawn: list[Image.Image | None], seconds: float) -> Iterator[tuple[int, Event]]:
        wrong: dict[int, LimnerError] = {}
        for piece, picture in zip(self._pieces, drawn, strict=True):
            if not self._waited_for(piece):
                continue
            if picture is None:
                said = say("{title} found that it drew what it may not show.", title=self._engine.title)
                wrong[piece.place] = Blocked(said)
                continue
            request = piece.order.request
            try:
                whole = finished(picture, request, self._start)
            except Exception as error:  # noqa: BLE001  # boundary: one picture's trouble is its own order's
                wrong.setdefault(piece.place, _in_words(error))
                continue
            made = Drawn(piece.order.job, piece.index, request.size, whole.mode, whole.tobytes(), seconds)
            yield piece.place, made
        yield from wrong.items()

    def _waited_for(self, piece: Piece) -> bool:
        return not self._cancelled(piece.place)

    def _steps(self) -> int:
        return self._request.steps if self._start is None else self._start.taken

    def _generate(self) -> None:
        try:
            self._queue.put(self._engine.generate(self._pieces, self._start, self._step))
        except Exception as error:  # noqa: BLE001  # boundary: an error belongs to whoever reads the queue
            _let_go(error)
            self._queue.put(error)

    def _step(self, pipeline: Any, number: int, _: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        if self._left.is_set() or not any(map(self._waited_for, self._pieces)):
            raise _Left
        steps = self._steps()
        # Some schedulers ask the model more than once for a step: people hear of those that they asked for.
        step = min((number + 1) * steps // max(pipeline.num_timesteps, 1), steps)
        if step > self._told:
            self._told = step
            shown = self._engine.previews.of(tensors, self._request) if step in preview_steps(steps) else []
            self._queue.put((step, shown))
        return tensors


def _let_go(error: BaseException | None) -> None:
    """Free what a failed run computed. Its error holds the frames that did, and they the tensors, until the garbage
    collector comes by; whoever draws next needs their memory now."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def _in_words(error: Exception) -> LimnerError:
    if isinstance(error, LimnerError):
        return error
    fault = f"{type(error).__name__}: {str(error)[-300:]}"
    return EngineError(say("diffusers failed while drawing: {fault}", fault=fault))

"""One picture: the pipeline in its thread, and the events that come of it.

The pipeline's threads shape this file. `generate` blocks, so it runs in a thread of its own and `events` reads a
queue. It calls back from yet another thread, which must never raise (an exception there ends the process), and it
drops what is still waiting for that thread when the last step is done: steps that were dropped are told afterwards.
The tensor it gets is the predicted clean latent, not the noisy one, so a preview is just that, decoded. (Of Stable
Diffusion 3 and FLUX.1 it is the noisy one: early previews are grainy.)

Previews are decoded while it calls back, and nowhere else: the pipeline waits for that call to end before it uses the
decoder for the picture itself, and a decoder that two threads use at a time fails. A second one took 54 MB.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from limner.engines.canvas import finished
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, Preview, Progress
from limner.engines.previews import preview, preview_steps
from limner.errors import EngineError

if TYPE_CHECKING:
    from limner.engines.adapters.openvino.engine import OpenVinoEngine
    from limner.engines.canvas import Start

log = logging.getLogger(__name__)

_Pixels = np.ndarray[Any, np.dtype[np.uint8]]
_Step = tuple[int, int, _Pixels | None]


class Drawing:
    """Picture `index` of an order."""

    def __init__(
        self, engine: OpenVinoEngine, order: DrawOrder, index: int, start: Start | None, cancelled: Callable[[], bool]
    ) -> None:
        self._engine = engine
        self._request = order.request
        self._job = order.job
        self._index = index
        self._start = start
        self._cancelled = cancelled
        self._left = threading.Event()
        self._queue: SimpleQueue[_Step | _Pixels | Exception] = SimpleQueue()

    def events(self) -> Iterator[DrawEvent]:
        """Its steps, its previews, and the picture."""
        begun = time.perf_counter()
        told, steps = 0, self._steps()
        thread = threading.Thread(target=self._generate, name=f"draw {self._index}", daemon=True)
        thread.start()
        try:
            while isinstance(item := self._queue.get(), tuple):
                if self._cancelled():
                    return
                told, steps, shown = item
                yield Progress(self._job, self._index, told, steps)
                if shown is not None:
                    yield Preview(self._job, self._index, told, preview(Image.fromarray(shown)))
        finally:
            self._left.set()
            thread.join()
        if isinstance(item, Exception):
            raise EngineError(f"OpenVINO failed while drawing: {last_line(item)}") from item
        if item.size == 0 or self._cancelled():
            return
        for step in range(told + 1, steps + 1):
            yield Progress(self._job, self._index, step, steps)
        picture = finished(Image.fromarray(item[0]), self._request, self._start)
        seconds = time.perf_counter() - begun
        yield Drawn(self._job, self._index, self._request.size, picture.mode, picture.tobytes(), seconds)

    def _steps(self) -> int:
        """How many there will be; every step says it again."""
        return self._request.steps if self._start is None else self._start.taken

    def _generate(self) -> None:
        try:
            seed = self._request.seed + self._index
            self._queue.put(self._engine.generate(self._request, seed, self._start, self._step))
        except Exception as error:  # noqa: BLE001  # boundary: an error belongs to whoever reads the queue
            self._queue.put(error)

    def _step(self, step: int, steps: int, latent: Any) -> bool:
        try:
            shown = None
            if step + 1 in preview_steps(steps) and not self._over():
                shown = self._engine.decode(latent, self._start)
            self._queue.put((step + 1, steps, shown))
        except Exception:  # boundary: an exception here ends the process; a picture goes on without a preview
            log.exception("a preview failed")
        return self._over()

    def _over(self) -> bool:
        return self._left.is_set() or self._cancelled()


def last_line(error: Exception) -> str:
    """OpenVINO's messages begin with the C++ files they passed through; the cause stands last."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:300] if lines else type(error).__name__

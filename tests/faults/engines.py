"""Engines that break in ways only a process can. They run in the model child, named as `module:Class`."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

from limner.engines.contract import DrawEvent, Drawn, DrawOrder, Progress


class Fragile:
    """Draws one colour, unless the words say how it shall break."""

    def __init__(self, model: Any) -> None: ...

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]:
        for index in order.indices:
            for step in range(1, 4):
                if cancelled():
                    return
                yield Progress(order.job, index, step, 3)
            if "poison" in order.request.prompt and index == order.request.n - 1:
                os.kill(os.getpid(), signal.SIGSEGV)
            if "exit" in order.request.prompt:
                os._exit(3)
            if "sleep" in order.request.prompt and order.attempt == 1:
                time.sleep(60)
            size = order.request.draw_size
            yield Drawn(order.job, index, size, "RGB", bytes(3 * size.pixels), 0.01)

"""A placement that paints one flat colour: everything but the model is real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from PIL import Image

from limner.engines.contract import DrawEvent, Drawn, DrawOrder, Preview, Progress
from limner.engines.previews import preview, preview_steps
from limner.errors import EngineError


class Painter:
    """Paints picture `seed` in the colour of its seed, at once. A test may make it wait, take its time, or fail."""

    slots = 1
    alike = False
    ready = True

    def __init__(self) -> None:
        self.orders: list[DrawOrder] = []
        self.cancelled: list[str] = []
        self.may_paint = asyncio.Event()
        self.may_paint.set()
        self.started = asyncio.Event()
        self.trouble: EngineError | None = None
        self.trouble_at = 0
        """The picture that the trouble begins with."""
        self.steps = 1
        self.step_seconds = 0.0
        self._stops: dict[str, asyncio.Event] = {}

    async def start(self) -> None:
        """Nothing to load."""

    async def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        self.orders.append(order)
        self.started.set()
        stop = self._stops[order.job] = asyncio.Event()
        try:
            await self._wait_for_leave(stop)
            for index in order.indices:
                if self.trouble is not None and index >= self.trouble_at:
                    raise self.trouble
                for step in range(1, self.steps + 1):
                    await asyncio.sleep(self.step_seconds)
                    if stop.is_set():
                        return
                    yield Progress(order.job, index, step, self.steps)
                    if step in preview_steps(self.steps):
                        yield Preview(order.job, index, step, self.preview(order, index))
                yield Drawn(order.job, index, order.request.draw_size, "RGB", self._flat(order, index), 0.01)
        finally:
            self._stops.pop(order.job, None)

    async def cancel(self, job: str) -> None:
        self.cancelled.append(job)
        if job in self._stops:
            self._stops[job].set()

    async def close(self) -> None:
        """Nothing to close."""

    async def _wait_for_leave(self, stop: asyncio.Event) -> None:
        first = {asyncio.create_task(self.may_paint.wait()), asyncio.create_task(stop.wait())}
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in first:
                task.cancel()

    def preview(self, order: DrawOrder, index: int) -> bytes:
        size = order.request.draw_size
        return preview(Image.frombytes("RGB", (size.width, size.height), self._flat(order, index)))

    @staticmethod
    def _flat(order: DrawOrder, index: int) -> bytes:
        return colour_of(order.request.seed + index) * order.request.draw_size.pixels


def colour_of(seed: int) -> bytes:
    """The red, green and blue that the painter paints for a seed."""
    return bytes([seed * 37 % 256, seed * 91 % 256, seed * 53 % 256])

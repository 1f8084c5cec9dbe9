"""A placement for tests: it draws plain squares, as slowly and as badly as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from limner.engines.contract import DrawEvent, Drawn, DrawOrder, Preview, Progress, Size

WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L"


@dataclass
class Painter:
    """Draws `steps` steps a picture. `held`: it waits before each step until `let_go`."""

    slots: int = 1
    alike: bool = False
    held: bool = False
    steps: int = 4
    step_seconds: float = 0.0
    seconds: float = 0.01
    """What it says that a picture took."""
    trouble: Callable[[DrawOrder, int], Exception | None] = lambda order, index: None
    """Asked before each picture."""
    ready: bool = False
    started: int = 0
    closed: int = 0
    orders: list[DrawOrder] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    drawing: set[str] = field(default_factory=set)
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._moved = asyncio.Condition()
        self._ending: set[str] = set()

    async def let_go(self) -> None:
        """Draw on."""
        async with self._moved:
            self.held = False
            self._moved.notify_all()

    async def start(self) -> None:
        self.started += 1
        self.ready = True

    async def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        self.orders.append(order)
        self.drawing.add(order.job)
        self.most_at_once = max(self.most_at_once, len(self.drawing))
        try:
            for index in order.indices:
                if (error := self.trouble(order, index)) is not None:
                    raise error
                for step in range(1, self.steps + 1):
                    await self._step(order.job)
                    if order.job in self._ending:
                        return
                    yield Progress(order.job, index, step, self.steps)
                    yield Preview(order.job, index, step, WEBP)
                yield square(order, index, self.seconds)
        finally:
            self.drawing.discard(order.job)
            self._ending.discard(order.job)

    async def _step(self, job: str) -> None:
        if self.step_seconds:
            await asyncio.sleep(self.step_seconds)
        async with self._moved:
            await self._moved.wait_for(lambda: not self.held or job in self._ending)

    async def cancel(self, job: str) -> None:
        async with self._moved:
            self.cancelled.append(job)
            if job in self.drawing:
                self._ending.add(job)
            self._moved.notify_all()

    async def close(self) -> None:
        self.closed += 1
        self.ready = False


def square(order: DrawOrder, index: int, seconds: float = 0.01) -> Drawn:
    """A picture of one colour, which tells the seed it was drawn with."""
    size: Size = order.request.draw_size
    seed = order.request.seed + index
    return Drawn(order.job, index, size, "RGB", bytes((seed % 256, 128, 64)) * size.pixels, seconds)

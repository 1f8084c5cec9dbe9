"""`limner` with one model more, which plays eight jobs at a time and leaves the processor free.

$ python -m benchmarks.measure.player serve --port 8080
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterable

from PIL import Image

from limner.engines import catalog
from limner.engines.catalog import Model
from limner.engines.contract import Capabilities, DrawEvent, Drawn, DrawOrder, Preview, Progress, Size, Task

AT_ONCE = 8
STEPS = 60
PAUSE = 0.2
SIZE = Size(1024, 1024)


def _frames() -> list[bytes]:
    """Previews as large as real ones: 256 pixels wide, some kilobytes."""
    frames = []
    for number in range(12):
        frame = Image.effect_mandelbrot((256, 256), (-2.2 + number / 20, -1.5, 1.0, 1.5), 90).convert("RGB")
        file = io.BytesIO()
        frame.save(file, "WEBP", quality=80)
        frames.append(file.getvalue())
    return frames


class Player:
    """Implements `InlineEngine`."""

    def __init__(self, model: Model) -> None:
        self._frames = _frames()

    async def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        steps = order.request.steps
        for index in order.indices:
            for step in range(1, steps + 1):
                await asyncio.sleep(PAUSE)
                yield Progress(order.job, index, step, steps)
                yield Preview(order.job, index, step, self._frames[step % len(self._frames)])
            grey = bytes(3 * SIZE.pixels)
            yield Drawn(order.job, index, SIZE, "RGB", grey, steps * PAUSE)


PLAYER = Model(
    name="player",
    engine="benchmarks.measure.player:Player",
    title="Player",
    description="Plays what it was given.",
    path=None,
    capabilities=Capabilities(
        tasks=frozenset({Task.CREATE}), sizes=(SIZE,), offered_sizes=(SIZE,), default_steps=STEPS, max_steps=STEPS
    ),
    seconds=STEPS * PAUSE,
    licence="none",
    millicredits=1000,
    inline_slots=AT_ONCE,
)

install = catalog.install


def with_player(models: Iterable[Model]) -> None:
    """What the program itself does at its start, and the player."""
    install([*models, PLAYER])


if __name__ == "__main__":
    catalog.install = with_player
    with_player(())

    from limner.cli import main

    main()

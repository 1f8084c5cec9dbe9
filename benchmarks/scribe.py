"""How fast Scribe writes, alone and while Storybook draws in the same process, and what the two take of memory.

    python -m benchmarks.scribe [--runs 30]

A token is a word or a mark. "While drawing" is measured during one 1024×1024 picture after another.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from dataclasses import dataclass

from benchmarks.measure.server import megabytes
from benchmarks.measure.table import Row, show
from limner.engines.catalog import model
from limner.engines.contract import DrawOrder, WriteOrder
from limner.engines.dialects import dialect_for
from limner.engines.placement.child import ChildPlacement
from limner.engines.validation import Ask, make_request

STORYBOOK = model("storybook")


@dataclass(frozen=True)
class Text:
    """One written prompt: milliseconds to its first token, and how many followed in a second."""

    first: float
    rate: float


async def written(placement: ChildPlacement, seed: int) -> Text:
    started = time.perf_counter()
    first, count = 0.0, 0
    async for _ in placement.write(WriteOrder(seed=seed)):
        count += 1
        first = first or time.perf_counter() - started
    return Text(1000 * first, count / (time.perf_counter() - started))


async def drawn(placement: ChildPlacement, seed: int) -> float:
    ask = Ask(prompt="a friendly red robot holding a flower", size="1024x1024", seed=seed)
    request, _ = make_request(ask, dialect_for("storybook"), STORYBOOK)
    started = time.perf_counter()
    async for _ in placement.draw(DrawOrder(f"draw-{seed}", 1, request, (0,))):
        pass
    return time.perf_counter() - started


async def write_on(placement: ChildPlacement) -> None:
    seed = 0
    while True:
        await written(placement, seed := seed + 1)


async def measure(runs: int) -> list[Row]:
    placement = ChildPlacement(STORYBOOK)
    await placement.start()
    try:
        assert placement.pid is not None
        alone = [await drawn(placement, seed) for seed in range(3)]
        without = megabytes(placement.pid)
        loading = (await written(placement, 0)).first
        idle = [await written(placement, seed) for seed in range(1, runs + 1)]
        busy: list[Text] = []
        while len(busy) < runs:
            drawing = asyncio.create_task(drawn(placement, len(busy)))
            while not drawing.done():
                busy.append(await written(placement, len(busy)))
            await drawing
        writing = asyncio.create_task(write_on(placement))
        beside = [await drawn(placement, seed) for seed in range(3)]
        writing.cancel()
        await asyncio.wait({writing})
        both = megabytes(placement.pid)
    finally:
        await placement.close()
    return [
        Row("tokens a second", [text.rate for text in idle], "/s", least=20),
        Row("tokens a second while drawing", [text.rate for text in busy], "/s", least=20),
        Row("first token", [text.first for text in idle], "ms", 150),
        Row("first token while drawing", [text.first for text in busy], "ms"),
        Row("first token of all, Scribe's loading in it", [loading], "ms"),
        Row("1024×1024, nothing written", alone, "s"),
        Row("1024×1024, Scribe writing all the while", beside, "s"),
        Row("resident after drawing, Scribe not loaded", [without], "MB"),
        Row("resident after drawing and writing", [both], "MB", 320),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    show("Writing with Scribe", asyncio.run(measure(parser.parse_args().runs)))


if __name__ == "__main__":
    main()

"""Seconds for a picture of the bundled model, through HTTP; and what HTTP, jobs and storage add to drawing alone.

    python -m benchmarks.draw [--runs 5]

"Alone" is the same request, in the same run, given to a model child of the benchmark's own; the two take turns.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.measure.server import limner
from benchmarks.measure.table import Row, show
from limner.engines.catalog import model
from limner.engines.contract import Drawn, DrawOrder, Placement
from limner.engines.dialects import dialect_for
from limner.engines.placement import open_placement
from limner.engines.validation import Ask, make_request

PROMPT = "a friendly red robot holding a flower"


async def through_http(client: httpx.AsyncClient, size: str, n: int, seed: int) -> float:
    started = time.perf_counter()
    answer = await client.post(
        "/v1/images/generations",
        json={"model": "storybook", "prompt": PROMPT, "size": size, "n": n, "seed": seed},
    )
    answer.raise_for_status()
    assert len(answer.json()["data"]) == n
    return time.perf_counter() - started


async def alone(placement: Placement, size: str, seed: int) -> float:
    storybook = model("storybook")
    ask = Ask(prompt=PROMPT, size=size, seed=seed)
    request, _ = make_request(ask, dialect_for("storybook"), storybook)
    order = DrawOrder(job=f"alone-{size}-{seed}", attempt=1, request=request, indices=(0,))
    started = time.perf_counter()
    async for event in placement.draw(order):
        if isinstance(event, Drawn):
            return time.perf_counter() - started
    raise SystemExit("the model drew nothing")


async def measure(url: str, runs: int) -> list[Row]:
    small, bare, large, four = [], [], [], []
    placement = open_placement(model("storybook"))
    await placement.start()
    try:
        async with httpx.AsyncClient(base_url=url, timeout=300) as client:
            await through_http(client, "512x512", 1, 0)
            await alone(placement, "512x512", 0)
            for seed in range(1, runs + 1):
                small.append(await through_http(client, "512x512", 1, seed))
                bare.append(await alone(placement, "512x512", seed))
            for seed in range(1, runs + 1):
                large.append(await through_http(client, "1024x1024", 1, seed))
            for seed in range(2):
                four.append(await through_http(client, "1024x1024", 4, 100 + 10 * seed))
    finally:
        await placement.close()
    added = [1000 * (whole - part) for whole, part in zip(small, bare, strict=True)]
    return [
        Row("512×512, HTTP", small, "s", 3),
        Row("512×512, the model alone", bare, "s"),
        Row("HTTP + jobs + storage add", added, "ms", 60),
        Row("1024×1024, HTTP", large, "s", 6),
        Row("four 1024×1024 in one job, HTTP", four, "s", 20),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder, limner(Path(folder) / "home") as server:
        rows = asyncio.run(measure(server.url, runs))
    show("Drawing with Storybook", rows)


if __name__ == "__main__":
    main()

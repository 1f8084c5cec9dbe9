"""What HTTP, jobs and storage add to a picture: the whole `limner serve`, with an engine that takes no time.

    python -m benchmarks.http [--runs 30]

The engine answers at once with a picture that was made beforehand, and tells of 20 steps and 4 previews on the way
as a real one does. So all the time that a call takes is Limner's own.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import patch

import httpx
import numpy as np
from PIL import Image

from benchmarks.measure.server import limner
from benchmarks.measure.table import Row, show
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, Preview, Progress, Size

STEPS = 20
AT_ONCE = 8


class Null:
    """A placement that draws in no time."""

    slots = 1
    ready = True

    def __init__(self) -> None:
        self._pictures: dict[Size, bytes] = {}
        preview = io.BytesIO()
        Image.frombytes("RGB", (64, 64), painted(Size(64, 64))).save(preview, "WEBP")
        self._preview = preview.getvalue()

    async def start(self) -> None:
        self._pictures = {Size(512, 512): painted(Size(512, 512))}

    async def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        size = order.request.draw_size
        for index in order.indices:
            for step in range(1, STEPS + 1):
                yield Progress(order.job, index, step, STEPS)
                if step % 5 == 0:
                    yield Preview(order.job, index, step, self._preview)
            yield Drawn(order.job, index, size, "RGB", self._pictures[size], 0.001)

    async def cancel(self, job: str) -> None:
        """Nothing takes long enough to be cancelled."""

    async def close(self) -> None:
        """Nothing to close."""


def painted(size: Size) -> bytes:
    """Soft colours with a little grain: to an encoder as hard as a drawn picture."""
    grain = np.random.default_rng(7).normal(0, 2, (size.height, size.width, 3))
    down, across = np.mgrid[0 : size.height, 0 : size.width]
    waves = np.stack([np.sin(down / 40) + np.cos(across / 60), np.sin(across / 35), np.cos(down / 55)], axis=-1)
    return np.clip(128 + 60 * waves + grain, 0, 255).astype(np.uint8).tobytes()


async def call(client: httpx.AsyncClient, **asked: object) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    answer = await client.post("/v1/images/generations", json={"prompt": "a red robot", **asked})
    answer.raise_for_status()
    return 1000 * (time.perf_counter() - started)


async def measure(url: str, runs: int) -> list[Row]:
    kinds = {
        "512×512 by link": {"size": "512x512"},
        "512×512 in base64": {"size": "512x512", "response_format": "b64_json"},
        "1024×1024 (drawn at 512) in base64": {"size": "1024x1024", "response_format": "b64_json"},
    }
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    async with httpx.AsyncClient(base_url=url, timeout=120) as client:
        for asked in kinds.values():
            await call(client, **asked)
        for _ in range(runs):  # in turns, so that whatever else the machine does falls on all alike
            for kind, asked in kinds.items():
                taken[kind].append(await call(client, **asked))
        rates = []
        for _ in range(3):
            started = time.perf_counter()
            for _ in range(4):
                await asyncio.gather(*(call(client, size="512x512") for _ in range(AT_ONCE)))
            rates.append(4 * AT_ONCE / (time.perf_counter() - started))
    rows = [Row(f"one call, {kind}", values, "ms", 60) for kind, values in taken.items()]
    return [*rows, Row(f"calls a second, {AT_ONCE} at once, 512×512 by link", rates, "a second")]


def serve(port: int) -> None:
    """`limner serve` with `Null` in the model's place."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limner.config.settings")

    from limner.cli.listening import listen
    from limner.cli.running import Running

    with patch("limner.engines.placement.places.open_placement", lambda *_: Null()):
        Running(listener=listen("127.0.0.1", port), address=f"http://127.0.0.1:{port}", dispatch=True).run()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--port", type=int, help="Serve (used by the benchmark itself).")
    given = parser.parse_args()
    if given.port:
        serve(given.port)
        return
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])  # the server runs in a folder of its own
    command = (sys.executable, "-m", "benchmarks.http")
    with tempfile.TemporaryDirectory() as folder, limner(Path(folder) / "home", command) as server:
        rows = asyncio.run(measure(server.url, given.runs))
    show("What HTTP, jobs and storage add", rows)


if __name__ == "__main__":
    main()

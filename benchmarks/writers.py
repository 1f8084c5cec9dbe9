"""How soon the first word of a prompt is seen in a browser, and whether a hundred prompts at once disturb each other.

    python -m benchmarks.writers [--presses 10] [--streams 100]

From the press of the button to the change of the box. Scribe is warm: it has written before. "While a picture is
drawn" is while Storybook draws large ones without a pause. The streams come from one process with no other work, over
the API; a stall is the longest silence between two events of one stream.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from benchmarks.measure.server import limner
from benchmarks.measure.table import Row, show
from tests.browser.conftest import FLAGS

PRESSED = """() => new Promise((resolve) => {
  const box = document.querySelector("#prompt");
  const begun = performance.now();
  box.addEventListener("input", () => resolve(performance.now() - begun), { once: true });
  document.querySelector("#random").click();
})"""
LARGE = {"prompt": "a lighthouse by the sea at sunset", "size": "1024x1024", "steps": 100, "n": 10}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=10)
    parser.add_argument("--streams", type=int, default=100)
    asked = parser.parse_args()
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])  # the server runs in a folder of its own
    with (
        tempfile.TemporaryDirectory() as folder,
        limner(Path(folder) / "home") as server,
    ):
        asyncio.run(streamed(server.url, 5))
        first, stalls = asyncio.run(streamed(server.url, asked.streams))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS])
            page = browser.new_context().new_page()
            page.goto(server.url)
            lists = presses(page, asked.presses)
            page.locator("[aria-controls=manner]").click()
            page.locator("#writer").select_option("gpt2")
            [cold] = presses(page, 1)
            idle = presses(page, asked.presses)
            with drawing(server.url):
                busy = presses(page, asked.presses)
            browser.close()
    show(
        "The first word of a prompt, at the browser",
        [
            Row("word lists", lists, "ms", 50),
            Row("Scribe, warm and idle", idle, "ms", 200),
            Row("Scribe, while pictures are drawn", busy, "ms", 1500),
            Row("Scribe, when first asked (it is loaded then)", [cold], "ms"),
            Row(f"longest stall of {asked.streams} streams at once", [max(stalls)], "ms", 250),
            Row("… until the first word of each", first, "ms"),
        ],
    )


def presses(page: Page, times: int) -> list[float]:
    """Milliseconds from each press to the first word."""
    found = []
    for _ in range(times):
        found.append(float(page.evaluate(PRESSED)))
        page.locator("#random:not([data-running])").wait_for()
        page.wait_for_timeout(100)
    return found


@contextmanager
def drawing(url: str) -> Generator[None]:
    """Storybook draws from here on, and has begun."""
    job = httpx.post(f"{url}/api/v1/jobs", json=LARGE, timeout=60).raise_for_status().json()
    where = f"{url}/api/v1/jobs/{job['id']}"
    while httpx.get(where).json()["state"] == "queued":
        time.sleep(0.05)
    time.sleep(1)
    yield
    state = httpx.get(where).json()["state"]
    if state != "running":
        raise SystemExit(f"the picture was {state} before the last word was written: draw a larger one")
    httpx.post(f"{where}/cancel").raise_for_status()


async def streamed(url: str, streams: int) -> tuple[list[float], list[float]]:
    """Milliseconds until the first word of each stream, and each one's longest silence after it."""
    limits = httpx.Limits(max_connections=streams)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        found = await asyncio.gather(*(heard(client, seed) for seed in range(streams)))
    return [first for first, _ in found], [stall for _, stall in found]


async def heard(client: httpx.AsyncClient, seed: int) -> tuple[float, float]:
    begun, times = time.perf_counter(), []
    asked = {"stream": True, "seed": seed, "length": "long"}
    async with client.stream("POST", "/api/v1/prompts/random", json=asked) as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                times.append(time.perf_counter())
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return 1000 * (times[1] - begun), 1000 * max(gaps)


if __name__ == "__main__":
    main()

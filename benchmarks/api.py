"""Limner and LiteLLM's proxy in front of the same upstream, in turn: requests a second, and what they add.

    python -m venv .venv-litellm-proxy && .venv-litellm-proxy/bin/pip install 'litellm[proxy]==1.105.0'
    python -m benchmarks.api [--seconds 20] [--clients 1 16 64 256] [--peer .venv-litellm-proxy/bin/litellm]

The upstream is the tests' stand-in, a process of its own that answers after 50 ms with a PNG of 1.5 MB. LiteLLM
runs with one worker and no database; Limner is one process with its ledger, its disk and its marks. Neither asks for
a key, and both are asked the same. A fixed arrival rate is open loop: a request is sent when its time has come,
whatever came of those before it, and its time counts from then.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.measure.server import limner, megabytes
from benchmarks.measure.table import Row, show

MODEL = "gpt-image-2"
DELAY = 0.05
WEIGHT = 1_500_000
MOST_A_CLIENT = 6.0
"""Megabytes above idle that a client may cost."""
QUIETLY = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOG": "ERROR",
    "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
}
BODY = {"model": MODEL, "prompt": "a red robot", "size": "1024x1024", "n": 1}


@dataclass
class Round:
    """What one run of requests gave."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    failed: int = 0
    peak: float = 0.0
    memory: list[float] = field(default_factory=list)
    """Megabytes, at regular moments."""

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class House:
    """One of the two: where it listens, and its processes."""

    def __init__(self, name: str, url: str, pid: int) -> None:
        self.name = name
        self.url = url
        self.pid = pid

    def megabytes(self) -> float:
        found = [self.pid]
        for pid in found:  # grows while it is read
            for listing in Path(f"/proc/{pid}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    found.extend(map(int, listing.read_text().split()))
        return sum(map(megabytes, found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each round")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16, 64, 256])
    parser.add_argument("--peer", type=Path, default=Path(".venv-litellm-proxy/bin/litellm"))
    options = parser.parse_args()
    if not options.peer.exists():
        sys.exit(f"{options.peer} is not here. The head of this file says how to get LiteLLM's proxy.")
    with (
        tempfile.TemporaryDirectory() as folder,
        stand_in() as upstream,
        peer(options.peer.absolute(), Path(folder), upstream) as first,
        ours(Path(folder), upstream) as second,
    ):
        asyncio.run(compare(first, second, options.seconds, options.clients))


async def compare(peer: House, ours: House, seconds: float, clients: list[int]) -> None:
    houses = (peer, ours)
    for house in houses:
        await closed(house, 2, 3.0)  # imports, connections, the lane's first calls
    idle = {house.name: house.megabytes() for house in houses}
    most: dict[tuple[str, int], Round] = {}
    for count in clients:
        for house in houses:
            most[house.name, count] = await closed(house, count, seconds)
            await asyncio.sleep(1.0)
    rows = [
        Row(f"{house.name}, {count} clients{told(most[house.name, count])}", [most[house.name, count].rate], "/s")
        for count in clients
        for house in houses
    ]
    if 64 in clients:
        rate = most[peer.name, 64].rate / 2
        steady = {}
        for house in houses:
            steady[house.name] = await opened(house, rate, seconds)
            await asyncio.sleep(1.0)
        added = {name: (round.percentile(0.95) - DELAY) * 1000 for name, round in steady.items()}
        at_64 = most[ours.name, 64]
        rows += [
            Row(
                "requests a second at 64 clients, against LiteLLM's",
                [at_64.rate / most[peer.name, 64].rate],
                "×",
                least=2,
            ),
            Row(f"{peer.name} adds at {rate:.1f} a second, p95{told(steady[peer.name])}", [added[peer.name]], "ms"),
            Row(
                f"{ours.name} adds, p95{told(steady[ours.name])}", [added[ours.name]], "ms", bar=added[peer.name] / 2
            ),
            Row(f"{peer.name} above idle at 64 clients", [most[peer.name, 64].peak - idle[peer.name]], "MB"),
            Row(
                f"{ours.name} above idle at 64 clients", [at_64.peak - idle[ours.name]], "MB", bar=64 * MOST_A_CLIENT
            ),
        ]
        thousand = await closed(ours, 16, seconds=600, most=1000)
        rows.append(Row(f"{ours.name}, memory over 1,000 requests", [slope(thousand.memory)], "MB"))
    rows += [Row(f"{house.name}, idle", [idle[house.name]], "MB") for house in houses]
    show("the same upstream through both (50 ms, 1.5 MB a picture)", rows)


def told(round: Round) -> str:
    return f" ({round.failed} failed)" if round.failed else ""


def slope(memory: list[float]) -> float:
    """What memory grew by from the first sample to the last, along the line that fits all of them best."""
    if len(memory) < 3:
        return 0.0
    fit = statistics.linear_regression(range(len(memory)), memory)
    return fit.slope * (len(memory) - 1)


async def closed(house: House, clients: int, seconds: float, most: int = 1_000_000) -> Round:
    """Each client asks again as soon as it is answered."""
    found, until = Round(), time.perf_counter() + seconds
    left = most

    async with client(clients) as http, watched(house, found):

        async def one() -> None:
            nonlocal left
            while time.perf_counter() < until and left > 0:
                left -= 1
                await ask(http, house, found, time.perf_counter())

        begun = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(clients)))
        found.seconds = time.perf_counter() - begun
    return found


async def opened(house: House, rate: float, seconds: float) -> Round:
    """`rate` requests a second, each sent when its time has come."""
    found, asked = Round(), []
    async with client(1000) as http, watched(house, found):
        begun = time.perf_counter()
        for number in range(int(rate * seconds)):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            asked.append(asyncio.create_task(ask(http, house, found, due)))
        await asyncio.gather(*asked)
        found.seconds = time.perf_counter() - begun
    return found


def client(connections: int) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx.AsyncClient(timeout=120, limits=limits, headers={"authorization": "Bearer sk-bench"})


async def ask(http: httpx.AsyncClient, house: House, found: Round, since: float) -> None:
    try:
        answer = await http.post(f"{house.url}/v1/images/generations", json=BODY)
        good = answer.status_code == 200 and len(answer.content) > WEIGHT
    except httpx.TransportError:
        good = False
    if good:
        found.times.append(time.perf_counter() - since)
    else:
        found.failed += 1


@contextlib.asynccontextmanager
async def watched(house: House, found: Round) -> AsyncIterator[None]:
    """Samples the house's memory meanwhile."""

    async def look() -> None:
        while True:
            found.memory.append(house.megabytes())
            await asyncio.sleep(0.25)

    watching = asyncio.create_task(look())
    try:
        yield
    finally:
        watching.cancel()
        found.peak = max(found.memory, default=0.0)


# The three processes ---------------------------------------------------------------------------------------------


@contextlib.contextmanager
def stand_in() -> Iterator[dict[str, str]]:
    command = [sys.executable, "-m", "tests.upstream", "--delay", str(DELAY), "--weight", str(WEIGHT)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())  # type: ignore[union-attr]
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def peer(program: Path, folder: Path, upstream: dict[str, str]) -> Iterator[House]:
    """LiteLLM's proxy: one worker, no database, the one model."""
    settings = folder / "litellm.yaml"
    told = {"model": f"openai/{MODEL}", "api_base": upstream["url"], "api_key": upstream["key"]}
    models = [{"model_name": MODEL, "litellm_params": told, "model_info": {"mode": "image_generation"}}]
    settings.write_text(json.dumps({"model_list": models}), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LITELLM_", "DATABASE_"))}
    process = subprocess.Popen(
        [
            program,
            "--config",
            settings,
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--num_workers",
            "1",
            "--telemetry",
            "False",
        ],
        env={**kept, **QUIETLY},
        cwd=folder,
        stdout=(folder / "litellm.log").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/health/liveliness", folder / "litellm.log", process)
        yield House("LiteLLM", url, process.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(url: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=5).status_code == 200:
                return
        time.sleep(0.2)
    sys.exit(f"{url} does not answer:\n{log.read_text(errors='replace')[-3000:]}")


@contextlib.contextmanager
def ours(folder: Path, upstream: dict[str, str]) -> Iterator[House]:
    home = folder / "limner"
    home.mkdir(mode=0o700)
    (home / "upstreams.toml").write_text(
        f'[openai]\nurl = "{upstream["url"]}"\nkey = "{upstream["key"]}"\nmodels = ["{MODEL}"]\nconcurrency = 64\n'
        'supports = ["generations"]\n',
        encoding="utf-8",
    )
    (home / ".env").write_text("LIMNER_API_MAX_WAIT=86400\n", encoding="utf-8")
    with limner(home) as server:
        yield House("Limner", server.url, server.pid)


if __name__ == "__main__":
    main()

"""The ledger with an engine that does nothing: how soon a submitted job starts, how many jobs a second pass.

python -m benchmarks.ledger [--jobs 2000] [--database sqlite|postgres]

Credits and events are on, and every picture (8×8) is encoded, marked, written to disk and recorded.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measure.table import Row, show

BARS = {"sqlite": (10.0, 200.0), "postgres": (20.0, 100.0)}
ACCOUNTS = 20
SLOTS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--database", choices=tuple(BARS))
    parser.add_argument("--here", action="store_true", help="Measure in this process, with the settings it has.")
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure(options.jobs)))
        return
    for database in [options.database] if options.database else BARS:
        measured = in_a_home_of_its_own(database, options.jobs)
        latency, rate = BARS[database]
        show(
            f"Ledger on {database}",
            [
                Row("submit called → drawing starts, p50", [measured["called_p50"]], "ms", latency),
                Row("the same, p95", [measured["called_p95"]], "ms"),
                Row("committed → drawing starts, p50", [measured["committed_p50"]], "ms"),
                Row("the same, p95", [measured["committed_p95"]], "ms"),
                Row("jobs a second, queue full", [measured["full"]], "/s", least=rate),
                Row("jobs a second, submitted meanwhile", [measured["meanwhile"]], "/s"),
                Row("processor time a job, queue full", [measured["processor"]], "ms"),
            ],
        )


def in_a_home_of_its_own(database: str, jobs: int) -> dict[str, float]:
    """Measure in a fresh process on a fresh database."""
    from tests.postgres import start_cluster

    with tempfile.TemporaryDirectory() as home:
        cluster = start_cluster() if database == "postgres" else None
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LIMNER_")}
        environment["LIMNER_HOME"] = home
        if cluster is not None:
            environment["LIMNER_DATABASE_URL"] = cluster.url
        try:
            command = [sys.executable, "-m", "benchmarks.ledger", "--here", "--jobs", str(jobs)]
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        finally:
            if cluster is not None:
                cluster.stop()
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def measure(jobs: int) -> dict[str, float]:
    """Every number, on the database of this process's settings."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "limner.config.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    Path(settings.LIMNER_HOME).mkdir(exist_ok=True)
    call_command("migrate", verbosity=0)
    return asyncio.run(_measure(jobs))


@dataclass
class Nothing:
    """A placement that answers at once, and notes when it was asked."""

    slots: int = SLOTS
    alike: bool = False
    ready: bool = False
    started: dict[str, float] = field(default_factory=dict)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        self.ready = True

    async def draw(self, order: Any) -> AsyncIterator[Any]:
        from limner.engines.contract import Drawn

        self.started[order.job] = time.perf_counter()
        self.begun.set()
        size = order.request.draw_size
        for index in order.indices:
            yield Drawn(order.job, index, size, "RGB", bytes(3 * size.pixels), 0.001)

    async def cancel(self, job: str) -> None: ...

    async def close(self) -> None: ...


async def _measure(jobs: int) -> dict[str, float]:
    from limner.accounts.models import Account
    from limner.engines.contract import DrawRequest, Size
    from limner.jobs.bus import bus
    from limner.jobs.dispatcher import Dispatcher
    from limner.jobs.models import Job
    from limner.jobs.services import submit
    from limner.jobs.states import State
    from limner.jobs.threads import in_thread

    size = Size(8, 8)
    request = DrawRequest("a red robot", "storybook", size, size, seed=1, steps=4, guidance=3.5)
    people = [await in_thread(Account.objects.create, username=f"account {i}") for i in range(ACCOUNTS)]

    async def ask(i: int) -> Job:
        return await in_thread(submit, people[i % ACCOUNTS], request, price=1000, predicted=1.0)

    async def until_done(count: int) -> None:
        while await in_thread(Job.objects.filter(state=State.DONE).count) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    placement = Nothing()

    def dispatcher() -> Dispatcher:
        return Dispatcher({"storybook": placement}, holder="bench", boot="bench", bus=bus())

    # One job after another on an idle machine.
    alone = 200
    first = dispatcher()
    running = asyncio.create_task(first.run())
    await asyncio.sleep(0.5)
    called, committed = [], []
    for i in range(alone):
        before = time.perf_counter()
        job = await ask(i)
        after = time.perf_counter()
        key = str(job.public_id)
        while key not in placement.started:
            placement.begun.clear()
            await placement.begun.wait()
        called.append((placement.started[key] - before) * 1000)
        committed.append(max(placement.started[key] - after, 0.0) * 1000)
        await asyncio.sleep(0.02)
    await until_done(alone)

    # Submitted while others are drawn.
    begun = time.perf_counter()
    await asyncio.gather(*(ask(i) for i in range(jobs)))
    await until_done(alone + jobs)
    meanwhile = jobs / (time.perf_counter() - begun)
    await first.stop(0)
    await running

    # A full queue, drained.
    await asyncio.gather(*(ask(i) for i in range(jobs)))
    second = dispatcher()
    begun, used = time.perf_counter(), time.process_time()
    running = asyncio.create_task(second.run())
    await until_done(alone + 2 * jobs)
    full = jobs / (time.perf_counter() - begun)
    processor = (time.process_time() - used) / jobs * 1000
    await second.stop(0)
    await running
    return {
        "called_p50": _at(called, 0.5),
        "called_p95": _at(called, 0.95),
        "committed_p50": _at(committed, 0.5),
        "committed_p95": _at(committed, 0.95),
        "full": full,
        "meanwhile": meanwhile,
        "processor": processor,
    }


def _at(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]


if __name__ == "__main__":
    main()

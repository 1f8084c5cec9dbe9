"""Hundreds of jobs through one process to an upstream that turns away every tenth call.

    python -m benchmarks.upstream [--jobs 500] [--delay 5] [--concurrency 50] [--retry-after SECONDS] [--stream]

The upstream is the tests' stand-in, a process of its own that takes `delay` seconds for each call and answers with a
PNG of 1.5 MB. Its own time is what the calls that it was sent take, the repeated ones included, one after the other
on `concurrency` lines. One account asks for all the jobs at once; meanwhile others come with their first one each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measure.server import megabytes
from benchmarks.measure.table import Row, show

MODEL = "gpt-image-2"
LANE = "openai"
WEIGHT = 1_500_000
NEWCOMERS = 5
BUSY = 0.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--delay", type=float, default=5.0)
    parser.add_argument("--concurrency", type=int, default=50)
    parser.add_argument("--retry-after", type=float, help="What the 429s say; nothing by default.")
    parser.add_argument("--stream", action="store_true", help="With three partial pictures a call, as heavy each.")
    parser.add_argument("--here", action="store_true", help="Measure in this process, with the settings it has.")
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure(options.jobs)))
        return
    measured, upstream = in_a_home_of_its_own(options)
    own = upstream["calls"] * options.delay / options.concurrency
    alone = measured["alone"]
    extra = [max(taken - alone, 0.0) for taken in measured["newcomers"]]
    show(
        f"{options.jobs} jobs to an upstream of {options.concurrency} lines, {upstream['calls']} calls",
        [
            Row("jobs that ended with their picture", [measured["done"]], "", least=options.jobs + 1 + NEWCOMERS),
            Row("the upstream's own time", [own], "s"),
            Row("from the first submit to the last end", [measured["seconds"]], "s", bar=3 * own),
            Row("the same, in times of its own", [measured["seconds"] / own], "×", bar=3),
            Row("memory above idle, at its most", [measured["most"] - measured["idle"]], "MB", bar=250),
            Row("one job on an idle lane, asked → ended", [alone], "s"),
            Row("another account's first, later than that", extra, "s", bar=options.delay),
            Row("a call, on record → answered, p50", [measured["call_p50"]], "s"),
            Row("a job, claimed → ended, p50", [measured["job_p50"]], "s"),
            Row("processor time a job", [measured["processor"]], "ms"),
            Row("calls at a time, at most", [upstream["most_at_once"]], ""),
        ],
    )


def in_a_home_of_its_own(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was measured in a fresh process on a fresh database, and what the upstream counted."""
    with tempfile.TemporaryDirectory() as home, stand_in(options) as upstream:
        where = json.loads(upstream.stdout.readline())  # type: ignore[union-attr]
        (Path(home) / "upstreams.toml").write_text(
            f'[{LANE}]\nurl = "{where["url"]}"\nkey = "{where["key"]}"\nmodels = ["{MODEL}"]\n'
            f"concurrency = {options.concurrency}\n" + ("" if options.stream else 'supports = ["generations"]\n'),
            encoding="utf-8",
        )
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("LIMNER_", "OPENAI_"))}
        environment = {**kept, "LIMNER_HOME": home}
        command = [sys.executable, "-m", "benchmarks.upstream", "--here", "--jobs", str(options.jobs)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        counted, _ = upstream.communicate(timeout=30)
        return json.loads(done.stdout), json.loads(counted)


@contextmanager
def stand_in(options: argparse.Namespace) -> Iterator[subprocess.Popen[str]]:
    words = ["--busy", BUSY, "--delay", options.delay, "--weight", WEIGHT]
    if options.retry_after is not None:
        words += ["--retry-after", options.retry_after]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.upstream", *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def measure(jobs: int) -> dict[str, Any]:
    """Every number, on the database of this process's settings."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "limner.config.settings"
    import django

    django.setup()
    logging.getLogger("limner.jobs.attempt").setLevel(logging.ERROR)  # each 429 is a line otherwise
    from django.conf import settings
    from django.core.management import call_command

    from limner.engines import upstreams

    call_command("migrate", verbosity=0)
    upstreams.start({}, Path(settings.LIMNER_HOME))
    return asyncio.run(_measure(jobs))


async def _measure(jobs: int) -> dict[str, Any]:
    from limner.accounts.models import Account
    from limner.engines.catalog import model
    from limner.engines.contract import DrawRequest, Size
    from limner.engines.placement import open_placement
    from limner.jobs.bus import bus
    from limner.jobs.dispatcher import Dispatcher
    from limner.jobs.models import Job, UpstreamCall
    from limner.jobs.services import submit
    from limner.jobs.states import State
    from limner.jobs.threads import in_thread
    from limner.jobs.waiting import wait_until_ended

    size = Size(1024, 1024)
    request = DrawRequest("a red robot", MODEL, size, size, seed=1, steps=1, guidance=0.0)

    async def account(name: str) -> Account:
        return await in_thread(Account.objects.create, username=name)

    async def first_of(name: str) -> float:
        """Seconds from the first submit of a new account to its end."""
        person = await account(name)
        begun = time.perf_counter()
        job = await in_thread(submit, person, request, predicted=15.0)
        await wait_until_ended(person.pk, job.public_id)
        return time.perf_counter() - begun

    placements = {LANE: open_placement(model(MODEL))}
    dispatcher = Dispatcher(placements, holder="bench", boot="bench", bus=bus())
    running = asyncio.create_task(dispatcher.run())
    await first_of("warming up")  # imports the client's library
    alone = await first_of("alone")
    idle = megabytes(os.getpid())
    crowd = await account("crowd")
    begun, used = time.perf_counter(), time.process_time()
    for _ in range(jobs):
        await in_thread(submit, crowd, request, predicted=15.0)
    most = idle

    async def watch_memory() -> None:
        nonlocal most
        while True:
            most = max(most, megabytes(os.getpid()))
            await asyncio.sleep(0.05)

    async def come_and_ask() -> list[float]:
        coming = []
        for number in range(NEWCOMERS):
            await asyncio.sleep(2.0)
            coming.append(asyncio.create_task(first_of(f"newcomer {number}")))
        return list(await asyncio.gather(*coming))

    watching = asyncio.create_task(watch_memory())
    newcomers = asyncio.create_task(come_and_ask())
    waiting = [State.QUEUED, State.RUNNING]
    while await in_thread(Job.objects.filter(account=crowd, state__in=waiting).exists):  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    seconds = time.perf_counter() - begun
    processor = (time.process_time() - used) / jobs * 1000
    taken = await newcomers
    watching.cancel()
    done = await in_thread(Job.objects.filter(state=State.DONE).count)
    failed = Job.objects.exclude(state=State.DONE).values_list("error_code", "error_message")
    for code, message in await in_thread(lambda: list(failed)):
        print(f"{code}: {message}", file=sys.stderr)
    calls = await in_thread(
        lambda: list(UpstreamCall.objects.filter(outcome="ok").values_list("sent_at", "answered_at"))
    )
    ended = await in_thread(lambda: list(Job.objects.values_list("started_at", "ended_at")))
    await dispatcher.stop(0)
    await running
    return {
        "call_p50": _median_span(calls),
        "job_p50": _median_span(ended),
        "seconds": seconds,
        "alone": alone,
        "newcomers": taken,
        "idle": idle,
        "most": most,
        "done": done - 1,
        "processor": processor,
    }


def _median_span(spans: list[tuple[Any, Any]]) -> float:
    return float(statistics.median((end - begin).total_seconds() for begin, end in spans if begin and end))


if __name__ == "__main__":
    main()

"""A dispatcher with the tests' painter, as a process of its own that can be killed, stopped and starved for real.

`python -m tests.faults.drawer --holder a --boot 1`. It says `ready` when it claims, and stops politely on SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import signal
import sys
import time
from datetime import timedelta


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--holder", required=True)
    parser.add_argument("--boot", required=True)
    parser.add_argument("--lease", type=float, default=30.0)
    parser.add_argument("--slots", type=int, default=1)
    parser.add_argument("--step", type=float, default=0.01)
    parser.add_argument("--attempts", type=int, default=3)
    parser.add_argument("--clock", type=float, default=0.0, help="Seconds by which this process's clock is wrong.")
    parser.add_argument("--files", type=int, help="The largest file it may write: a disk that is full.")
    parser.add_argument("--die", choices=("before-keep", "after-keep"), help="Kill itself at this moment.")
    parser.add_argument("--freeze", action="store_true", help="Stop itself (SIGSTOP) in the first drawing.")
    parser.add_argument("--block", action="store_true", help="Block its event loop in the first drawing, for a line.")
    options = parser.parse_args()
    if options.clock:
        set_clock_wrong(options.clock)
    if options.files is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (options.files, resource.RLIM_INFINITY))
    import django

    django.setup()
    asyncio.run(run(options))


async def run(options: argparse.Namespace) -> None:
    from limner.engines.contract import DrawOrder
    from limner.jobs.bus import bus
    from limner.jobs.dispatcher import Dispatcher
    from tests.jobs.house import LANE
    from tests.jobs.placements import Painter

    if options.die:
        die_around_keep(options.die)

    def in_the_first_drawing(order: DrawOrder, index: int) -> None:
        if len(painter.orders) == 1 and options.freeze:
            os.kill(os.getpid(), signal.SIGSTOP)
        if len(painter.orders) == 1 and options.block:
            sys.stdin.readline()

    painter = Painter(slots=options.slots, step_seconds=options.step, trouble=in_the_first_drawing)
    dispatcher = Dispatcher(
        {LANE: painter},
        holder=options.holder,
        boot=options.boot,
        bus=bus(),
        lease_seconds=options.lease,
        poll_seconds=0.1,
        max_attempts=options.attempts,
    )
    running = asyncio.create_task(dispatcher.run())
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    print("ready", flush=True)
    await asyncio.wait([running, asyncio.create_task(told.wait())], return_when=asyncio.FIRST_COMPLETED)
    if told.is_set():
        await dispatcher.stop(0)
    await running


def die_around_keep(moment: str) -> None:
    """Kill this process right before, or right after, the transaction that keeps a picture."""
    from limner.jobs import pipeline

    keep = pipeline.keep

    def last_words(*args: object, **kwargs: object) -> bool:
        if moment == "after-keep":
            keep(*args, **kwargs)  # type: ignore[arg-type]
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")

    pipeline.keep = last_words


def set_clock_wrong(seconds: float) -> None:
    """Everything in this process that asks Python for the time gets a wrong answer; the database does not ask it."""
    from django.utils import timezone

    true_time, true_now = time.time, timezone.now
    time.time = lambda: true_time() + seconds
    timezone.now = lambda: true_now() + timedelta(seconds=seconds)


if __name__ == "__main__":
    main()

"""A dispatcher with the real `openai` engine, as a process of its own that can be killed.

`python -m tests.faults.far_drawer FOLDER --boot 1`: FOLDER holds upstreams.toml. It says `ready` when it claims.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--boot", required=True)
    parser.add_argument("--die", choices=("after-answer",), help="Kill itself at this moment.")
    options = parser.parse_args()
    import django

    django.setup()
    asyncio.run(run(options))


async def run(options: argparse.Namespace) -> None:
    from limner.engines.contract import Answered
    from limner.jobs import ledger
    from limner.jobs.bus import bus
    from limner.jobs.dispatcher import Dispatcher
    from limner.jobs.ledger import Claim
    from tests.faults.far_away import configured

    if options.die:
        answered = ledger.answered

        def last_words(claimed: Claim, answer: Answered) -> None:
            answered(claimed, answer)
            os.kill(os.getpid(), signal.SIGKILL)

        ledger.answered = last_words
    with configured(options.folder) as placements:
        dispatcher = Dispatcher(
            placements, holder="house", boot=options.boot, bus=bus(), lease_seconds=600, poll_seconds=0.1
        )
        running = asyncio.create_task(dispatcher.run())
        print("ready", flush=True)
        await running


if __name__ == "__main__":
    main()

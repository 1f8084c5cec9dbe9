"""Submits jobs as a process of its own, and may die in the middle of it.

`python -m tests.faults.submitter --account 1 --key k [--die before-commit|after-commit] [--endless]`. It prints the
public id of every job that it was told is accepted.
"""

from __future__ import annotations

import argparse
import os
import signal


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--account", type=int, required=True)
    parser.add_argument("--key")
    parser.add_argument("--die", choices=("before-commit", "after-commit"))
    parser.add_argument("--endless", action="store_true")
    options = parser.parse_args()
    import django

    django.setup()
    from limner.accounts.models import Account
    from limner.jobs import events
    from tests.jobs.house import ask

    account = Account.objects.get(pk=options.account)
    if options.die == "before-commit":
        events.write = die  # type: ignore[assignment]
    while True:
        job = ask(account, idempotency_key=options.key)
        if options.die:
            die()
        print(job.public_id, flush=True)
        if not options.endless:
            return


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()

"""Claims jobs as fast as it can until none is left, as a process of its own, and prints whose they were."""

from __future__ import annotations

import sys


def main() -> None:
    import django

    django.setup()
    from limner.jobs import ledger
    from tests.jobs.house import LANE

    sys.stdin.readline()
    while claims := ledger.claim(LANE, holder=sys.argv[1], boot="1", lease_seconds=60, limit=3):
        for claimed in claims:
            print(claimed.job, claimed.attempt)


if __name__ == "__main__":
    main()

"""The stand-in as a process of its own, for benchmarks: it prints its base URL, and ends with its standard input."""

from __future__ import annotations

import argparse
import json
import sys

from tests.upstream.bad_days import busy
from tests.upstream.running import stand_in


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.upstream")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that a good answer takes")
    parser.add_argument("--busy", type=float, default=0.0, help="the share of calls that get a 429")
    parser.add_argument("--retry-after", type=float, default=None, help="what the 429s say; nothing by default")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weight", type=int, default=0, help="bytes of a picture, at least")
    told = parser.parse_args()
    odds = {busy(told.retry_after): told.busy} if told.busy else None
    with stand_in(odds=odds, seed=told.seed, delay=told.delay, weight=told.weight, port=told.port) as upstream:
        print(json.dumps({"url": upstream.url, "key": upstream.key}), flush=True)
        sys.stdin.read()
        calls = upstream.calls
        drawn = sum(len(asked.pictures) for asked in calls)
        print(json.dumps({"calls": len(calls), "pictures": drawn, "most_at_once": upstream.most_at_once}), flush=True)


if __name__ == "__main__":
    main()

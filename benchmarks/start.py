"""First start on an empty home, later starts, and resident memory with Storybook loaded.

python -m benchmarks.start [--runs 3]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import httpx

from benchmarks.measure.server import limner, megabytes
from benchmarks.measure.table import Row, show


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    first, later, total, child, peak = [], [], [], [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            with limner(home) as server:
                first.append(server.start_seconds)
            with limner(home) as server:
                later.append(server.start_seconds)
                httpx.post(
                    f"{server.url}/v1/images/generations",
                    json={"prompt": "a red robot", "size": "512x512"},
                    timeout=120,
                ).raise_for_status()
                memory = [megabytes(pid) for pid in server.processes()]
                total.append(sum(memory))
                child.append(max(memory[1:], default=0.0))
                peak.append(max((megabytes(pid, "VmHWM") for pid in server.processes()[1:]), default=0.0))
    show(
        "Start and memory",
        [
            Row("first start, empty home → /healthz 200", first, "s", 5),
            Row("later start", later, "s", 3),
            Row("resident in all, after a picture", total, "MB", 500),
            Row("of it the model child", child, "MB", 320),
            Row("the model child at its most", peak, "MB"),
        ],
    )


if __name__ == "__main__":
    main()

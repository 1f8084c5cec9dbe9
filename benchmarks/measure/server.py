"""A Limner of the benchmark's own: its home, its port, its processes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

LIMNER = Path(sys.executable).parent / "limner"
LONGEST_START = 120.0


@dataclass(frozen=True)
class Server:
    """A running `limner serve`. `start_seconds` is from the command to `/healthz` 200."""

    url: str
    pid: int
    start_seconds: float

    def processes(self) -> list[int]:
        """The server itself, then every process below it."""
        found = [self.pid]
        for pid in found:  # grows while it is read
            for listing in Path(f"/proc/{pid}/task").glob("*/children"):
                found.extend(map(int, listing.read_text().split()))
        return found


@contextlib.contextmanager
def limner(home: Path, command: Sequence[str] = (str(LIMNER), "serve")) -> Iterator[Server]:
    """`limner serve` on `home`, healthy; stopped with SIGTERM afterwards. `command` stands in for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIMNER_")}
    started = time.perf_counter()
    log = home.with_suffix(".log")
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            env={**kept, "LIMNER_HOME": str(home)},
            cwd=home.parent,
            stdout=output,
            stderr=output,
        )
    try:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{url}/healthz", timeout=5).status_code == 200:
                    break
            if process.poll() is not None or time.perf_counter() - started > LONGEST_START:
                raise SystemExit(f"limner serve did not become healthy:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.01)
        yield Server(url, process.pid, time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def megabytes(pid: int, field: str = "VmRSS") -> float:
    """Resident memory of a process now (`VmRSS`) or at its most (`VmHWM`)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0

"""A real `limner serve` with an empty home and the bundled model, for tests that come from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

START_SECONDS = 60
REPOSITORY = Path(__file__).parents[1]


@dataclass
class Server:
    """A running `limner serve`, and what it has said."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    log: Path

    def model_process(self) -> int | None:
        """A process that holds a model, where there is one just now."""
        return next(self.model_processes(), None)

    def model_processes(self) -> Iterator[int]:
        """The processes that hold a model."""
        for listing in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            for pid in map(int, listing.read_text().split()):
                words = Path(f"/proc/{pid}/cmdline").read_bytes() if Path(f"/proc/{pid}/cmdline").exists() else b""
                if b"limner.engines.placement.host" in words:
                    yield pid


@contextmanager
def serving(home: Path, *, program: str = "limner", **more: str) -> Generator[Server]:
    """A `limner serve` of its own, with `more` in its environment. The `program` `tests.scripted` has the puppet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = home.parent / f"{home.name}.log"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LIMNER_", "OPENAI_"))}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", program, "serve", "--port", str(port)],
            cwd=home,
            env={**environment, "PYTHONPATH": str(REPOSITORY), "LIMNER_HOME": str(home), **more},
            stdout=out,
            stderr=out,
        )
    running = Server(f"http://127.0.0.1:{port}", home, process, log)
    try:
        _wait_until_it_can_draw(running)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_until_it_can_draw(server: Server) -> None:
    end = time.monotonic() + START_SECONDS
    while not _can_draw(server.url):
        assert server.process.poll() is None, server.log.read_text()
        assert time.monotonic() < end, server.log.read_text()
        time.sleep(0.1)


def _can_draw(url: str) -> bool:
    try:
        with urlopen(f"{url}/healthz", timeout=5):
            return True
    except OSError:  # refused, or 503: not yet
        return False

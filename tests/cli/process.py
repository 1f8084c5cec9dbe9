"""A real Limner in a process of its own, and plain HTTP to talk to it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMNER = (sys.executable, "-m", "limner")
START_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, **more: str) -> dict[str, str]:
    """This process's environment with another home, and none of its LIMNER_* or OPENAI_*."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("LIMNER_", "OPENAI_"))}
    return {**clean, "LIMNER_HOME": str(home), "PYTHONUNBUFFERED": "1", **more}


def limner(home: Path, *words: str, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [*LIMNER, *words],
        cwd=next(folder for folder in home.parents if folder.is_dir()),
        env=environment(home, **more),
        input=given,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Process:
    """`limner serve`, `web` or `dispatch`, started; ends with the `with` block."""

    def __init__(self, home: Path, *words: str, **more: str) -> None:
        self.port = free_port()
        port = [] if words == ("dispatch",) else ["--port", str(self.port)]
        self.log = home.parent / f"limner-{self.port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*LIMNER, *words, *port],
                cwd=home.parent,
                env=environment(home, **more),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=10)

    def wait_for(self, path: str, status: int = 200, seconds: float = START_SECONDS) -> Answer:
        """Ask for `path` until it answers with `status`."""
        until = time.monotonic() + seconds
        while True:
            try:
                answer = self.ask("GET", path)
            except OSError as error:
                answer = Answer(0, {}, str(error).encode())
            if answer.status == status:
                return answer
            if self.process.poll() is not None:
                raise AssertionError(f"limner ended with {self.process.returncode}:\n{self.said()}")
            if time.monotonic() > until:
                raise AssertionError(f"{path} still says {answer.status} {answer.body[:300]!r}:\n{self.said()}")
            time.sleep(0.05)

    def ask(self, method: str, path: str, body: bytes | None = None, /, **headers: str) -> Answer:
        """One request, with exactly these headers (host, origin…; `_` stands for `-`) beside a Host."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in {"host": f"127.0.0.1:{self.port}", **named}.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, told, response.read())
        finally:
            connection.close()

    def jobs(self) -> list[dict[str, Any]]:
        """The owner's jobs, newest first."""
        found: list[dict[str, Any]] = self.ask("GET", "/api/v1/jobs").json["jobs"]
        return found

    def wait_until(self, holds: Callable[[], bool], seconds: float = START_SECONDS) -> None:
        """Wait for a condition that others bring about."""
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, self.said()
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 15) -> int:
        """Send a signal and wait; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout=seconds)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

"""Stopping the server is not a hang-up: who waits is told to come back, and the job is drawn after the restart."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.api.events import COMMENT, events_in

PATIENCE = 60.0


@contextmanager
def limner(command: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A real server process, which is gone afterwards whatever happened."""
    server = subprocess.Popen([sys.executable, "-m", "limner", command, "--port", str(port)])
    try:
        yield server
    finally:
        if server.poll() is None:
            server.kill()
        server.wait()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def jobs(url: str) -> list[tuple[str, int]]:
    """State and number of pictures of every job."""
    return [(job["state"], len(job["pictures"])) for job in httpx.get(f"{url}/api/v1/jobs").json()["jobs"]]


def call(url: str, **asked: object) -> httpx.Response:
    return httpx.post(f"{url}/v1/images/generations", json={"prompt": "a red robot", **asked}, timeout=PATIENCE)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refused_for_now(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and int(answer.headers["retry-after"]) >= 1


def test_a_queued_job_stays_when_the_web_process_is_told_to_stop(home: Path, port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    with ThreadPoolExecutor() as pool:
        with limner("web", port) as server:
            until(lambda: answers(f"{url}/livez"))
            waiting = pool.submit(call, url)
            until(lambda: jobs(url) == [("queued", 0)])
            server.send_signal(signal.SIGTERM)
            assert refused_for_now(waiting.result(PATIENCE))
            assert server.wait(PATIENCE) == 0
        with limner("web", port):
            until(lambda: answers(f"{url}/livez"))
            assert jobs(url) == [("queued", 0)]


@pytest.mark.extra
def test_a_running_job_is_drawn_after_the_restart(home: Path, port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    with ThreadPoolExecutor() as pool:
        with limner("serve", port) as server:
            until(lambda: answers(f"{url}/healthz"))
            waiting = pool.submit(call, url, n=2, size="256x256")
            until(lambda: jobs(url)[0:1] != [] and jobs(url)[0][0] == "running")
            server.send_signal(signal.SIGTERM)
            assert refused_for_now(waiting.result(PATIENCE))
            assert server.wait(PATIENCE) == 0
        with limner("serve", port):
            until(lambda: answers(f"{url}/healthz"))
            until(lambda: jobs(url) == [("done", 2)])


@pytest.mark.extra
def test_a_stream_ends_with_an_error_and_its_job_is_drawn_after_the_restart(home: Path, port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    asked = {"prompt": "a red robot", "n": 3, "stream": True}
    with limner("serve", port) as server:
        until(lambda: answers(f"{url}/healthz"))
        with httpx.stream("POST", f"{url}/v1/images/generations", json=asked, timeout=PATIENCE) as answer:
            events = (event for event in events_in(answer) if event.name != COMMENT)
            assert next(events).word == "completed"
            server.send_signal(signal.SIGTERM)
            *_, last = events
        assert (last.name, last.data["error"]["code"]) == ("error", "unavailable")
        assert server.wait(PATIENCE) == 0
    with limner("serve", port):
        until(lambda: answers(f"{url}/healthz"))
        until(lambda: jobs(url) == [("done", 3)])

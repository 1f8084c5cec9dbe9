"""`limner serve` as people run it: real processes, real signals, real HTTP."""

from __future__ import annotations

import fcntl
import json
import signal
import socket
import stat
import struct
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.process import Answer, Process, limner

STOP_SECONDS = 5.0
LISTEN = "0A"
"""The kernel's number for a socket that listens."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve") / "home"


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Process]:
    with Process(home, "serve") as process:
        process.wait_for("/healthz")
        yield process


def long_job(process: Process) -> Answer:
    """Ask for more pictures than a stop leaves time for, and wait for them."""
    wish = {"prompt": "a red robot", "n": 4, "size": "512x512", "model": "storybook"}
    return process.ask("POST", "/v1/images/generations", json.dumps(wish).encode(), content_type="application/json")


def wait_for_state(process: Process, state: str) -> str:
    """Wait until the newest job is in `state`; its id."""
    process.wait_until(lambda: [job["state"] for job in process.jobs()][:1] == [state])
    return str(process.jobs()[0]["id"])


def test_an_empty_home_is_made_for_its_owner_alone(served: Process, home: Path) -> None:
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "secret-key").stat().st_mode) == 0o600
    assert f"Limner is at http://127.0.0.1:{served.port}\n" in served.said()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the kernel's table of sockets")
def test_it_listens_on_this_machine_only(served: Process) -> None:
    assert listening(served.port) == {"127.0.0.1"}


def listening(port: int) -> set[str]:
    """The addresses at which somebody listens on `port`; of IPv6 the kernel's own writing."""
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else []:
            _, local, _, state, *_ = line.split()
            address, _, at = local.partition(":")
            if state == LISTEN and int(at, 16) == port:
                v4 = len(address) == 8
                found.add(socket.inet_ntoa(struct.pack("=I", int(address, 16))) if v4 else address)
    return found


def test_the_first_page_is_there(served: Process) -> None:
    page = served.ask("GET", "/", accept="text/html")
    assert page.status == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert int(page.headers["content-length"]) == len(page.body)


def test_a_second_serve_says_who_runs(served: Process, home: Path) -> None:
    done = limner(home, "serve", "--port", "1")
    assert done.returncode == 1
    assert (
        f"already runs from this home at http://127.0.0.1:{served.port} (process {served.process.pid})" in done.stderr
    )
    assert "Traceback" not in done.stderr


def test_beside_one_that_is_just_starting_nobody_is_told_to_kill(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    with (tmp_path / "home" / "running.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = limner(tmp_path / "home", "serve")
    said = "Limner is just starting or stopping from this home; try again in a moment.\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_a_taken_port_is_said_plainly_with_the_way_out(served: Process, tmp_path: Path) -> None:
    done = limner(tmp_path / "other", "serve", "--port", str(served.port))
    assert done.returncode == 1
    way_out = f"limner serve --port {served.port + 1}"
    assert done.stderr.strip() == f"Port {served.port} is in use by another program. Take another one: {way_out}"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_personal_mode_refuses_to_listen_beyond_this_machine(tmp_path: Path, host: str) -> None:
    done = limner(tmp_path / "home", "serve", "--host", host)
    assert done.returncode == 2
    assert "LIMNER_ACCOUNTS=on" in done.stderr
    assert "--open" in done.stderr
    assert not (tmp_path / "home").exists()


def test_an_address_that_is_not_ours_is_said_plainly(tmp_path: Path) -> None:
    done = limner(tmp_path / "home", "serve", "--host", "192.0.2.1", "--open")
    assert (done.returncode, done.stderr) == (
        1,
        "192.0.2.1 is no address of this machine. Leave --host away to use 127.0.0.1.\n",
    )


def test_a_home_that_cannot_be_used_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = limner(tmp_path / "file" / "home", "serve")
    assert done.returncode == 1
    assert "set LIMNER_HOME to a folder that is" in done.stderr


def test_a_target_that_nobody_has_is_said_at_the_start(tmp_path: Path) -> None:
    done = limner(tmp_path / "home", "serve", LIMNER_TARGETS="dall-e-3=nobody")
    assert done.returncode == 1
    assert "LIMNER_TARGETS sends dall-e-3 to nobody" in done.stderr
    assert limner(tmp_path / "home", "doctor", LIMNER_TARGETS="dall-e-3=nobody").returncode == 1


def test_a_kubernetes_service_link_does_not_break_the_start(tmp_path: Path) -> None:
    with Process(tmp_path / "home", "web", LIMNER_PORT="tcp://10.0.0.1:80") as process:
        process.wait_for("/livez")
        assert "it is what Kubernetes sets" in process.said()


@pytest.mark.extra
def test_told_to_stop_it_lets_callers_go_and_keeps_their_jobs(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Process(home, "serve") as process, ThreadPoolExecutor(2) as others:
        process.wait_for("/healthz")
        # A page that stays open must not hold up the stop.
        with socket.create_connection(("127.0.0.1", process.port), timeout=10) as stream:
            stream.sendall(b"GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert stream.recv(15) == b"HTTP/1.1 200 OK"
            waiting = others.submit(long_job, process)
            job = wait_for_state(process, "running")
            began = time.monotonic()
            assert process.stop() == 0
            assert time.monotonic() - began < STOP_SECONDS
            answer = waiting.result(timeout=10)
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) >= 1
    with Process(home, "serve") as process:
        process.wait_for("/healthz")
        assert wait_for_state(process, "done") == job


def test_a_second_interrupt_ends_it_at_once(tmp_path: Path) -> None:
    with Process(tmp_path / "home", "serve") as process, ThreadPoolExecutor(1) as others:
        process.wait_for("/healthz")
        waiting = others.submit(long_job, process)
        wait_for_state(process, "running")
        process.process.send_signal(signal.SIGINT)
        process.wait_until(lambda: "Stopping" in process.said() or process.process.poll() is not None)
        process.process.send_signal(signal.SIGINT)
        assert process.process.wait(timeout=3) in {0, 128 + signal.SIGINT}
        if (error := waiting.exception(timeout=10)) is not None:
            assert isinstance(error, OSError)


@pytest.mark.extra
def test_what_a_killed_server_was_drawing_is_drawn_by_the_next(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Process(home, "serve") as process, ThreadPoolExecutor(1) as others:
        process.wait_for("/healthz")
        waiting = others.submit(long_job, process)
        job = wait_for_state(process, "running")
        process.stop(signal.SIGKILL)
        assert isinstance(waiting.exception(timeout=10), OSError)
    with Process(home, "serve") as process:
        process.wait_for("/livez")
        assert wait_for_state(process, "done") == job
        assert len(process.jobs()[0]["pictures"]) == 4


@pytest.mark.extra
def test_web_and_dispatch_are_serve_in_two_halves(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Process(home, "web") as web:
        web.wait_for("/livez")
        assert "`limner dispatch`" in web.said()
        with Process(home, "dispatch") as dispatch:
            wish = {"prompt": "a red robot", "size": "256x256", "response_format": "b64_json"}
            body = json.dumps(wish).encode()
            answer = web.ask("POST", "/v1/images/generations", body, content_type="application/json")
            assert answer.status == 200
            assert answer.json["data"][0]["b64_json"]
            assert dispatch.stop() == 0
        assert web.stop() == 0


def test_told_to_stop_while_it_starts_it_stops(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Process(home, "serve") as process:
        children = Path(f"/proc/{process.process.pid}/task/{process.process.pid}/children")
        process.wait_until(lambda: children.read_text() != "")  # its model has begun to load
        assert process.stop() == 0
        assert "Traceback" not in process.said()

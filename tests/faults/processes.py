"""Starting other processes on the test's own database, and what they leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import quote

from django.conf import settings
from django.db import connection

Process = subprocess.Popen[str]


def environment() -> dict[str, str]:
    """The environment of a process that shares this test's database and pictures."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("LIMNER_")}
    return {
        **inherited,
        "DJANGO_SETTINGS_MODULE": "limner.config.settings",
        "LIMNER_HOME": str(settings.LIMNER_HOME),
        "LIMNER_DATABASE_URL": database_url(),
        "LIMNER_PICTURES": str(settings.STORAGES["pictures"]["OPTIONS"]["location"]),
        "PYTHONUNBUFFERED": "1",
    }


def database_url() -> str:
    """The URL of the database that this test runs on."""
    where = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(where['NAME']).absolute()}"
    user, password = quote(where["USER"], safe=""), quote(where["PASSWORD"], safe="")
    return f"postgres://{user}:{password}@{where['HOST']}:{where['PORT']}/{where['NAME']}"


@contextmanager
def program(
    name: str, *arguments: object, env: dict[str, str] | None = None, said: list[str] | None = None
) -> Iterator[Process]:
    """A module of `tests.faults` as a process, killed at the end whatever its state. `said` gets its log's lines."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.faults.{name}", *map(str, arguments)],
        env=env or environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if said is None else subprocess.PIPE,
        text=True,
    )
    # Through a pipe, not a file: this process may not be able to write files.
    listener = Thread(target=_listen, args=(process, said))
    listener.start()
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        listener.join()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _listen(process: Process, said: list[str] | None) -> None:
    if said is not None and process.stderr is not None:
        with process.stderr as lines:
            for line in lines:
                said.append(line)


@contextmanager
def drawer(
    holder: str = "house", boot: str = "1", *, said: list[str] | None = None, **options: object
) -> Iterator[Process]:
    """A running dispatcher that has begun to claim."""
    words: list[object] = ["--holder", holder, "--boot", boot]
    for name, value in options.items():
        words += [f"--{name}"] if value is True else [f"--{name}", value]
    with program("drawer", *words, said=said) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def go_on(process: Process) -> None:
    """Let it go on where it waits for a line."""
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def kill(process: Process) -> None:
    """kill -9, and wait until it is gone."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def end(process: Process) -> int:
    """Ask it to stop, and answer its exit status."""
    process.send_signal(signal.SIGTERM)
    return process.wait(20)


def is_stopped(process: Process) -> bool:
    """True while SIGSTOP holds it."""
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

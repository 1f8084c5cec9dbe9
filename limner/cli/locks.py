"""Who holds this home: files that only one living process can lock. The kernel lets go when it dies."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from limner.errors import NotConfigured

RUNNING = "running.lock"


@dataclass(frozen=True)
class Runner:
    """The process that draws for a home, and where it can be reached (empty: it has no pages)."""

    pid: int
    address: str


class AlreadyRuns(NotConfigured):
    """Another process draws for this home; two would take each other's jobs."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        where = f" at {runner.address}" if runner.address else ""
        super().__init__(
            f"Limner already runs from this home{where} (process {runner.pid}). "
            f"Use that one, stop it with: kill {runner.pid} — or give this one its own LIMNER_HOME."
        )


@contextmanager
def only_runner(home: Path, address: str) -> Iterator[None]:
    """Be the one process that draws for `home`. Raises AlreadyRuns."""
    with (home / RUNNING).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRuns(_told(file.name)) from None
        file.truncate(0)
        file.write(json.dumps(asdict(Runner(os.getpid(), address))))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _told(name: str) -> Runner:
    """Who the file says holds it; a process that is just starting has not said yet."""
    with suppress(ValueError, TypeError):
        return Runner(**json.loads(Path(name).read_text(encoding="utf-8")))
    return Runner(0, "")


@contextmanager
def one_start(home: Path) -> Iterator[None]:
    """Wait until no other process is starting from `home`."""
    with (home / "start.lock").open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

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
    """The process that draws for a home, and where it can be reached (empty: it has no pages).

    `pid` is 0 for one that has not said yet who it is.
    """

    pid: int
    address: str

    def __str__(self) -> str:
        if not self.pid:
            return "Limner is just starting or stopping from this home"
        where = f" at {self.address}" if self.address else ""
        return f"Limner already runs from this home{where} (process {self.pid})"


class AlreadyRuns(NotConfigured):
    """Another process draws for this home; two would take each other's jobs."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        if runner.pid:
            way_out = f"Use that one, stop it with: kill {runner.pid} — or give this one its own LIMNER_HOME."
            super().__init__(f"{runner}. {way_out}")
        else:
            super().__init__(f"{runner}; try again in a moment.")


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


def runner_of(home: Path) -> Runner | None:
    """Who draws for `home` just now, told without changing anything there; None: nobody."""
    try:
        with (home / RUNNING).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _told(str(home / RUNNING))
    except OSError:  # it is not there, or is not ours to read: then nobody's that we could name
        return None
    return None


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

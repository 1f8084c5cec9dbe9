"""What was begun to be pulled and is not whole yet: the folder of its files tells of it, whoever began."""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from limner.engines.weights.hub import Repository, is_name
from limner.engines.weights.placing import STAGES, bytes_in
from limner.engines.weights.pulled import PULLED

ASKED = ".asked.json"
"""Beside the files that came: the pull deletes it with whatever else is none of the model's."""


@dataclass(frozen=True, slots=True)
class Begun:
    """One model of which some files are here."""

    name: str
    revision: str
    """The whole name of its version; "" where nobody wrote it down."""
    bytes: int
    """Of all its files; 0 where nobody wrote it down."""
    fetched: int
    held: bool
    """Whether somebody pulls it just now."""

    @property
    def percent(self) -> int | None:
        """How much of it is here; the last file's checksum is still to be made at 100."""
        return min(self.fetched * 100 // self.bytes, 100) if self.bytes else None


def stage_of(home: Path, repository: Repository) -> Path:
    """Where the files of this version are fetched to."""
    return home / PULLED / STAGES / f"{repository.name.replace('/', '--')}@{repository.revision[:12]}"


def write_down(home: Path, repository: Repository, size: int) -> None:
    """Say beside its files what they will be, `size` bytes in all. Raises OSError."""
    stage = stage_of(home, repository)
    stage.mkdir(parents=True, exist_ok=True)
    (stage / ASKED).write_text(json.dumps({"revision": repository.revision, "bytes": size}), encoding="utf-8")


def begun(home: Path) -> list[Begun]:
    """All of them, by name."""
    return [_read(name, stage) for name, stage in sorted(_stages(home))]


def lacking(home: Path, name: str) -> int:
    """Bytes that the pulls which go on just now still bring, but for the one of `name`."""
    others = (one for one in begun(home) if one.held and one.name != name)
    return sum(max(one.bytes - one.fetched, 0) for one in others)


def _stages(home: Path) -> Iterator[tuple[str, Path]]:
    for stage in (home / PULLED / STAGES).glob("*--*@*"):
        name = stage.name.partition("@")[0].replace("--", "/", 1)  # a hub has no name with two hyphens in a row
        if stage.is_dir() and stage.suffix != ".old" and is_name(name):
            yield name, stage


def _read(name: str, stage: Path) -> Begun:
    revision, size = "", 0
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        said = json.loads((stage / ASKED).read_text(encoding="utf-8"))
        revision, size = str(said["revision"]), int(said["bytes"])
    return Begun(name, revision, size, bytes_in(stage), _held(stage))


def _held(stage: Path) -> bool:
    """Whether a process has the lock of a pull, which it loses when it dies."""
    lock = stage.with_name(f"{stage.name.partition('@')[0]}.lock")
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False

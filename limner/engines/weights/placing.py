"""A model that was made beside its place comes into it in one move, so that nobody ever draws with half of one."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from limner.engines.weights.checksums import BYTES, NOTE, SUMS, checksum
from limner.engines.weights.looking import INDEX, note_of
from limner.engines.weights.pulled import PULLED
from limner.errors import LimnerError, Unavailable, say

STAGES = ".pulling"
"""The folder, beside the models, where they are made."""
SINCE = "here_since"
"""In limner.json: when the first version of the model came to this machine."""
_TRIES, _PAUSE = 10, 0.03
"""Of a lock that somebody has, and the seconds between them: who only looks at it has it for a moment."""
SPARE = 1024**3
"""Bytes that stay free on the disk."""


@contextlib.contextmanager
def alone(stage: Path, name: str) -> Iterator[None]:
    """Be the only one who makes `name`, whatever version of it, until the block ends or the process dies. Raises
    Unavailable where somebody else does."""
    stage.parent.mkdir(parents=True, exist_ok=True)
    # The file stays: who deletes one that another has just opened locks nothing any more.
    with stage.with_name(f"{stage.name.partition('@')[0]}.lock").open("a") as file:
        for left in reversed(range(_TRIES)):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if left:
                    time.sleep(_PAUSE)
                    continue
                message = say("{name} is being brought here already, by another command or from the web page. Wait "
                              "until that has ended.", name=name)  # fmt: skip
                raise Unavailable(message) from error
        yield


def room_for(need: int, name: str, home: Path, *, promised: int = 0) -> None:
    """Raise Unavailable where the disk of the models in `home` has no room for `need` bytes of `name`, beside those
    `promised` to others that are on their way."""
    models = home / PULLED  # perhaps a disk of its own
    free = max(shutil.disk_usage(models if models.exists() else home).free - promised, 0)
    if need + SPARE > free:
        message = say(
            "{name} needs {need} on the disk and {spare} shall stay free, but {free} are. Free some in {folder}, or "
            "move LIMNER_HOME.",
            name=name, need=gigabytes(need), spare=gigabytes(SPARE), free=gigabytes(free), folder=home,
        )  # fmt: skip
        raise Unavailable(message)


def not_written(error: OSError, name: str, home: Path) -> LimnerError:
    """What is said where a file of `name` cannot be written in `home`."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        message = say("The disk is full, so {name} is not whole. Free some space in {folder} and do the same again.",
                      name=name, folder=home)  # fmt: skip
        return Unavailable(message)
    reason = error.strerror or str(error) or type(error).__name__
    message = say("{name} could not be kept in {folder}: {reason}", name=name, folder=home, reason=reason)
    return Unavailable(message)


def gigabytes(count: int) -> str:
    """`"2.6 GB"`, and `"13 MB"` where it is less than a tenth of one."""
    return f"{count / 1e9:.1f} GB" if count >= 1e8 or not count else f"{max(round(count / 1e6), 1)} MB"


def here_since(folder: Path) -> datetime:
    """When a model came to this machine: as its limner.json says, else when its index was put there (a copy may keep
    an older time of its last change), or the folder where it has none."""
    with contextlib.suppress(LimnerError, ValueError, OverflowError):  # in UTC it may lie before the first year
        return datetime.fromisoformat(str(note_of(folder).get(SINCE))).astimezone(UTC)
    for path in (folder / INDEX, folder):  # one that makes pictures larger has no index
        with contextlib.suppress(OSError):
            return datetime.fromtimestamp(os.stat(path).st_ctime, UTC)
    return datetime.now(UTC)  # removed meanwhile


def settle(stage: Path, place: Path, note: Mapping[str, Any], sums: Mapping[str, str] | None = None) -> None:
    """Write the list of checksums (`sums`, or those of every file) and limner.json with each file's length, and move
    `stage` to `place`. An older version makes way, and is deleted when nobody can begin with it any more."""
    if sums is None:
        files = sorted(path for path in stage.rglob("*") if path.is_file())
        sums = {path.relative_to(stage).as_posix(): checksum(path) for path in files}
    since = here_since(place) if place.is_dir() else datetime.now(UTC)
    said = {
        **note,
        SINCE: since.isoformat(timespec="milliseconds"),
        BYTES: {name: (stage / name).stat().st_size for name in sorted(sums)},
    }
    (stage / NOTE).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    lines = [f"{found}  {name}\n" for name, found in sorted(sums.items())]
    (stage / SUMS).write_text("".join(lines), encoding="utf-8")
    place.parent.mkdir(parents=True, exist_ok=True)
    old = stage.with_name(stage.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        os.replace(place, old)
    os.replace(stage, place)
    shutil.rmtree(old, ignore_errors=True)


def bytes_in(folder: Path) -> int:
    """What its files take, as many as are there while somebody moves or deletes them."""
    found = 0
    for parent, _, names in os.walk(folder):  # passes over a folder that is gone meanwhile
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                found += os.lstat(os.path.join(parent, name)).st_size
    return found

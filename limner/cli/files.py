"""Where a picture goes from the command line: looked at before any time is spent, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from limner.cli.speak import plain
from limner.errors import InvalidRequest


def check(file: Path) -> None:
    """Raise InvalidRequest where no picture could be written to `file`."""
    try:
        if not file.parent.is_dir():
            raise InvalidRequest(f"There is no folder {plain(str(file.parent))}.", param="output")
        if file.is_dir():
            raise InvalidRequest(f"{plain(str(file))} is a folder.", param="output")
        work = _work(file)
        work.touch()
        work.unlink()
    except OSError as error:
        raise InvalidRequest(not_written(file, error), param="output") from None


def write(file: Path | None, data: bytes) -> None:
    """Write a picture to `file`, or to standard output. Raises OSError."""
    if file is None:
        _to_standard_output(data)
        return
    work = _work(file)
    try:
        work.write_bytes(data)  # beside it, then in its place: never half a picture
        work.replace(file)
    except OSError:
        with contextlib.suppress(OSError):  # the one that is raised says more
            work.unlink(missing_ok=True)
        raise


def not_written(file: Path | None, error: OSError) -> str:
    """The sentence for the person."""
    name = "Standard output" if file is None else plain(str(file))
    return f"{name} cannot be written: {error.strerror or type(error).__name__}."


def _work(file: Path) -> Path:
    """A short name: that of the picture may be as long as the file system takes."""
    return file.with_name(f".limner-{os.getpid()}")


def _to_standard_output(data: bytes) -> None:
    out = sys.stdout.buffer
    try:
        out.write(data)
        out.flush()
    except OSError:
        # Python would try again when it ends, and say so in its own words.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, out.fileno())
        os.close(nowhere)
        raise

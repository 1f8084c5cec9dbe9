"""A model's files are what they were when it was made, or it is not loaded."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shlex
from pathlib import Path, PurePosixPath
from typing import Any

from limner.errors import ModelBroken

SUMS = "SHA256SUMS"
NOTE = "limner.json"
"""What Limner wrote beside a model, and what somebody changed in it: title, licence, steps, guidance, sizes …"""
BYTES = "bytes"
"""In it: the length of every file, as Limner kept it."""
CONVERTED = "converted"
"""In it: the name of the model in diffusers' form that this one was made of, and how, as `convert` is told it."""
_LOADABLE = {".xml", ".bin", ".json", ".onnx", ".safetensors"}
"""What a library may read by itself when it finds it in a model's folder."""


def checksum(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(folder: Path, title: str = "") -> None:
    """Read every file that the folder's SHA256SUMS names. Raises ModelBroken with the first bad one and its cure.

    A file that it does not name is refused too where a library might load it; notes and hidden files may lie there.
    """
    title = title or folder.name.capitalize()
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(folder, title, f"its list of checksums, {SUMS}, cannot be read ({_reason(error)})") from error
    if not any(lines):
        raise _broken(folder, title, f"its list of checksums, {SUMS}, is empty")
    named = set()
    for line in filter(None, lines):
        expected, _, name = line.partition("  ")
        path = PurePosixPath(name)
        if len(expected) != 64 or not name or path.is_absolute() or ".." in path.parts:
            fault = f"its list of checksums, {SUMS}, has a line that is no checksum: {line[:80]!r}"
            raise _broken(folder, title, fault)
        named.add(folder / path)
        try:
            with (folder / path).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
                length = file.tell()
        except FileNotFoundError as error:
            fault = f"its file {name} is missing (the one with the checksum {expected[:16]}…)"
            raise _broken(folder, title, fault) from error
        except OSError as error:
            raise _broken(folder, title, f"its file {name} cannot be read ({_reason(error)})") from error
        if found != expected:
            fault = (
                f"its file {name} ({length:,} bytes) is not the one it was made with. "
                f"Its checksum is {found[:16]}…, and should be {expected[:16]}…"
            )
            raise _broken(folder, title, fault)
    _refuse_strangers(folder, title, named)


def whole(folder: Path, title: str = "") -> bool:
    """Whether every file of a model that Limner kept has the length it was kept with: no time is lost on gigabytes
    that were compared with their checksums when they came. Raises ModelBroken as `verify`; False where nobody wrote
    down how long they are."""
    title = title or folder.name.capitalize()
    lengths = _note(folder).get(BYTES)
    if not isinstance(lengths, dict):
        return False
    for name, expected in lengths.items():
        try:
            length = (folder / name).stat().st_size
        except OSError as error:
            raise _broken(folder, title, f"its file {name} cannot be read ({_reason(error)})") from error
        if length != expected:
            raise _broken(folder, title, f"its file {name} has {length:,} bytes, and should have {expected:,}")
    _refuse_strangers(folder, title, {folder / name for name in lengths})
    return True


def sums_of(folder: Path) -> dict[str, str]:
    """The checksum of each file by its name, as the folder's list has them; none where it cannot be read."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        return {name: found for found, _, name in (line.partition("  ") for line in lines)}
    return {}


def _refuse_strangers(folder: Path, title: str, named: set[Path]) -> None:
    for path in sorted(folder.rglob("*")):
        if path.suffix not in _LOADABLE or path in named or path.name.startswith(".") or path == folder / NOTE:
            continue
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            # The list may have been cut short, so the model is mended before anything is deleted.
            raise ModelBroken(
                f"{title} has a file that does not belong to it: {name} is not named in its {SUMS}, so nobody knows "
                f"whether it is right. Mend it with: {_cure(folder)}. Where it is not named then either, delete it: "
                f"rm {shlex.quote(str(path))}"
            )


def _broken(folder: Path, title: str, fault: str) -> ModelBroken:
    return ModelBroken(f"{title} is damaged: {fault}. Mend it with: {_cure(folder)}")


def _cure(folder: Path) -> str:
    note = _note(folder)
    if made := note.get(CONVERTED):
        return f"limner models convert {made}"
    if repository := note.get("repository"):
        return f"limner models pull {shlex.quote(str(repository))}"
    for parent in folder.parents:
        if (parent / ".git").exists():
            return f"git -C {shlex.quote(str(parent))} checkout -- {shlex.quote(str(folder.relative_to(parent)))}"
        if parent.name == "site-packages":
            return "pip install --force-reinstall --no-deps, with the wheel or folder of Limner"
    return f"copying the model into {folder} again"


def _note(folder: Path) -> dict[str, Any]:
    """A damaged model may have a damaged note, too."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        said = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return said if isinstance(said, dict) else {}
    return {}


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not text"

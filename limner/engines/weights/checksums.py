"""A model's files are what they were when it was made, or it is not loaded."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from limner.errors import ModelBroken

SUMS = "SHA256SUMS"


def verify(folder: Path, title: str = "") -> None:
    """Read every file that the folder's SHA256SUMS names. Raises ModelBroken with the first bad one and its cure."""
    title = title or folder.name.capitalize()
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(folder, title, f"{SUMS} cannot be read ({_reason(error)})") from error
    for line in filter(None, lines):
        expected, _, name = line.partition("  ")
        path = PurePosixPath(name)
        if len(expected) != 64 or not name or path.is_absolute() or ".." in path.parts:
            raise _broken(folder, title, f"{SUMS} has a line that is no checksum: {line[:80]!r}")
        try:
            with (folder / path).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise _broken(folder, title, f"{name} cannot be read ({_reason(error)})") from error
        if found != expected:
            fault = f"{name} has the checksum {found[:16]}…, and should have {expected[:16]}…"
            raise _broken(folder, title, fault)


def _broken(folder: Path, title: str, fault: str) -> ModelBroken:
    return ModelBroken(f"{title} is damaged: {fault}. Mend it with: {_cure(folder)}")


def _cure(folder: Path) -> str:
    for parent in folder.parents:
        if (parent / ".git").exists():
            return f"git -C {parent} checkout -- {folder.relative_to(parent)}"
        if parent.name == "site-packages":
            return "pip install --force-reinstall --no-deps, with the wheel or folder of Limner"
    return f"copying the model into {folder} again"


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not text"

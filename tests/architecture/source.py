"""The source that the architecture tests read: what git tracks, and Limner's modules as syntax trees."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FEWEST_FILES = 40
"""A reader that finds fewer modules than this has gone blind, and its silence means nothing."""


@dataclass(frozen=True)
class Module:
    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    def line(self, number: int) -> str:
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""


@cache
def modules() -> tuple[Module, ...]:
    """Every module of `limner/`, migrations apart (Django writes those)."""
    found = []
    for path in sorted((ROOT / "limner").rglob("*.py")):
        if "migrations" not in path.parts:
            text = path.read_text()
            found.append(Module(path, text, ast.parse(text, filename=str(path))))
    assert len(found) >= FEWEST_FILES, f"only {len(found)} modules found under {ROOT / 'limner'}"
    return tuple(found)


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that git tracks in this checkout."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    found = [ROOT / name for name in listing.split("\0") if name]
    assert len(found) >= FEWEST_FILES, f"git lists only {len(found)} files"
    return tuple(path for path in found if path.is_file())


@cache
def rooms() -> dict[str, int]:
    """Each room's height, read from the import contract: 0 is the ground (`errors`)."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contract = next(
        contract
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers" and contract["containers"] == ["limner"]
    )
    lines = list(reversed(contract["layers"]))
    return {room.strip(): height for height, line in enumerate(lines) for room in line.split("|")}

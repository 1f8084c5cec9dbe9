"""A model that was made beside its place comes into it in one move, so that nobody ever draws with half of one."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from limner.engines.weights.checksums import NOTE, SUMS, checksum

STAGES = ".pulling"
"""The folder, beside the models, where they are made."""


def settle(stage: Path, place: Path, note: Mapping[str, Any], sums: Mapping[str, str] | None = None) -> None:
    """Write the list of checksums (`sums`, or those of every file) and limner.json, and move `stage` to `place`. An
    older version makes way, and is deleted when nobody can begin with it any more."""
    if sums is None:
        files = sorted(path for path in stage.rglob("*") if path.is_file())
        sums = {path.relative_to(stage).as_posix(): checksum(path) for path in files}
    (stage / NOTE).write_text(json.dumps(dict(note), indent=2) + "\n", encoding="utf-8")
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

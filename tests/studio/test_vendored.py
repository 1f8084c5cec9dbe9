"""Vendored files are what VENDORED.md says they are, and nothing else is in their folder."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import limner.look

FOLDER = Path(limner.look.__file__).parent / "static" / "look" / "vendor"


def test_every_vendored_file_has_its_checksum() -> None:
    rows = re.findall(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", (FOLDER / "VENDORED.md").read_text(), re.MULTILINE)
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.iterdir()}
    del found["VENDORED.md"]
    assert dict(rows) == found
    assert len(found) >= 4

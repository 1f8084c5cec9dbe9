"""Parts a machine may lack: a browser, a database. Missing, they are an error where CI=true and a skip elsewhere."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def missing(what: str, how: str) -> NoReturn:
    """Skip the test that lacks `what`, or fail it under CI=true; `how` is the command that brings it."""
    sentence = f"{what} is not here. To get it: {how}"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def chromium() -> Path:
    """The Chromium of this machine, or `missing`."""
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return Path(found)
    missing("Chromium", "apt-get install chromium")


def curl() -> Path:
    """The curl of this machine, or `missing`."""
    if found := shutil.which("curl"):
        return Path(found)
    missing("curl", "apt-get install curl")


def valkey() -> Path:
    """The Valkey of this machine, or the Redis that it came from, or `missing`."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    missing("Valkey", "apt-get install redis-server")


def gettext() -> None:
    """Nothing, or `missing` where the programs that make catalogues are not here."""
    if not (shutil.which("msgfmt") and shutil.which("xgettext")):
        missing("GNU gettext", "apt-get install gettext")


def postgres_programs() -> Path | None:
    """The folder that holds `initdb` and `postgres`, newest first; None where there is no PostgreSQL."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    candidates = [*debian, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((path for path in candidates if (path / "initdb").exists() and (path / "postgres").exists()), None)

"""What every test of jobs stands on: a folder of pictures of its own."""

from __future__ import annotations

import errno
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from limner.storage.disk import PARTIAL
from tests.storage.kept import pictures

__all__ = ["pictures"]


@pytest.fixture(autouse=True)
def _own_pictures(pictures: Path) -> None:
    """No test sees another's pictures."""


class Disk:
    """The folder of pictures, which can be full: every write into it then fails as the operating system says it."""

    full = False


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A disk that fills up when the test says so."""
    disk = Disk()
    fsync = os.fsync

    def maybe_full(descriptor: int) -> None:
        if disk.full and os.path.realpath(f"/proc/self/fd/{descriptor}").find(PARTIAL) >= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", maybe_full)
    return disk


@pytest.fixture
def small_pool(transactional_db: None) -> Generator[None, None, None]:
    """PostgreSQL with two connections in the pool, not one more."""
    options = connection.settings_dict["OPTIONS"]
    before = options["pool"]
    wrapper: Any = connection
    wrapper.close()
    wrapper.close_pool()
    options["pool"] = {"min_size": 1, "max_size": 2, "timeout": 10}
    yield
    wrapper.close()
    wrapper.close_pool()
    options["pool"] = before

"""Fault tests keep their pictures in a folder of their own."""

from __future__ import annotations

from tests.jobs.conftest import _own_pictures
from tests.storage.kept import pictures

__all__ = ["_own_pictures", "pictures"]

"""What every test of jobs stands on: a folder of pictures of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.kept import pictures

__all__ = ["pictures"]


@pytest.fixture(autouse=True)
def _own_pictures(pictures: Path) -> None:
    """No test sees another's pictures."""

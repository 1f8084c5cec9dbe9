"""A fixture for tests that need a model that makes pictures larger on this machine: it is called `sharp`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from limner.engines import catalog
from limner.engines.catalog import Model
from limner.engines.weights import store
from tests.engines.larger import larger


@pytest.fixture
def sharp(tmp_path: Path) -> Iterator[Model]:
    """Found where a start of Limner looks for it."""
    larger(tmp_path / "home" / "models" / "someone" / "sharp")
    catalog.bring(store.models_in(tmp_path / "home"))
    yield catalog.model("sharp")
    catalog.bring([])

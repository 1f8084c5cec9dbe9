"""Upstreams as they are configured: a folder for upstreams.toml, and a process that knows none before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from limner.engines import catalog
from limner.engines.upstreams import Upstream, configure, read

KEY = "sk-proj-A1b2C3d4E5f6"
Read = Callable[..., dict[str, Upstream]]


@pytest.fixture
def toml(tmp_path: Path) -> Read:
    """Reads `text` as upstreams.toml, with the given environment: upstreams by name."""

    def read_it(text: str = "", **environment: str) -> dict[str, Upstream]:
        if text:
            (tmp_path / "upstreams.toml").write_text(text)
        return {upstream.name: upstream for upstream in read(environment, tmp_path)}

    return read_it


@pytest.fixture
def nobody() -> Iterator[None]:
    """No upstream is configured when the test begins, and none is left behind."""
    catalog.install([])
    configure(())
    yield
    catalog.install([])
    configure(())

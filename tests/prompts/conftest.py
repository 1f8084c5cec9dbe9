"""What the tests of prompts share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from limner.engines.upstreams import configure


@pytest.fixture
def nobody() -> Iterator[None]:
    """No upstream before the test and none after it."""
    configure(())
    yield
    configure(())

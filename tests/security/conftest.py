"""What every test of who may do what stands on: accounts, nobody counted yet, a bundled model by its words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from limner.accounts.limits import forget_counts
from tests.storage.kept import pictures
from tests.studio.conftest import _bundled

__all__ = ["_bundled", "pictures"]


@pytest.fixture(autouse=True)
def _accounts_on(settings: Settings, pictures: object) -> Iterator[None]:
    settings.LIMNER_ACCOUNTS = True
    cache.clear()
    forget_counts()
    yield
    cache.clear()
    forget_counts()

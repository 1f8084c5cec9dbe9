"""The studio's tests need a model that is installed, not one that draws: a catalog with a few words is enough."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from limner.accounts.models import Account
from limner.engines import catalog
from limner.engines.words import words_of
from tests.cast import signed_in
from tests.storage.kept import pictures

__all__ = ["pictures"]

WORDS = words_of(
    "a an the red blue orange robot cat boat flower friendly holding on in at by sea sunset night day meadow"
)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A bundled model of which only the index and the vocabulary are there."""
    folder = tmp_path / "storybook"
    folder.mkdir()
    (folder / "model_index.json").write_text("{}")
    (folder / "vocabulary.json").write_text(json.dumps({"words": WORDS}))
    monkeypatch.setattr(catalog, "BUNDLED", tmp_path)
    catalog.storybook.cache_clear()
    yield
    monkeypatch.undo()
    catalog.storybook.cache_clear()


@pytest.fixture
def accounts_on(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True


@pytest.fixture
def alices(alice: Account, accounts_on: None) -> Client:
    """Alice's browser."""
    return signed_in(alice)


@pytest.fixture
def bobs(bob: Account, accounts_on: None) -> Client:
    """Bob's browser."""
    return signed_in(bob)

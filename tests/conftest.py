"""Fixtures for every test, and which tests this machine runs. What comes before Django: `surroundings.py`."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.models.signals import post_migrate

from tests.cast import alice, bob, charlie
from tests.postgres import fresh_database

__all__ = ["alice", "bob", "charlie"]


def pytest_configure(config: pytest.Config) -> None:
    # Slow hashing is the point of the real hashers, and not of the tests.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect (never skip) what this run is not about: other environments, other databases, absent hardware."""
    marked = config.getoption("-m") or ""
    absent = set()
    if "extra" not in marked:
        absent.add("extra")
    if config.getoption("--database") != "postgres":
        absent.add("postgres")
    if not any(Path("/dev").glob("nvidia[0-9]*")):
        absent.add("gpu")
    out = [item for item in items if any(item.get_closest_marker(name) for name in absent)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Nobody drops the database at the end: its file or cluster goes away with the run."""
    return True


@pytest.fixture(scope="session", autouse=True)
def _empty_tables_quickly() -> None:
    """Some hundred tests empty every table behind them: PostgreSQL's TRUNCATE makes new files of all, DELETE none."""
    operations: Any = connection.ops
    if connection.vendor == "postgresql":
        operations.sql_flush = lambda style, tables, **_: [
            f"DELETE FROM {operations.quote_name(table)}" for table in tables
        ]


@pytest.fixture(scope="session", autouse=True)
def _no_permissions_after_each_test() -> None:
    """Emptied tables would be filled anew with permissions and kinds of content, which nobody here asks for: that is
    most of what the end of a test with transactions of its own takes."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.contenttypes.management import create_contenttypes
    from django.contrib.contenttypes.models import ContentType

    post_migrate.disconnect(create_permissions, dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    post_migrate.connect(lambda **_: ContentType.objects.clear_cache(), weak=False, dispatch_uid="forget them")


@pytest.fixture(scope="session", autouse=True)
def _close_database_pools() -> Generator[None, None, None]:
    yield
    for opened in connections.all(initialized_only=True):
        opened.close()
        if close_pool := getattr(opened, "close_pool", None):
            close_pool()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty LIMNER_HOME, and on PostgreSQL an empty database, of this test's own: for the processes it starts."""
    path = tmp_path / "home"
    if url := os.environ.get("LIMNER_DATABASE_URL"):
        monkeypatch.setenv("LIMNER_DATABASE_URL", fresh_database(url))
    monkeypatch.setenv("LIMNER_HOME", str(path))
    return path

"""The writers of one process wait for each other in line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import OperationalError
from pytest_django import DjangoDbBlocker

from limner.config.database import database
from limner.config.sqlite.base import DatabaseWrapper

Open = Callable[[], DatabaseWrapper]


@pytest.fixture
def open_connection(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Open]:
    """Connections to one new file, each for the thread that opens it."""
    opened: list[DatabaseWrapper] = []
    defaults = {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "CONN_HEALTH_CHECKS": False, "TIME_ZONE": None}

    def connect() -> DatabaseWrapper:
        settings = defaults | database("sqlite:///lines.sqlite3", home=tmp_path, pool=1)
        settings["OPTIONS"] = {**settings["OPTIONS"], "timeout": 0.2}
        connection = DatabaseWrapper(settings)
        connection.inc_thread_sharing()
        opened.append(connection)
        return connection

    with django_db_blocker.unblock():  # not the tests' database, and none of its aliases
        with begun(connect()) as first:
            first.cursor().execute("CREATE TABLE line (number INTEGER)")
        yield connect
        for connection in opened:
            connection.close()


@contextmanager
def begun(connection: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    """A transaction, begun and ended as Django does it."""
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    try:
        yield connection
    except BaseException:
        connection.rollback()
        raise
    else:
        connection.commit()
    finally:
        connection.set_autocommit(True)


def numbers(connection: BaseDatabaseWrapper) -> list[int]:
    return [row[0] for row in connection.cursor().execute("SELECT number FROM line ORDER BY number").fetchall()]


def write(connection: BaseDatabaseWrapper, number: int) -> None:
    with begun(connection) as writing:
        writing.cursor().execute("INSERT INTO line VALUES (%s)", [number])


def test_many_threads_write_and_none_is_turned_away(open_connection: Open) -> None:
    def twenty(start: int) -> None:
        connection = open_connection()
        for number in range(start, start + 20):
            write(connection, number)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(twenty, range(0, 600, 100)))
    assert len(numbers(open_connection())) == 120


def test_who_waits_longer_than_the_timeout_is_told_so_and_reads_go_on(open_connection: Open) -> None:
    first, second = open_connection(), open_connection()
    with begun(first):
        with pytest.raises(OperationalError, match="database is locked"):
            write(second, 1)
        assert numbers(second) == []
    write(second, 2)
    assert numbers(second) == [2]


@pytest.mark.parametrize("end", ["rollback", "close"])
def test_a_transaction_that_fails_gives_its_turn_to_the_next(open_connection: Open, end: str) -> None:
    first, second = open_connection(), open_connection()
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    first.cursor().execute("INSERT INTO line VALUES (1)")
    getattr(first, end)()
    write(second, 2)
    assert numbers(second) == [2]

"""Django's SQLite backend; the writers of one process wait for each other in line.

SQLite has one writer at a time, and who comes meanwhile sleeps and looks again, at first for a millisecond, soon for
a tenth of a second (https://www.sqlite.org/c3ref/busy_timeout.html): under load a process's own threads would spend
most of a request asleep. Here the next in line goes on at once. Other processes wait as ever.
"""

from __future__ import annotations

import threading
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_turn = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before it begins a transaction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        if not _turn.acquire(timeout=self.settings_dict["OPTIONS"]["timeout"]):
            raise OperationalError("database is locked")  # as SQLite says it after the same time
        self._has_turn = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._next()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # after an error the transaction is open still, and is rolled back
        self._next()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._next()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._next()

    def _next(self) -> None:
        if self._has_turn:
            self._has_turn = False
            _turn.release()

"""What a database that cannot be written means to the person who asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

from limner.errors import Unavailable

log = logging.getLogger(__name__)

DATABASE_TROUBLE = (OperationalError, InterfaceError)
"""A full disk, a restarting PostgreSQL, a SQLite that stayed locked: worth asking again."""

RETRY_AFTER = 5.0


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turns a database that did not take a write into Unavailable, with a sentence that says what to do."""
    try:
        yield
    except DATABASE_TROUBLE as error:
        log.exception("The ledger could not be written.")
        raise Unavailable(
            "Limner cannot write to its database just now (is the disk full?). Free some space, or try again in a "
            "moment.",
            retry_after=RETRY_AFTER,
        ) from error

"""What a database that does not do its part means to the person who asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

from limner.errors import Unavailable, say

log = logging.getLogger(__name__)

DATABASE_TROUBLE = (OperationalError, InterfaceError)
"""A full disk, a restarting PostgreSQL, a SQLite that stayed locked: worth asking again."""

RETRY_AFTER = 5.0


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turns a database that took no write, or is away, into Unavailable, with a sentence that says what to do."""
    try:
        yield
    except DATABASE_TROUBLE as error:
        log.exception("The database did not do its part.")
        raise Unavailable(
            say(
                "Limner cannot write to its database just now (is the disk full?). Free some space, or try again "
                "in a moment."
            ),
            retry_after=RETRY_AFTER,
        ) from error

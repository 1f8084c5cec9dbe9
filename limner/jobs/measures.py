"""Measured seconds on their way into the moving averages: gathered in memory, written about once a second."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import DatabaseError, InterfaceError

from limner.engines.contract import Drawn
from limner.jobs import estimate, pace
from limner.jobs.ledger import Claim

log = logging.getLogger(__name__)

Kind = tuple[str, str, int]


class Measures:
    """What this dispatcher has measured and not written yet. Losing a second's worth in a crash costs nothing."""

    def __init__(self) -> None:
        self._measured: defaultdict[Kind, list[tuple[float, float]]] = defaultdict(list)

    def add(self, claimed: Claim, drawn: Drawn) -> None:
        """One picture took `drawn.seconds`, and was predicted to take its share of the job's."""
        model, size, steps = pace.kind_of(claimed.request)
        kind = (model, estimate.bucket(size), steps)
        self._measured[kind].append((drawn.seconds, claimed.predicted_seconds / claimed.request.n))

    async def flush(self, in_database: Callable[..., Awaitable[Any]]) -> None:
        """Write what has gathered. Estimates are never worth a failed job, so trouble is logged and that is all."""
        measured, self._measured = self._measured, defaultdict(list)
        for kind, pairs in measured.items():
            try:
                await in_database(pace.learn, *kind, pairs)
            except (DatabaseError, InterfaceError):
                log.exception("Measured seconds could not be written.")

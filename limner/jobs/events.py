"""Durable events: written with what they tell of, in its transaction, and published when it has committed.

An event's number is counted on its account's row, which stays locked until the transaction ends: whoever sees a
number has seen, or can read, every smaller one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from limner.accounts.models import Account
from limner.jobs.bus import DISPATCH, account_channel, bus
from limner.jobs.models import Event

Data = dict[str, Any]

# The ORM needs two queries for this, and it is on the way of every job three times.
_COUNT = f"UPDATE {Account._meta.db_table} SET last_event = last_event + %s WHERE id = %s RETURNING last_event"


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One durable event, as a watcher sees it."""

    number: int
    kind: str
    job: UUID
    data: Data


@dataclass(frozen=True, slots=True)
class Happened:
    """Something to tell an account of: what kind of event, about which job."""

    account_id: int
    job_pk: int
    job: UUID
    kind: str
    data: Data


def state_data(state: str, *, attempt: int, n: int, pictures: int, error: tuple[str, str] = ("", "")) -> Data:
    """What a `state` event says. `pictures` is how many of the n are kept."""
    code, message = error
    return {
        "state": str(state),
        "attempt": attempt,
        "error_code": code,
        "error_message": message,
        "n": n,
        "pictures": pictures,
    }


def write(happened: Iterable[Happened]) -> None:
    """Write events in the order they happened, inside the caller's transaction.

    Accounts are locked in one order everywhere, so that two transactions never wait for each other.
    """
    rows = []
    for account_id, group in groupby(sorted(happened, key=attrgetter("account_id")), key=attrgetter("account_id")):
        about = list(group)
        first = _count(account_id, len(about)) - len(about) + 1
        for number, event in enumerate(about, first):
            row = Event(account_id=account_id, number=number, job_id=event.job_pk, kind=event.kind, data=event.data)
            rows.append(row)
            message = {"kind": event.kind, "number": number, "job": str(event.job), "data": event.data}
            transaction.on_commit(partial(bus().publish, account_channel(account_id), message))
    if rows:
        Event.objects.bulk_create(rows)


def _count(account_id: int, how_many: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [how_many, account_id])
        newest: int = cursor.fetchone()[0]
    return newest


def wake_dispatchers(kind: str, lane: str, job: UUID | None = None) -> None:
    """Tell dispatchers after the commit: `queued` (there is work), or `cancel` (of a running job)."""
    message = {"kind": kind, "number": None, "job": None if job is None else str(job), "data": {"lane": lane}}
    transaction.on_commit(partial(bus().publish, DISPATCH, message))

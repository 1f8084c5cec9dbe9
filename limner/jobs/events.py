"""Durable events: written with what they tell of, in its transaction, and published when it has committed.

An event's number is counted on its account's row, which stays locked until the transaction ends: whoever sees a
number has seen, or can read, every smaller one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from limner.accounts.models import Account
from limner.jobs.bus import DISPATCH, account_channel, bus
from limner.jobs.models import Event

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One durable event, as a watcher sees it."""

    number: int
    kind: str
    job: UUID
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


def write(account_id: int, job_pk: int, job: UUID, *happened: tuple[str, Data]) -> None:
    """Write events of `(kind, data)` about one job, in order. Inside the caller's transaction."""
    accounts = Account.objects.filter(pk=account_id)
    accounts.update(last_event=F("last_event") + len(happened))
    write_numbered(accounts.values_list("last_event", flat=True).get(), account_id, job_pk, job, *happened)


def write_numbered(last: int, account_id: int, job_pk: int, job: UUID, *happened: tuple[str, Data]) -> None:
    """The same for a caller that has counted up to `last` on the locked row itself."""
    first = last - len(happened) + 1
    rows = [
        Event(account_id=account_id, number=number, job_id=job_pk, kind=kind, data=data)
        for number, (kind, data) in enumerate(happened, first)
    ]
    Event.objects.bulk_create(rows)
    for row in rows:
        message = {"kind": row.kind, "number": row.number, "job": str(job), "data": row.data}
        transaction.on_commit(partial(bus().publish, account_channel(account_id), message))


def wake_dispatchers(kind: str, lane: str, job: UUID | None = None) -> None:
    """Tell dispatchers after the commit: `queued` (there is work), or `cancel` (of a running job)."""
    message = {"kind": kind, "number": None, "job": None if job is None else str(job), "data": {"lane": lane}}
    transaction.on_commit(partial(bus().publish, DISPATCH, message))

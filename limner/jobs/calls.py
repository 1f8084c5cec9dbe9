"""The record of calls of upstreams: written before a call is sent, completed when it is answered.

A call that was sent and not answered may have been drawn and paid for. Whatever ends its attempt says so here first,
in the transaction that then decides about the job.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from limner.engines.contract import Answered, Sending
from limner.errors import Uncertain
from limner.jobs.models import UpstreamCall

OK = "ok"
UNDER_WAY = ""
UNCERTAIN = Uncertain.code
CANCELLED = "cancelled"
KEPT_DAYS = 400.0


def begin(job: UUID, attempt: int, sending: Sending, *, model: str, estimate: int) -> None:
    """Put a call on record, inside the caller's transaction. It is sent once that has committed."""
    UpstreamCall.objects.create(
        job=job,
        attempt=attempt,
        call=sending.call,
        indices=list(sending.indices),
        upstream=sending.upstream,
        model=model,
        estimate=estimate,
    )


def answered(job: UUID, attempt: int, answer: Answered) -> bool:
    """Complete a call's record: also one that was given up as uncertain meanwhile. False: there is none."""
    asked = UpstreamCall.objects.filter(job=job, attempt=attempt, call=answer.call)
    return (
        asked.update(
            outcome=answer.outcome or OK,
            answered_at=Now(),
            cost=answer.millicredits,
            usage=answer.usage,
        )
        == 1
    )


def explain(job: UUID, attempt: int, code: str, message: str) -> None:
    """Add the sentence to the answer that was an error of this code."""
    UpstreamCall.objects.filter(job=job, attempt=attempt, outcome=code).update(message=message)


def refused(job: UUID, attempt: int, code: str, message: str) -> None:
    """The one call of this attempt that is under way was answered with an error."""
    _under_way(job, attempt).update(outcome=code, message=message, answered_at=Now())


def give_up(job: UUID, attempt: int, outcome: str) -> list[UpstreamCall]:
    """Calls of this attempt that were sent and not answered get the outcome. Answers them."""
    found = list(_under_way(job, attempt))
    if found:
        UpstreamCall.objects.filter(pk__in=[call.pk for call in found]).update(outcome=outcome)
    return found


def give_up_all(attempts: Iterable[tuple[UUID, int]]) -> dict[UUID, list[UpstreamCall]]:
    """The same as uncertain, for attempts whose dispatcher is no more: the calls by job."""
    theirs = Q()
    for job, attempt in attempts:
        theirs |= Q(job=job, attempt=attempt)
    if not theirs:
        return {}
    found: dict[UUID, list[UpstreamCall]] = {}
    for call in UpstreamCall.objects.filter(theirs, outcome=UNDER_WAY):
        found.setdefault(call.job, []).append(call)
    uncertain = [call.pk for calls in found.values() for call in calls]
    if uncertain:
        UpstreamCall.objects.filter(pk__in=uncertain).update(outcome=UNCERTAIN)
    return found


def mark_resent(calls: Iterable[UpstreamCall]) -> None:
    """What these asked for is asked for again."""
    UpstreamCall.objects.filter(pk__in=[call.pk for call in calls]).update(resent=True)


def sweep(*, days: float = KEPT_DAYS, at_once: int = 1000) -> int:
    """Delete records older than `days`: this year's spending and last year's are kept. Answers how many."""
    total = 0
    while True:
        with transaction.atomic():
            old = UpstreamCall.objects.filter(sent_at__lt=Now() - timedelta(days=days)).order_by("id")
            rows = UpstreamCall.objects.filter(id__in=list(old.values_list("id", flat=True)[:at_once]))
            gone = rows._raw_delete(rows.db)
        total += gone
        if gone < at_once:
            return total


def what_it_may_cost(calls: Iterable[UpstreamCall]) -> str:
    """`openai may have drawn it, for about 4 credits`: said to whom it concerns."""
    calls = list(calls)
    names = " and ".join(sorted({call.upstream for call in calls}))
    estimate = sum(call.estimate for call in calls)
    price = f", for about {estimate / 1000:g} credits" if estimate else ""
    return f"{names} may have drawn it{price}"


def _under_way(job: UUID, attempt: int) -> QuerySet[UpstreamCall]:
    return UpstreamCall.objects.filter(job=job, attempt=attempt, outcome=UNDER_WAY)

"""The record of calls of upstreams: written before a call is sent, completed when it is answered.

A call that was sent and not answered may have been drawn and paid for. Whatever ends its attempt says so here first,
in the transaction that then decides about the job.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import transaction
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
    """Put a call on record, inside the caller's transaction. It is sent once that has committed. Safe to repeat."""
    row = UpstreamCall(
        job=job,
        attempt=attempt,
        call=sending.call,
        indices=list(sending.indices),
        upstream=sending.upstream,
        model=model,
        estimate=estimate,
    )
    UpstreamCall.objects.bulk_create([row], ignore_conflicts=True)


def answered(job: UUID, attempt: int, answer: Answered) -> None:
    """Complete a call's record: also one that was given up as uncertain meanwhile."""
    if answer.outcome == UNCERTAIN:
        return  # an engine may say so itself; the end of the attempt writes it down
    UpstreamCall.objects.filter(job=job, attempt=attempt, call=answer.call).update(
        outcome=(answer.outcome or OK)[:60],
        answered_at=Now(),
        cost=answer.millicredits,
        usage=answer.usage,
    )


def refused(job: UUID, attempt: int, code: str, message: str) -> None:
    """The call of this attempt that is under way, if it is one, was answered with this error."""
    code = code[:60]
    theirs = UpstreamCall.objects.filter(job=job, attempt=attempt)
    under_way = list(theirs.filter(outcome=UNDER_WAY).values_list("pk", flat=True))
    if len(under_way) == 1:
        theirs.filter(pk__in=under_way).update(outcome=code, answered_at=Now())
    theirs.filter(outcome=code).update(message=message)


def give_up(job: UUID, attempt: int, outcome: str, kept: Collection[int]) -> list[UpstreamCall]:
    """Calls of this attempt that were sent and not answered get the outcome. Answers them.

    One whose pictures are all kept was answered, whatever became of the answer's record.
    """
    under_way = list(UpstreamCall.objects.filter(job=job, attempt=attempt, outcome=UNDER_WAY))
    unanswered = [call for call in under_way if not set(call.indices) <= set(kept)]
    for calls, becomes in ((unanswered, outcome), ([call for call in under_way if call not in unanswered], OK)):
        if calls:
            UpstreamCall.objects.filter(pk__in=[call.pk for call in calls]).update(outcome=becomes)
    return unanswered


def mark_resent(calls: Collection[UpstreamCall]) -> None:
    """What these asked for is asked for again."""
    if calls:
        UpstreamCall.objects.filter(pk__in=[call.pk for call in calls]).update(resent=True)


def sweep(*, days: float = KEPT_DAYS, at_once: int = 1000) -> int:
    """Delete records older than `days`: this year's spending and last year's are kept. Answers how many."""
    total = 0
    while True:
        with transaction.atomic():
            old = UpstreamCall.objects.filter(sent_at__lt=Now() - timedelta(days=days)).order_by("sent_at")
            rows = UpstreamCall.objects.filter(id__in=list(old.values_list("id", flat=True)[:at_once]))
            gone = rows._raw_delete(rows.db) or 0  # None where there is nothing to delete
        total += gone
        if gone < at_once:
            return total


def what_it_may_cost(calls: Collection[UpstreamCall]) -> str:
    """`openai may have drawn it, for about 4 credits`: said to whom it concerns."""
    names = " and ".join(sorted({call.upstream for call in calls}))
    estimate = sum(call.estimate for call in calls)
    price = f", for about {estimate / 1000:g} credits" if estimate else ""
    return f"{names} may have drawn it{price}"

"""Reads of the ledger. They begin with the viewer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Now

from limner.accounts.models import Account
from limner.errors import NotFound, say
from limner.gallery.models import Picture
from limner.jobs import calls, estimate, pace
from limner.jobs.events import StoredEvent
from limner.jobs.ledger import request_of
from limner.jobs.models import Event, Job, UpstreamCall
from limner.jobs.states import ENDED, State


def jobs_visible_to(account: Account) -> QuerySet[Job]:
    """The account's own jobs, newest first."""
    return Job.objects.filter(account=account).order_by("-id")


def job_visible_to(account: Account, public_id: UUID) -> Job:
    """One of them. Raises NotFound for anybody else's, as for none."""
    job = jobs_visible_to(account).filter(public_id=public_id).first()
    if job is None:
        raise NotFound(say("There is no such job."))
    return job


def submitted_since(account: Account, since: datetime) -> dict[State, int]:
    """How many jobs the account has submitted since then, by how they stand now."""
    found = Job.objects.filter(account=account, created_at__gte=since).values_list("state").annotate(Count("id"))
    return dict.fromkeys(State, 0) | {State(state): count for state, count in found}


def events_after(account_id: int, number: int, *, job: UUID | None = None, limit: int = 500) -> list[StoredEvent]:
    """The account's durable events after `number`, in order; of one job only, if it is named."""
    rows = Event.objects.filter(account_id=account_id, number__gt=number).order_by("number")
    if job is not None:
        rows = rows.filter(job__public_id=job)
    found = rows.values_list("number", "kind", "job__public_id", "data")[:limit]
    return [StoredEvent(number, kind, public_id, data) for number, kind, public_id, data in found]


def first_event_of(account: Account, job: UUID) -> int | None:
    """The number of the first event that is kept of a job of the account's; None where none is."""
    rows = Event.objects.filter(account=account, job__public_id=job).order_by("number")
    return rows.values_list("number", flat=True).first()


def kept_of(job: Job) -> int:
    """How many of the job's pictures are kept, those in the trash too."""
    return Picture.objects.filter(job=job.public_id).count()


# How long will it take? ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outlook:
    """Jobs that will be drawn before this one, and the range of seconds until it is done."""

    ahead: int
    low: float
    high: float


def outlook(job: Job) -> Outlook:
    """The job's place and the seconds left, from what is drawn now and what waits before it.

    An ended job has none left. The machine is taken to draw as many jobs at a time as it draws now.
    """
    if job.state in ENDED:
        return Outlook(0, 0.0, 0.0)
    error = _error(job)
    running = _remainders(Job.objects.filter(lane=job.lane, state=State.RUNNING, lease_until__isnull=False))
    if job.pk in running:
        mine = running[job.pk]
        return Outlook(0, mine * (1 - error), mine * (1 + error))
    earlier = Q(priority__gt=job.priority) | Q(priority=job.priority, tag__lt=job.tag)
    earlier |= Q(priority=job.priority, tag=job.tag, pk__lt=job.pk)
    waiting = Job.objects.filter(earlier, lane=job.lane, state=State.QUEUED)
    first = waiting.aggregate(count=Count("id"), seconds=Sum("predicted_seconds", default=0.0))
    left = (sum(running.values()) + first["seconds"]) / max(len(running), 1) + _whole(job)
    return Outlook(len(running) + first["count"], left * (1 - error), left * (1 + error))


def longest_wait(lane: str) -> float:
    """Seconds that a job submitted to the lane now may have to wait at most, by what is predicted of those before it.

    One look at sums, where `outlook` reads each running job and the pictures that it has.
    """
    live = Job.objects.filter(lane=lane, state__in=(State.QUEUED, State.RUNNING))
    found = live.aggregate(running=Count("id", filter=Q(state=State.RUNNING)), seconds=Sum("predicted_seconds"))
    seconds = float(found["seconds"] or 0.0)
    return seconds / max(int(found["running"]), 1)


def _remainders(jobs: QuerySet[Job]) -> dict[int, float]:
    """Predicted seconds left of each of these running jobs."""
    rows = list(jobs.annotate(now=Now()))
    pictures = _pictures(row.public_id for row in rows)
    return {row.pk: _remainder(row, row.now, *pictures.get(row.public_id, (0, None))) for row in rows}


def _remainder(job: Job, now: datetime, kept: int, newest: datetime | None) -> float:
    each = job.predicted_seconds / job.n
    begun = max(moment for moment in (job.started_at, newest, job.created_at) if moment is not None)
    spent = min(max((now - begun).total_seconds(), 0.0), 0.95 * each)
    return max(each * (job.n - kept) - spent, 0.0)


def _whole(job: Job) -> float:
    """Predicted seconds of a job that waits: those pictures that an earlier attempt has kept are done."""
    kept = Picture.objects.filter(job=job.public_id).count() if job.attempt else 0
    return job.predicted_seconds * (job.n - kept) / job.n


def _pictures(jobs: Iterable[UUID]) -> dict[UUID, tuple[int, datetime | None]]:
    kept = Picture.objects.filter(job__in=list(jobs)).values("job")
    counted = kept.annotate(kept=Count("id"), newest=Max("created_at"))
    return {row["job"]: (row["kept"], row["newest"]) for row in counted}


def _error(job: Job) -> float:
    """The share by which predictions for pictures like this job's tend to be wrong."""
    request = request_of(job)
    row = pace.measured(*pace.kind_of(request)) if request else None
    return estimate.trusted_error(row)


def usage_of(job: Job) -> list[dict[str, Any]]:
    """What upstreams said of each of the job's calls that gave pictures; nothing where a model here drew."""
    answered = UpstreamCall.objects.filter(job=job.public_id, outcome=calls.OK).order_by("attempt", "call")
    return list(answered.values_list("usage", flat=True))


# What upstreams cost, for the operator ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spend:
    """What was spent with an upstream, in millicredits, as far as is known here."""

    pictures: int
    """Pictures that came back."""
    millicredits: int
    """What the answered calls cost: what the upstream said, else the price of their pictures."""
    estimated: int
    """The part of `millicredits` that is a price because the upstream did not say."""
    possible: int
    """More, at most: calls that were sent and not answered (uncertain, cancelled, still under way)."""


_OK = Q(outcome=calls.OK)
_UNANSWERED = Q(outcome__in=(calls.UNCERTAIN, calls.CANCELLED, calls.UNDER_WAY))
SUMS = {
    "said": Sum("cost", default=0),
    "estimated": Sum("estimate", filter=_OK & Q(cost=None), default=0),
    "possible": Sum("estimate", filter=_UNANSWERED, default=0),
}
"""Of some calls: what upstreams said, the price of what they did not, and what may come on top."""


def spend(upstream: str, since: datetime) -> Spend:
    """What was spent with `upstream` since then."""
    sent = UpstreamCall.objects.filter(upstream=upstream, sent_at__gte=since)
    sums = sent.aggregate(**SUMS)
    drawn = sent.filter(_OK).values_list("indices", flat=True)
    return Spend(
        pictures=sum(len(indices) for indices in drawn.iterator()),
        millicredits=sums["said"] + sums["estimated"],
        estimated=sums["estimated"],
        possible=sums["possible"],
    )


def uncertain_calls() -> QuerySet[UpstreamCall]:
    """Calls that were sent and not answered, newest first: each may have been paid for without a picture."""
    return UpstreamCall.objects.filter(outcome=calls.UNCERTAIN).order_by("-sent_at")


@dataclass(frozen=True, slots=True)
class UpstreamState:
    """The last error that an upstream gave."""

    last_error: str = ""
    """Its sentence; its code where there is none."""
    last_error_code: str = ""
    last_error_at: datetime | None = None


def upstream_states() -> dict[str, UpstreamState]:
    """By the names of the upstreams that were ever called."""
    states = {}
    for name in UpstreamCall.objects.order_by("upstream").values_list("upstream", flat=True).distinct():
        of_it = UpstreamCall.objects.filter(upstream=name).order_by("-sent_at")
        failed = of_it.exclude(outcome__in=(calls.OK, calls.UNDER_WAY, calls.CANCELLED)).first()
        states[name] = UpstreamState(
            last_error=(failed.message or failed.outcome) if failed else "",
            last_error_code=failed.outcome if failed else "",
            last_error_at=(failed.answered_at or failed.sent_at) if failed else None,
        )
    return states

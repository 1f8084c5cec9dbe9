"""The ledger's verbs for those who draw: claim, heartbeat, keep, finish, fail, requeue, take back, reap.

One code path for both databases: PostgreSQL skips rows that another dispatcher has locked, SQLite lets one writer in
at a time. Leases are told by the database's clock. Whatever an attempt writes is guarded by its number: once the job
has gone on to another attempt, or has ended, it changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from limner.accounts import credits
from limner.engines.contract import DrawRequest
from limner.errors import Interrupted, LimnerError, UnreadableJob
from limner.gallery.models import Picture
from limner.jobs import events
from limner.jobs.events import Happened
from limner.jobs.models import Event, Job
from limner.jobs.states import State, may_become

log = logging.getLogger(__name__)

MAX_LOST = 10
"""A job whose dispatcher died under it this often is given up: it may be what kills it."""

LONGEST_BACKOFF = 60.0
GIVE_BACK_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt's hold on a job: what it has to draw, and the number that guards what it writes."""

    pk: int
    job: UUID
    account_id: int
    attempt: int
    request: DrawRequest
    indices: tuple[int, ...]
    """Pictures that are not kept yet."""
    predicted_seconds: float
    price: int

    @property
    def n(self) -> int:
        return self.request.n


# Claiming and holding -----------------------------------------------------------------------------------------


def claim(
    lane: str, *, holder: str, boot: str, lease_seconds: float, limit: int = 1, alike: bool = False
) -> list[Claim]:
    """Up to `limit` jobs of the lane, in the order of their turns.

    `alike`: only those that may share a batch with the first of them.
    """
    with transaction.atomic():
        ready = (
            Job.objects.filter(Q(not_before=None) | Q(not_before__lte=Now()), state=State.QUEUED, lane=lane)
            .order_by("-priority", "tag", "id")
            .select_for_update(skip_locked=True, no_key=True)
        )
        jobs = list(ready[: 1 if alike else limit])
        if jobs and alike and limit > 1:
            jobs += ready.filter(compat=jobs[0].compat).exclude(pk=jobs[0].pk)[: limit - 1]
        if not jobs:
            return []
        _check(State.QUEUED, State.RUNNING)
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(
            state=State.RUNNING,
            attempt=F("attempt") + 1,
            holder=holder,
            boot=boot,
            lease_until=Now() + timedelta(seconds=lease_seconds),
            started_at=Now(),
            not_before=None,
        )
        claims, happened = [], []
        for job in jobs:
            job.attempt += 1
            job.state = State.RUNNING
            kept = _kept(job) if job.attempt > 1 else set()
            request = request_of(job)
            if request is None:
                log.error("Job %s cannot be read.", job.public_id)
                message = "This job was made by another version of Limner and cannot be read. Ask for it again."
                happened.append(_end(job, State.FAILED, len(kept), UnreadableJob.code, message))
                continue
            happened.append(_told(job, len(kept)))
            missing = tuple(index for index in range(job.n) if index not in kept)
            claims.append(
                Claim(
                    pk=job.pk,
                    job=job.public_id,
                    account_id=job.account_id,
                    attempt=job.attempt,
                    request=request,
                    indices=missing,
                    predicted_seconds=job.predicted_seconds,
                    price=job.price,
                )
            )
        events.write(happened)
    return claims


def request_of(job: Job) -> DrawRequest | None:
    """What the job asks for; None where another version of Limner wrote it and this one cannot read it."""
    try:
        return DrawRequest.from_json(job.request)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def heartbeat(claims: Iterable[Claim], *, lease_seconds: float) -> set[Claim]:
    """Renew the leases of these attempts; answers those that are still theirs."""
    by_guard = {(claimed.pk, claimed.attempt): claimed for claimed in claims}
    if not by_guard:
        return set()
    ours = Job.objects.filter(_any_of(by_guard), state=State.RUNNING)
    ours.update(lease_until=Now() + timedelta(seconds=lease_seconds))
    return {by_guard[guard] for guard in ours.values_list("pk", "attempt")}


def asked_to_cancel(claims: Iterable[Claim]) -> set[Claim]:
    """Those of these attempts whose job was cancelled meanwhile: the safety net under the bus."""
    by_guard = {(claimed.pk, claimed.attempt): claimed for claimed in claims}
    if not by_guard:
        return set()
    cancelled = Job.objects.filter(_any_of(by_guard), state=State.RUNNING, cancel_requested=True)
    return {by_guard[guard] for guard in cancelled.values_list("pk", "attempt")}


def _any_of(guards: Iterable[tuple[int, int]]) -> Q:
    condition = Q()
    for pk, attempt in guards:
        condition |= Q(pk=pk, attempt=attempt)
    return condition


# What an attempt writes ---------------------------------------------------------------------------------------


def keep(claimed: Claim, *, lease_seconds: float, last: bool) -> bool:
    """Make room for one more picture of this attempt, whose row is written next, in the same transaction.

    Renews the lease, or ends the job with its last picture. False: the attempt is no longer the job's, write nothing.
    """
    mine = Job.objects.filter(pk=claimed.pk, attempt=claimed.attempt, state=State.RUNNING)
    if not last:
        return mine.update(lease_until=Now() + timedelta(seconds=lease_seconds)) == 1
    _check(State.RUNNING, State.DONE)
    return mine.update(state=State.DONE, ended_at=Now(), lease_until=None) == 1


def kept(claimed: Claim, picture: events.Data, *, last: bool) -> None:
    """Tell of the picture that was just written; with the last one, of the end, and capture the price."""
    about = (claimed.account_id, claimed.pk, claimed.job)
    happened = [Happened(*about, "picture", picture)]
    if last:
        done = events.state_data(State.DONE, attempt=claimed.attempt, n=claimed.n, pictures=claimed.n)
        happened.append(Happened(*about, "state", done))
        credits.capture(claimed.account_id, claimed.job, claimed.price)
    events.write(happened)


def finish(claimed: Claim) -> State | None:
    """The engine ended early because the job was cancelled: end it with the pictures it has. None: fenced off."""
    return _leave(claimed, lambda job, pictures: _end(job, State.CANCELLED, pictures))


def fail(claimed: Claim, error: LimnerError, *, max_attempts: int = 3) -> State | None:
    """An attempt failed: draw the job again later, or end it. Answers its new state; None: fenced off.

    Only an error that may pass is tried again, `max_attempts` times in all.
    """

    def failed(job: Job, pictures: int) -> Happened:
        job.failures += 1
        if not error.retryable:
            return _end(job, State.FAILED, pictures, error.code, error.message)
        if job.failures >= max_attempts:
            tried = f"Limner tried {job.failures} times and gave up. The last time: {error.message}"
            return _end(job, State.FAILED, pictures, error.code, tried)
        return _requeue(job, pictures, delay=backoff(job.failures, error.retry_after))

    return _leave(claimed, failed)


def requeue(claimed: Claim) -> State | None:
    """Hand a job back at once, as if it had not been begun: the dispatcher stops. None: fenced off."""
    return _leave(claimed, lambda job, pictures: _requeue(job, pictures, delay=0.0))


def _leave(claimed: Claim, move: Callable[[Job, int], Happened]) -> State | None:
    """Let go of a job by `move`, or by ending it where it was cancelled meanwhile, if it is still this attempt's."""
    with transaction.atomic():
        mine = Job.objects.filter(pk=claimed.pk, attempt=claimed.attempt, state=State.RUNNING)
        job = mine.select_for_update(no_key=True).first()
        if job is None:
            return None
        pictures = len(_kept(job))
        events.write([_end(job, State.CANCELLED, pictures) if job.cancel_requested else move(job, pictures)])
        return State(job.state)


def backoff(failures: int, retry_after: float | None = None) -> float:
    """Seconds to wait before the next attempt: what the error asked for, else twice as long each time."""
    return min(retry_after if retry_after is not None else 0.5 * 2.0 ** (failures - 1), LONGEST_BACKOFF)


# What is done for attempts that are no more -------------------------------------------------------------------


def reap() -> int:
    """Give back the jobs whose lease has run out: their dispatcher is dead, or as good as dead."""
    return _give_back(Job.objects.filter(lease_until__lt=Now()))


def take_back(holder: str, boot: str) -> int:
    """Give back at once what an earlier start of this same installation held: it cannot be running any more."""
    return _give_back(Job.objects.filter(holder=holder).exclude(boot=boot))


def _give_back(jobs: QuerySet[Job]) -> int:
    total = 0
    while True:
        with transaction.atomic():
            # Every running job has a lease; asking for one leads SQLite to the small index of running jobs.
            lost = jobs.filter(state=State.RUNNING, lease_until__isnull=False)
            rows = list(lost.select_for_update(skip_locked=True, no_key=True)[:GIVE_BACK_AT_ONCE])
            events.write([_lost(job) for job in rows])
        total += len(rows)
        if len(rows) < GIVE_BACK_AT_ONCE:
            return total


def _lost(job: Job) -> Happened:
    pictures = len(_kept(job))
    job.lost += 1
    log.warning("Job %s lost attempt %d with its dispatcher.", job.public_id, job.attempt)
    if job.cancel_requested:
        return _end(job, State.CANCELLED, pictures)
    if job.lost >= MAX_LOST:
        message = f"Limner stopped {job.lost} times while it drew this and gave up. Ask for smaller pictures."
        return _end(job, State.FAILED, pictures, Interrupted.code, message)
    return _requeue(job, pictures, delay=0.0)


def sweep_events(*, days: float = 7.0, at_once: int = 1000) -> int:
    """Delete durable events older than `days`: streams replay hours, not months. Answers how many."""
    total = 0
    while True:
        with transaction.atomic():
            oldest = Event.objects.order_by("id").values_list("id", flat=True)[:at_once]
            old = Event.objects.filter(id__in=list(oldest), created_at__lt=Now() - timedelta(days=days))
            gone = old._raw_delete(old.db)
        total += gone
        if gone < at_once:
            return total


# The moves themselves -----------------------------------------------------------------------------------------


def end_queued(job: Job) -> None:
    """Cancel a job that waits, whose row the caller has locked. It keeps the pictures it has."""
    events.write([_end(job, State.CANCELLED, len(_kept(job)))])


def _end(job: Job, state: State, pictures: int, code: str = "", message: str = "") -> Happened:
    """The way to an end without all n pictures: k are kept, k/n of the price is captured, the rest released."""
    _check(State(job.state), state)
    Job.objects.filter(pk=job.pk).update(
        state=state,
        failures=job.failures,
        lost=job.lost,
        error_code=code,
        error_message=message,
        ended_at=Now(),
        lease_until=None,
        not_before=None,
    )
    job.state, job.error_code, job.error_message = state, code, message
    earned = job.price * pictures // job.n
    credits.capture(job.account_id, job.public_id, earned)
    credits.release(job.account_id, job.public_id, job.price - earned)
    return _told(job, pictures)


def _requeue(job: Job, pictures: int, *, delay: float) -> Happened:
    _check(State(job.state), State.QUEUED)
    Job.objects.filter(pk=job.pk).update(
        state=State.QUEUED,
        failures=job.failures,
        lost=job.lost,
        lease_until=None,
        not_before=Now() + timedelta(seconds=delay) if delay else None,
    )
    job.state = State.QUEUED
    events.wake_dispatchers("queued", job.lane)
    return _told(job, pictures)


def _told(job: Job, pictures: int) -> Happened:
    error = (job.error_code, job.error_message)
    data = events.state_data(job.state, attempt=job.attempt, n=job.n, pictures=pictures, error=error)
    return Happened(job.account_id, job.pk, job.public_id, "state", data)


def _kept(job: Job) -> set[int]:
    return set(Picture.objects.filter(job=job.public_id).values_list("index", flat=True))


def _check(before: State, after: State) -> None:
    if not may_become(before, after):
        raise AssertionError(f"A job cannot go from {before} to {after}.")

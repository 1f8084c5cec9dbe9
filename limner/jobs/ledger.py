"""The ledger's verbs for those who draw: claim, heartbeat, keep, finish, fail, requeue, take back, reap.

One code path for both databases: PostgreSQL skips rows that another dispatcher has locked, SQLite lets one writer in
at a time. Leases are told by the database's clock. Whatever an attempt writes is guarded by its number: once the job
has gone on to another attempt, or has ended, it changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from limner.accounts import credits
from limner.engines.contract import Answered, DrawRequest, Sending
from limner.errors import (
    Interrupted,
    LimnerError,
    ModelGone,
    Uncertain,
    UnreadableJob,
    UpstreamBusy,
    UpstreamError,
    say,
)
from limner.jobs import calls, events, moves
from limner.jobs.events import Happened
from limner.jobs.models import Event, Job, UpstreamCall
from limner.jobs.states import State

log = logging.getLogger(__name__)

MAX_LOST = 10
"""A job whose dispatcher died under it this often is given up: it may be what kills it."""

GIVE_BACK_AT_ONCE = 100

NOBODY: frozenset[str] = frozenset()


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

    `alike`: one batch, of up to `limit` pictures: the job whose turn it is, however many it has, and where there is
    room left those that one run could draw with it.
    """
    with transaction.atomic():
        ready = (
            Job.objects.filter(Q(not_before=None) | Q(not_before__lte=Now()), state=State.QUEUED, lane=lane)
            .order_by("-priority", "tag", "id")
            .select_for_update(skip_locked=True, no_key=True)
        )
        jobs = list(ready[: 1 if alike else limit])
        if jobs and alike:
            jobs += _companions(jobs[0], ready, limit - jobs[0].n)
        if not jobs:
            return []
        moves.check(State.QUEUED, State.RUNNING)
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
            kept = moves.kept(job) if job.attempt > 1 else set()
            request = request_of(job)
            if request is None:
                log.error("Job %s cannot be read.", job.public_id)
                message = "This job was made by another version of Limner and cannot be read. Ask for it again."
                happened.append(moves.end(job, State.FAILED, len(kept), UnreadableJob.code, message))
                continue
            happened.append(moves.told(job, len(kept)))
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


def _companions(first: Job, ready: QuerySet[Job], room: int) -> list[Job]:
    """Those that fill the batch of a job, `room` pictures in all. What failed before is drawn alone: it may be what
    makes the engine fail, and would take the others with it."""
    if room < 1 or not first.compat or first.failures or first.lost:
        return []
    found = []
    for job in ready.filter(compat=first.compat, failures=0, lost=0).exclude(pk=first.pk)[:room]:
        if (room := room - job.n) < 0:
            break
        found.append(job)
    return found


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
        # Getting on: whatever its upstream had no time for before is forgotten.
        lease = Now() + timedelta(seconds=lease_seconds)
        return mine.update(lease_until=lease, busy=0, busy_since=None) == 1
    moves.check(State.RUNNING, State.DONE)
    done = mine.update(state=State.DONE, ended_at=Now(), lease_until=None, captured=claimed.price, kept=claimed.n)
    return done == 1


def kept(claimed: Claim, picture: events.Data, *, last: bool) -> None:
    """Tell of the picture that was just written; with the last one, of the end, and capture the price."""
    about = (claimed.account_id, claimed.pk, claimed.job)
    happened = [Happened(*about, "picture", picture)]
    if last:
        done = events.state_data(State.DONE, attempt=claimed.attempt, n=claimed.n, pictures=claimed.n)
        happened.append(Happened(*about, "state", done))
        credits.capture(claimed.account_id, claimed.job, claimed.price)
    events.write(happened)


def sending(claimed: Claim, call: Sending, *, lease_seconds: float) -> bool:
    """Put a call of an upstream on record, before it is sent. False: it must not be sent.

    Either the attempt is no longer the job's, or somebody cancelled the job. Safe to call again.
    """
    with transaction.atomic():
        mine = Job.objects.filter(pk=claimed.pk, attempt=claimed.attempt, state=State.RUNNING, cancel_requested=False)
        if mine.update(lease_until=Now() + timedelta(seconds=lease_seconds)) == 0:
            return False
        estimate = claimed.price * len(call.indices) // claimed.n
        calls.begin(claimed.job, claimed.attempt, call, model=claimed.request.model, estimate=estimate)
    return True


def answered(claimed: Claim, answer: Answered) -> None:
    """Complete the record of a call, whoever the job belongs to now: it costs what it costs."""
    calls.answered(claimed.job, claimed.attempt, answer)


def finish(claimed: Claim) -> State | None:
    """The engine ended early because the job was cancelled: end it with the pictures it has. None: fenced off."""

    def cancelled(job: Job, pictures: int, unanswered: list[UpstreamCall]) -> Happened:
        return moves.end_cancelled(job, pictures, unanswered)

    return _leave(claimed, cancelled, lambda kept: calls.give_up(claimed.job, claimed.attempt, calls.CANCELLED, kept))


def fail(
    claimed: Claim, error: LimnerError, *, max_attempts: int = 3, resend: Collection[str] = NOBODY
) -> State | None:
    """An attempt failed: draw the job again later, or end it. Answers its new state; None: fenced off.

    Only an error that may pass is tried again, `max_attempts` times in all; an upstream that has too much to do is no
    fault of the job's and is asked for longer. What was sent and not answered is sent again only to the upstreams
    in `resend`.
    """

    def failed(job: Job, pictures: int, unanswered: list[UpstreamCall]) -> Happened:
        uncertain = isinstance(error, Uncertain)
        again = moves.may_be_sent_again(job, unanswered, resend, even_without=uncertain)
        if not again:
            return moves.end_uncertain(job, pictures, unanswered, "" if uncertain else error.message)
        if isinstance(error, UpstreamBusy):
            return moves.wait_for_upstream(job, pictures, error)
        job.failures += 1
        if not (error.retryable or uncertain):
            return moves.end(job, State.FAILED, pictures, error.code, error.message)
        if job.failures >= max_attempts:
            tried = f"Limner tried {job.failures} times and gave up. The last time: {error.message}"
            return moves.end(job, State.FAILED, pictures, error.code, tried)
        return moves.requeue(job, pictures, delay=moves.backoff(job.failures, error.retry_after))

    def settle(kept: Collection[int]) -> list[UpstreamCall]:
        if isinstance(error, UpstreamError) and not isinstance(error, Uncertain):
            calls.refused(claimed.job, claimed.attempt, error.code, error.message)
        return calls.give_up(claimed.job, claimed.attempt, calls.UNCERTAIN, kept)

    return _leave(claimed, failed, settle)


def requeue(claimed: Claim, *, resend: Collection[str] = NOBODY) -> State | None:
    """Hand a job back at once, as if it had not been begun: the dispatcher stops. None: fenced off."""

    def handed_back(job: Job, pictures: int, unanswered: list[UpstreamCall]) -> Happened:
        if not moves.may_be_sent_again(job, unanswered, resend):
            return moves.end_uncertain(job, pictures, unanswered, "Limner was stopped meanwhile.")
        return moves.requeue(job, pictures, delay=0.0)

    return _leave(
        claimed, handed_back, lambda kept: calls.give_up(claimed.job, claimed.attempt, calls.UNCERTAIN, kept)
    )


def _leave(
    claimed: Claim,
    move: Callable[[Job, int, list[UpstreamCall]], Happened],
    settle: Callable[[Collection[int]], list[UpstreamCall]],
) -> State | None:
    """Let go of a job by `move`, or by ending it where it was cancelled meanwhile, if it is still this attempt's.

    Before anything else, `settle` says of this attempt's calls which were not answered.
    """
    with transaction.atomic():
        mine = Job.objects.filter(pk=claimed.pk, attempt=claimed.attempt, state=State.RUNNING)
        job = mine.select_for_update(no_key=True).first()
        if job is None:
            return None
        kept = moves.kept(job)
        unanswered = settle(kept)
        if job.cancel_requested:
            events.write([moves.end_cancelled(job, len(kept), unanswered)])
        else:
            events.write([move(job, len(kept), unanswered)])
            if job.state == State.QUEUED:
                calls.mark_resent(unanswered)
        return State(job.state)


# What is done for attempts that are no more -------------------------------------------------------------------


def reap(resend: Collection[str] = NOBODY, *, but: Collection[int] = ()) -> int:
    """Give back the jobs whose lease has run out: their dispatcher is dead, or as good as dead.

    `but`: those that the caller itself draws. One that was held up for a while renews its leases; it needs no rescue.
    """
    return _give_back(Job.objects.filter(lease_until__lt=Now()).exclude(pk__in=but), resend)


def take_back(holder: str, boot: str, resend: Collection[str] = NOBODY) -> int:
    """Give back at once what an earlier start of this same installation held: it cannot be running any more."""
    return _give_back(Job.objects.filter(holder=holder).exclude(boot=boot), resend)


def fail_unserved(lanes: Collection[str], *, before: datetime) -> int:
    """Fail the queued jobs of lanes other than these, which are all there are: their models were removed while Limner
    was stopped. Those that were asked for since `before` are left: models may have come since. Answers how many."""
    if connection.vendor != "sqlite":
        return 0  # another machine may share the database, and serve those lanes
    total = 0
    while True:
        with transaction.atomic():
            waiting = Job.objects.filter(state=State.QUEUED, created_at__lt=before).exclude(lane__in=lanes)
            rows = list(waiting.select_for_update()[:GIVE_BACK_AT_ONCE])
            events.write([_without_model(job) for job in rows])
        total += len(rows)
        if len(rows) < GIVE_BACK_AT_ONCE:
            return total


def _without_model(job: Job) -> Happened:
    log.warning("Job %s waited for %s, which is no longer here.", job.public_id, job.lane)
    message = say("{model} is no longer here. Choose another model, or have it installed again.", model=job.lane)
    return moves.end(job, State.FAILED, len(moves.kept(job)), ModelGone.code, message)


def _give_back(jobs: QuerySet[Job], resend: Collection[str]) -> int:
    total = 0
    while True:
        with transaction.atomic():
            # Every running job has a lease; asking for one leads SQLite to the small index of running jobs.
            lost = jobs.filter(state=State.RUNNING, lease_until__isnull=False)
            rows = list(lost.select_for_update(skip_locked=True, no_key=True)[:GIVE_BACK_AT_ONCE])
            events.write([_lost(job, resend) for job in rows])
        total += len(rows)
        if len(rows) < GIVE_BACK_AT_ONCE:
            return total


def _lost(job: Job, resend: Collection[str]) -> Happened:
    kept = moves.kept(job)
    # First of all: from the rows alone it can be told that something was sent and no answer came.
    unanswered = calls.give_up(job.public_id, job.attempt, calls.UNCERTAIN, kept)
    pictures = len(kept)
    job.lost += 1
    log.warning("Job %s lost attempt %d with its dispatcher.", job.public_id, job.attempt)
    if job.cancel_requested:
        return moves.end_cancelled(job, pictures, unanswered)
    if not moves.may_be_sent_again(job, unanswered, resend):
        return moves.end_uncertain(job, pictures, unanswered, "Limner stopped meanwhile.")
    if job.lost >= MAX_LOST:
        message = f"Limner stopped {job.lost} times while it drew this and gave up. Ask for smaller pictures."
        return moves.end(job, State.FAILED, pictures, Interrupted.code, message)
    calls.mark_resent(unanswered)
    return moves.requeue(job, pictures, delay=0.0)


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


def end_queued(job: Job) -> None:
    """Cancel a job that waits, whose row the caller has locked. It keeps the pictures it has."""
    events.write([moves.end(job, State.CANCELLED, len(moves.kept(job)))])

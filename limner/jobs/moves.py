"""The moves of a job that a dispatcher lets go of: to its end, or back into the queue. Called by the ledger's verbs.

The caller holds the job's row locked, and writes the event that each of these answers.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db.models.functions import Now

from limner.accounts import credits
from limner.errors import Uncertain, UpstreamBusy
from limner.gallery.models import Picture
from limner.jobs import calls, events
from limner.jobs.events import Happened
from limner.jobs.models import Job, UpstreamCall
from limner.jobs.states import State, may_become

LONGEST_BACKOFF = 60.0
BUSY_SECONDS = 900.0
"""A job that its upstream had no time for is given up this long after the first time."""


def end(job: Job, state: State, pictures: int, code: str = "", message: str = "") -> Happened:
    """The way to an end without all n pictures: k are kept, k/n of the price is captured, the rest released."""
    check(State(job.state), state)
    code = code[:60]  # an upstream's own code may be longer than ours
    earned = job.price * pictures // job.n
    Job.objects.filter(pk=job.pk).update(
        state=state,
        failures=job.failures,
        lost=job.lost,
        error_code=code,
        error_message=message,
        ended_at=Now(),
        lease_until=None,
        not_before=None,
        captured=earned,
        kept=pictures,
    )
    job.state, job.error_code, job.error_message = state, code, message
    credits.capture(job.account_id, job.public_id, earned)
    credits.release(job.account_id, job.public_id, job.price - earned)
    return told(job, pictures)


def end_cancelled(job: Job, pictures: int, unanswered: list[UpstreamCall]) -> Happened:
    """Somebody cancelled it. What had been sent by then may have a price, for whoever runs Limner."""
    message = ""
    if unanswered:
        message = f"It was cancelled after it was sent: {calls.what_it_may_cost(unanswered)}."
    return end(job, State.CANCELLED, pictures, message=message)


def end_uncertain(job: Job, pictures: int, unanswered: list[UpstreamCall], why: str) -> Happened:
    """It was sent, no answer came, and it shall not be sent twice."""
    sent = calls.what_it_may_cost(unanswered) if unanswered else f"{job.lane} may have drawn it"
    reason = f" {why}" if why else ""
    message = (
        f"This was sent and no answer came: {sent}.{reason} So that nothing is paid for twice, Limner does not send "
        "it again by itself. What is missing costs you nothing; ask for it again if you still want it."
    )
    return end(job, State.FAILED, pictures, Uncertain.code, message)


def may_be_sent_again(
    job: Job, unanswered: list[UpstreamCall], resend: Collection[str], *, even_without: bool = False
) -> bool:
    """Whether nothing that was sent without an answer keeps the job from another attempt.

    `even_without`: something was sent, although there is no record of it.
    """
    if even_without and not unanswered:
        return job.lane in resend
    return all(call.upstream in resend for call in unanswered)


def wait_for_upstream(job: Job, pictures: int, error: UpstreamBusy) -> Happened:
    """Its upstream has too much to do: later, however often that is so, but not for ever."""
    now = Job.objects.filter(pk=job.pk).values_list(Now(), flat=True).get()
    job.busy += 1
    job.busy_since = job.busy_since or now
    waited = (now - job.busy_since).total_seconds()
    if waited >= BUSY_SECONDS:
        message = f"{job.lane} had no time for this for {waited / 60:.0f} minutes. The last time: {error.message}"
        return end(job, State.FAILED, pictures, error.code, message)
    Job.objects.filter(pk=job.pk).update(busy=job.busy, busy_since=job.busy_since)
    # Those that were turned away together do not come back together.
    delay = backoff(job.busy, error.retry_after) * (1 + 0.25 * spread(job.pk + job.attempt))
    return requeue(job, pictures, delay=delay)


def requeue(job: Job, pictures: int, *, delay: float) -> Happened:
    """Back into the queue, where it keeps its turn; it is not claimed before `delay` seconds are over."""
    check(State(job.state), State.QUEUED)
    Job.objects.filter(pk=job.pk).update(
        state=State.QUEUED,
        failures=job.failures,
        lost=job.lost,
        lease_until=None,
        not_before=Now() + timedelta(seconds=delay) if delay else None,
    )
    job.state = State.QUEUED
    events.wake_dispatchers("queued", job.lane)
    return told(job, pictures)


def told(job: Job, pictures: int) -> Happened:
    """The event that says where the job stands."""
    error = (job.error_code, job.error_message)
    data = events.state_data(job.state, attempt=job.attempt, n=job.n, pictures=pictures, error=error)
    return Happened(job.account_id, job.pk, job.public_id, "state", data)


def kept(job: Job) -> set[int]:
    """The indices of the pictures that are kept."""
    return set(Picture.objects.filter(job=job.public_id).values_list("index", flat=True))


def check(before: State, after: State) -> None:
    """A move that the table of states does not know is a bug."""
    if not may_become(before, after):
        raise AssertionError(f"A job cannot go from {before} to {after}.")


def backoff(failures: int, retry_after: float | None = None) -> float:
    """Seconds to wait before the next attempt: what the error asked for, else twice as long each time."""
    return min(retry_after if retry_after is not None else 0.5 * 2.0 ** min(failures - 1, 10), LONGEST_BACKOFF)


def spread(number: int) -> float:
    """0 to 1, as evenly as can be for numbers that follow each other: the golden ratio's multiples."""
    return (number * 0.6180339887498949) % 1.0

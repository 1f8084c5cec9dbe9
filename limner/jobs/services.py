"""The verbs people have: submit a job, cancel a job. Pages, APIs and the command line all call these."""

from __future__ import annotations

import math
from dataclasses import replace
from uuid import UUID, uuid4

from django.db import connection, transaction

from limner.accounts import credits
from limner.accounts.guests import lock_purse
from limner.accounts.models import Account, ApiKey
from limner.engines import catalog
from limner.engines.compatibility import compatibility
from limner.engines.contract import ASKED_WITH, CAME_BY, ENLARGED_BY, DrawRequest
from limner.errors import Blocked, InvalidRequest, NotAllowed, NotFound, OutOfCredits, OutOfStorage, RateLimited, say
from limner.jobs import allowance, events, fairness, health, ledger, pace, prices
from limner.jobs.events import Happened
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.jobs.trouble import said_plainly
from limner.moderation import flags, rules
from limner.moderation.models import Action, Flag, Target
from limner.moderation.words import drawn_texts, refuse_blocked

_OF_PAYER = (
    "bytes_kept",
    "came_from",
    "is_active",
    *(f"plan__{limit}" for limit in ("weight", "credits_per_month", "credits_per_day", "running_jobs")),
    *(f"plan__{limit}" for limit in ("largest_pixels", "allowed_models", "storage_bytes")),
)
"""What has to be known of whoever pays, and of their plan."""
REFUSED = (Blocked, InvalidRequest, NotAllowed, OutOfCredits, OutOfStorage, RateLimited)
"""What `submit` says no with: there is no job, so what was brought for it is not kept."""


@said_plainly()
def submit(
    account: Account,
    request: DrawRequest,
    *,
    price: int | None = None,
    predicted: float | None = None,
    idempotency_key: str | None = None,
    priority: int = 0,
    key: ApiKey | None = None,
) -> Job:
    """Write a job and the hold of its price, in one short transaction.

    The same account's same `idempotency_key` gives the job that is already there, and InvalidRequest where it now
    asks for something else. `price`, in millicredits, is fixed here: see `prices`, unless it is given.
    `predicted` is the seconds the whole job will take; without it the model's pace says. `key` is what the call came
    with. Raises Blocked; NotAllowed for an account that is closed; OutOfCredits, OutOfStorage, RateLimited or
    InvalidRequest where the plan does not allow it; or Unavailable where the database cannot be written or the disk
    is nearly full, with nothing stored.
    """
    refuse_blocked(request)
    verdict = rules.refuse_or_flag(account, drawn_texts(request))  # it may ask a server: outside the transaction
    health.refuse_when_full()
    if predicted is None:
        predicted = pace.predict(request).seconds * request.n
    if price is None:
        price = prices.price_of(request, predicted)
    lane, compat = lane_of(request), compatibility(request)
    with transaction.atomic():
        # The lock orders this account's submits: same key, same credits, one after the other.
        lock_purse(account)
        payers = Account.objects.select_related("plan").only(*_OF_PAYER)
        payer = payers.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
        if idempotency_key is not None:
            before = asked_before(payer, idempotency_key, request)
            if before is not None:
                return before
        allowance.check(payer, request)
        public_id = uuid4()
        credits.hold(payer, public_id, price)
        job = Job.objects.create(
            public_id=public_id,
            account=payer,
            idempotency_key=idempotency_key,
            state=State.QUEUED,
            request=request.to_json(),
            lane=lane,
            compat=compat,
            n=request.n,
            priority=priority,
            tag=_tag(payer, lane, priority, predicted),
            predicted_seconds=predicted,
            price=price,
            model=request.drawn_by,
            api_key=key,
        )
        flag_job(verdict, public_id, payer)
        queued = events.state_data(State.QUEUED, attempt=0, n=job.n, pictures=0)
        events.write([Happened(payer.pk, job.pk, public_id, "state", queued)])
        events.wake_dispatchers("queued", job.lane)
    return job


def flag_job(verdict: rules.Verdict, job: UUID, account: Account) -> None:
    """Somebody should look at what the rules flagged, inside the caller's transaction."""
    for found in verdict.findings if verdict.flagged else ():
        if found.action == Action.FLAG:
            flags.raise_flag(Flag.Kind.RULE, Target.JOB, job, account, rule=found.rule, words=found.words)


def for_a_program(request: DrawRequest) -> DrawRequest:
    """The request as a program asks for it, which its job says also where nobody needs a key."""
    return replace(request, options={CAME_BY: "api", **request.options})


@said_plainly()
def cancel(account: Account, public_id: UUID) -> Job:
    """Cancel a job: at once while it waits, within a step while it is drawn. One that has ended stays as it is."""
    with transaction.atomic():
        mine = Job.objects.filter(account=account, public_id=public_id)
        job = mine.select_for_update(no_key=True).first()
        if job is None:
            raise NotFound(say("There is no such job."))
        if job.state == State.QUEUED:
            ledger.end_queued(job)
        elif job.state == State.RUNNING and not job.cancel_requested:
            Job.objects.filter(pk=job.pk).update(cancel_requested=True)
            job.cancel_requested = True
            events.wake_dispatchers("cancel", job.lane, job.public_id)
    return job


def asked_before(account: Account, idempotency_key: str, request: DrawRequest) -> Job | None:
    """The job that this key was used for. Raises InvalidRequest where that asked for something else."""
    before = Job.objects.filter(account=account, idempotency_key=idempotency_key).first()
    told = None if before is None else ledger.request_of(before)
    if told is not None and not _is_same(told, request):
        raise InvalidRequest(
            say("This idempotency key has been used for another request. Use a new one for each thing you ask for."),
            param="idempotency-key",
            code="idempotency_key_reused",
        )
    return before


def _is_same(told: DrawRequest, request: DrawRequest) -> bool:
    """What was written without a digest, by an earlier version or a page, is the same with any."""
    digest = told.options.get(ASKED_WITH)
    same = digest is None or digest == request.options.get(ASKED_WITH)
    return same and _without_chance(told) == _without_chance(request)


def _without_chance(request: DrawRequest) -> DrawRequest:
    """What does not change when the same is asked for again: a seed that nobody named does, and so do the names of
    images, which are kept anew with each call. The digest tells seeds that were named, and images, apart. And what
    makes a picture larger is whatever is here for that."""
    images = tuple(replace(image, public_id="") for image in request.images)
    mask = request.mask and replace(request.mask, public_id="")
    options = {name: value for name, value in request.options.items() if name not in (ASKED_WITH, ENLARGED_BY)}
    return replace(request, seed=0, images=images, mask=mask, options=options)


def lane_of(request: DrawRequest) -> str:
    """The lane of the model that has the work: an upstream's models share one."""
    known = catalog.catalog().get(request.drawn_by)
    return known.lane if known else request.drawn_by


# One statement instead of three of the ORM's, on the way of every job. All parts are answered by partial indexes.
_TURNS = f"""
    SELECT
        (SELECT MAX(tag) FROM {Job._meta.db_table} WHERE lane = %s AND priority = %s AND started_at IS NOT NULL),
        (SELECT tag FROM {Job._meta.db_table}
            WHERE lane = %s AND priority = %s AND state = 'queued' AND started_at IS NULL ORDER BY tag LIMIT 1),
        (SELECT MAX(tag) FROM {Job._meta.db_table}
            WHERE account_id = %s AND lane = %s AND priority = %s AND state = 'queued'),
        (SELECT MAX(tag) FROM {Job._meta.db_table}
            WHERE account_id = %s AND lane = %s AND priority = %s AND started_at IS NOT NULL)
"""


def _tag(payer: Account, lane: str, priority: int, seconds: float) -> float:
    with connection.cursor() as cursor:
        own = (payer.pk, lane, priority)
        cursor.execute(_TURNS, [lane, priority, lane, priority, *own, *own])
        drawn, following, *mine = cursor.fetchone()
    # What was drawn before its turn, to fill a batch, does not move the time on past those who wait.
    virtual_now = min(drawn or 0.0, math.inf if following is None else following)
    weight = payer.plan.weight if payer.plan else 1.0
    # Their own count on, though, or who rides along would never pay for it.
    own_last = max((last for last in mine if last is not None), default=None)
    return fairness.tag(virtual_now=virtual_now, own_last=own_last, seconds=seconds, weight=weight)

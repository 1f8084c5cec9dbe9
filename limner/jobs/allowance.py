"""What the plan of whoever pays allows of one job, asked while their row is locked: whoever is next waits."""

from __future__ import annotations

from django.db.models import QuerySet

from limner.accounts.guests import purse
from limner.accounts.models import Account
from limner.accounts.storage_use import refuse_when_full
from limner.engines.contract import ENLARGED_BY, DrawRequest, Task
from limner.errors import InvalidRequest, NotAllowed, RateLimited, say
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.states import State

BYTES_A_PIXEL = 1.5
"""Of a PNG, as pictures usually are."""
BYTES_A_PICTURE = 4000
"""However small it is: what it says about itself."""


def check(payer: Account, request: DrawRequest) -> None:
    """Raise, in a sentence, where the plan does not allow this. Credits are asked for when they are held."""
    if not payer.is_active:  # banned since the request came in
        raise NotAllowed(say("This account is closed. Ask who runs this Limner why."))
    plan = payer.plan
    if plan is None:
        return
    # What is only made larger was drawn already: unless a model does that, none has any work.
    works = request.task is not Task.UPSCALE or ENLARGED_BY in request.options
    if works and plan.allowed_models and request.drawn_by not in plan.allowed_models:
        raise InvalidRequest(
            say(
                "Your plan does not include {model}. Choose one of these: {allowed}.",
                model=request.drawn_by,
                allowed=", ".join(map(str, plan.allowed_models)),
            ),
            param="model",
        )
    if plan.largest_pixels is not None and request.size.pixels > plan.largest_pixels:
        raise InvalidRequest(
            say(
                "{size} is larger than your plan allows: {most} pixels at most, which is {side}×{side}. Choose a"
                " smaller size.",
                size=str(request.size),
                most=plan.largest_pixels,
                side=int(plan.largest_pixels**0.5),
            ),
            param="size",
        )
    if plan.running_jobs is not None and _under_way(payer).count() >= plan.running_jobs:
        raise RateLimited(
            say(
                "Your plan allows {most} jobs at the same time, and so many are under way. Wait for one to end, or"
                " cancel one.",
                most=plan.running_jobs,
            ),
            retry_after=5.0,
        )
    if plan.storage_bytes is not None:
        refuse_when_full(payer, sum(map(_bytes_of, _under_way(payer).only("n", "request"))))


def _under_way(payer: Account) -> QuerySet[Job]:
    # By the partial index `job_under_way`, however many jobs have ended.
    return Job.objects.filter(**purse(payer), state__in=[State.QUEUED, State.RUNNING])


def _bytes_of(job: Job) -> int:
    """About what its pictures will take: those that are kept already count twice until it ends."""
    request = request_of(job)
    pixels = request.size.pixels if request else 0
    return job.n * int(BYTES_A_PICTURE + BYTES_A_PIXEL * pixels)

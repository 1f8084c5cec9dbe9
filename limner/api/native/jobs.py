"""`/api/v1/jobs`: ask for pictures and be answered at once; look at what became of it; stop it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Status

from limner.accounts.models import Account, Scope
from limner.api.auth import Caller
from limner.api.idempotency import LONGEST, idempotency_key, told_apart
from limner.api.links import origin_of, picture_link
from limner.api.native.asking import check_larger, is_that_larger, larger_of, source_of
from limner.api.native.asking import request_of as asked_for
from limner.api.native.front import ERRORS, OF_ONE, CallerRequest, Key
from limner.api.native.pages import page_of
from limner.api.native.schemas import (
    JobAccepted,
    JobIn,
    JobNow,
    JobOut,
    JobPicture,
    JobsOut,
    Outlook,
    Page,
    Trouble,
    Warned,
)
from limner.engines.contract import DrawRequest, Task
from limner.engines.validation import Notice
from limner.gallery.models import Picture, Upload
from limner.gallery.queries import pictures_of
from limner.jobs import enlarging, services
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.queries import job_visible_to, jobs_visible_to, outlook
from limner.jobs.states import State
from limner.jobs.telling import told_to
from limner.jobs.threads import in_thread

router = Router(tags=["jobs"])

ASKED = ("task", "prompt", "negative_prompt", "seed", "steps", "guidance")
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "maxLength": LONGEST},
    "description": "Sent again with the same key and body, the call answers with the same job: for a call whose "
    "answer was lost.",
}


@router.post(
    "/jobs",
    auth=Key(Scope.DRAW),
    response={202: JobAccepted, **ERRORS},
    operation_id="submit_job",
    summary="Ask for pictures",
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
)
async def submit_job(request: CallerRequest, response: HttpResponse, wanted: JobIn) -> Status[JobAccepted]:
    """The job is written down before the answer: it will be drawn whatever happens to you or to the server."""
    key, origin = idempotency_key(request.headers), origin_of(request)
    submitted = _larger if wanted.task is Task.UPSCALE else _drawn
    accepted = await submitted(request.auth, wanted, key, origin)
    response["Location"] = f"{origin}/api/v1/jobs/{accepted.id}"
    return Status(202, accepted)


async def _drawn(caller: Caller, wanted: JobIn, key: str | None, origin: str) -> JobAccepted:
    return await in_thread(_drawn_now, caller, wanted, key, origin)


def _drawn_now(caller: Caller, wanted: JobIn, key: str | None, origin: str) -> JobAccepted:
    request, notices = asked_for(caller.account, wanted)
    job = services.submit(caller.account, _named(request, wanted, key), idempotency_key=key, key=caller.key)
    return _accepted(caller.account, job, origin, notices)


async def _larger(caller: Caller, wanted: JobIn, key: str | None, origin: str) -> JobAccepted:
    account = caller.account
    check_larger(wanted)
    job = await in_thread(_larger_before, account, wanted, key)
    if job is None:
        source, request = await in_thread(_larger_wish, account, wanted, key)
        job = await enlarging.submitted(account, source, request, idempotency_key=key, key=caller.key)
    return await in_thread(_accepted, account, job, origin)


def _larger_before(account: Account, wanted: JobIn, key: str | None) -> Job | None:
    """The job that this key was used for: its source, and what made it larger, may be gone by now."""
    before = Job.objects.filter(account=account, idempotency_key=key).first() if key else None
    told = request_of(before) if before else None
    return before if told is not None and is_that_larger(told, wanted) else None


def _larger_wish(account: Account, wanted: JobIn, key: str | None) -> tuple[Picture | Upload, DrawRequest]:
    source = source_of(account, wanted)
    return source, _named(larger_of(account, source, wanted), wanted, key)


def _named(request: DrawRequest, wanted: JobIn, key: str | None) -> DrawRequest:
    # Images are named by ids here, which stay the same from one call to the next.
    mask = None if wanted.mask is None else str(wanted.mask)
    images = [str(image) for image in wanted.images]
    return services.for_a_program(told_apart(request, key, wanted.seed, images, mask))


def _accepted(account: Account, job: Job, origin: str, notices: Sequence[Notice] = ()) -> JobAccepted:
    now = job_now(account, job, origin)
    return JobAccepted(**now.dict(), warnings=[Warned(**asdict(notice)) for notice in notices])


@router.get(
    "/jobs",
    auth=Key(Scope.READ),
    response={200: JobsOut, **ERRORS},
    operation_id="list_jobs",
    summary="Your jobs, newest first",
)
async def list_jobs(request: CallerRequest, page: Query[Page]) -> JobsOut:
    return await in_thread(page_of_jobs, request.auth.account, page, origin_of(request))


@router.get(
    "/jobs/{job}",
    auth=Key(Scope.READ),
    response={200: JobNow, **OF_ONE},
    operation_id="get_job",
    summary="One job, and how long it will take",
)
async def get_job(request: CallerRequest, job: UUID) -> JobNow:
    return await in_thread(_one, request.auth.account, job, origin_of(request))


def _one(account: Account, public_id: UUID, origin: str) -> JobNow:
    return job_now(account, job_visible_to(account, public_id), origin)


@router.post(
    "/jobs/{job}/cancel",
    auth=Key(Scope.DRAW),
    response={200: JobNow, **OF_ONE},
    operation_id="cancel_job",
    summary="Stop a job",
)
async def cancel_job(request: CallerRequest, job: UUID) -> JobNow:
    """At once while it waits, within a step while it is drawn: `state` may still be `running` in this answer. What is
    drawn by then stays. A job that has ended stays as it is."""
    return await in_thread(_cancelled, request.auth.account, job, origin_of(request))


def _cancelled(account: Account, public_id: UUID, origin: str) -> JobNow:
    services.cancel(account, public_id)
    return _one(account, public_id, origin)


# Out of rows --------------------------------------------------------------------------------------------------


def page_of_jobs(account: Account, page: Page, origin: str) -> JobsOut:
    """One page, its pictures read at once. Reads the database."""
    mine = jobs_visible_to(account)
    jobs, following = page_of(mine, page, among=mine, what="job")
    pictures: defaultdict[UUID, list[Picture]] = defaultdict(list)
    for picture in pictures_of(account).filter(job__in=[job.public_id for job in jobs]).order_by("index"):
        pictures[picture.job].append(picture)
    return JobsOut(
        jobs=[_job_out(account, job, pictures[job.public_id], origin) for job in jobs],
        next=following,
    )


def job_now(account: Account, job: Job, origin: str) -> JobNow:
    """One job as it stands. Reads the database."""
    pictures = pictures_of(account).filter(job=job.public_id).order_by("index")
    left = outlook(job)
    seen = Outlook(ahead=left.ahead, seconds_low=round(left.low, 1), seconds_high=round(left.high, 1))
    return JobNow(**_job_out(account, job, pictures, origin).dict(), outlook=seen)


def _job_out(account: Account, job: Job, pictures: Iterable[Picture], origin: str) -> JobOut:
    request = request_of(job)
    asked = {name: getattr(request, name, None) for name in ASKED}
    return JobOut(
        id=job.public_id,
        state=State(job.state),
        model=request.drawn_by if request else job.lane,
        size=str(request.size) if request else None,
        n=job.n,
        **asked,
        credits=job.price / 1000,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        error=_trouble(account, job) if job.error_code else None,
        pictures=[
            JobPicture(
                id=picture.public_id,
                index=picture.index,
                width=picture.width,
                height=picture.height,
                format=picture.format,
                url=picture_link(picture, origin),
            )
            for picture in pictures
        ],
    )


def _trouble(account: Account, job: Job) -> Trouble:
    return Trouble(code=job.error_code, message=told_to(account, job.error_code, job.error_message))

"""`GET /api/v1/jobs`: the caller's own jobs, newest first."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Query
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer

from limner.accounts.models import Account, Scope
from limner.api.auth import Caller, caller_of
from limner.api.errors import ApiError, answer, server_fault
from limner.api.links import origin_of, picture_link
from limner.api.native.schemas import ErrorOut, JobOut, JobsOut, Page, PictureOut, Trouble
from limner.errors import InvalidRequest, LimnerError
from limner.gallery.models import Picture
from limner.gallery.queries import pictures_of
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.queries import jobs_visible_to
from limner.jobs.states import State
from limner.jobs.telling import told_to
from limner.jobs.threads import in_thread

logger = logging.getLogger(__name__)
ASKED = ("prompt", "negative_prompt", "seed", "steps", "guidance")


class Key(HttpBearer):
    """An API key; in personal mode none is needed. See `limner.api.auth`."""

    async def __call__(self, request: HttpRequest) -> Caller:
        return await caller_of(request.headers, Scope.READ)

    async def authenticate(self, request: HttpRequest, token: str) -> Caller:
        return await caller_of(request.headers, Scope.READ)


api = NinjaAPI(
    title="Limner",
    version="1",
    description="Limner's own API. Programs written for OpenAI's Images API use /v1 instead.",
    docs_url=None,  # its page would fetch scripts from elsewhere
    openapi_url="/openapi.json",
    urls_namespace="native",
    auth=Key(),
)


class CallerRequest(HttpRequest):
    """A request that has passed `Key`."""

    auth: Caller


@api.get(
    "/v1/jobs",
    response={200: JobsOut, 400: ErrorOut, 401: ErrorOut, 429: ErrorOut},
    operation_id="list_jobs",
    summary="Your jobs, newest first",
    tags=["jobs"],
)
async def list_jobs(
    request: CallerRequest,
    page: Query[Page],
) -> JobsOut:
    return await in_thread(page_of_jobs, request.auth.account, page.limit, page.before, origin_of(request))


def page_of_jobs(account: Account, limit: int, before: UUID | None, origin: str) -> JobsOut:
    """One page. Two queries and one for the place it begins at, however deep it lies. Reads the database."""
    mine = jobs_visible_to(account)
    rows = mine
    if before is not None:
        place = mine.filter(public_id=before).values_list("id", flat=True).first()
        if place is None:
            raise InvalidRequest(f"Invalid 'before': you have no job '{before}'.", param="before")
        rows = mine.filter(id__lt=place)
    jobs = list(rows[: limit + 1])
    shown = jobs[:limit]
    pictures: defaultdict[UUID, list[Picture]] = defaultdict(list)
    for picture in pictures_of(account).filter(job__in=[job.public_id for job in shown]).order_by("index"):
        pictures[picture.job].append(picture)
    return JobsOut(
        jobs=[_job_out(account, job, pictures[job.public_id], origin) for job in shown],
        next=shown[-1].public_id if len(jobs) > limit else None,
    )


def _job_out(account: Account, job: Job, pictures: Iterable[Picture], origin: str) -> JobOut:
    request = request_of(job)
    asked = {name: getattr(request, name, None) for name in ASKED}
    return JobOut(
        id=job.public_id,
        state=State(job.state),
        model=request.model if request else job.lane,
        size=str(request.size) if request else None,
        n=job.n,
        **asked,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        error=_trouble(account, job) if job.error_code else None,
        pictures=[
            PictureOut(
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


@api.api_operation(["POST", "PUT", "PATCH", "DELETE"], "/v1/jobs", include_in_schema=False)
async def no_such_method(request: HttpRequest) -> HttpResponse:
    """In place of the framework's plain text."""
    raise ApiError(405, f"Method not allowed ({request.method} {request.path})")


@api.exception_handler(LimnerError)
def _said(request: HttpRequest, error: LimnerError) -> HttpResponse:
    return answer(error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first: dict[str, Any] = error.errors[0]
    param = str(first["loc"][-1])
    return answer(InvalidRequest(f"Invalid '{param}': {first['msg']}.", param=param))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return answer(ApiError(error.status_code, error.message))


@api.exception_handler(Exception)
def _unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return server_fault()

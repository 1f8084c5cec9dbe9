"""Azure's form of 2023: a picture is submitted, and its operation asked about until it has succeeded.

Programs on openai 0.27 with `api_type = "azure"` speak it. Azure's later forms have the model in the URL, and are the
Images API otherwise: see `limner.api.urls`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from limner.accounts.models import Account
from limner.api.auth import Caller
from limner.api.errors import ApiError, ended_badly
from limner.api.idempotency import idempotency_key, told_apart
from limner.api.links import origin_of, picture_link
from limner.api.openai.asking import understood
from limner.api.openai.body import json_body
from limner.engines.catalog import catalog
from limner.engines.validation import Notice
from limner.gallery.queries import pictures_of
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.queries import job_visible_to
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.jobs.waiting import refuse_when_stopping, submit_if_soon

OPERATION = "azure_operation"
ASK_AGAIN_SECONDS = 1

STATUS = {
    State.QUEUED: "notRunning",
    State.RUNNING: "running",
    State.DONE: "succeeded",
    State.FAILED: "failed",
    State.CANCELLED: "failed",  # the library asks on and on about any other word
}


async def submit(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Take a job, and say at once where to ask about it."""
    key, origin = idempotency_key(request.headers), origin_of(request)
    wish = understood(json_body(request))
    refuse_when_stopping()
    longest = settings.LIMNER_API_MAX_WAIT
    asked = told_apart(wish.request, key, wish.seed)
    job = await in_thread(submit_if_soon, caller.account, asked, longest, key, caller.key)
    notices = [*wish.warnings]
    if wish.base64:
        notices.append(Notice("response_format", "An operation is answered with links to its pictures."))
    if wish.stream:
        notices.append(Notice("stream", "An operation is asked about, and answered once: there is no stream of it."))
    response = JsonResponse(
        {
            "id": str(job.public_id),
            "status": STATUS[State.QUEUED],
            "limner": {"warnings": [asdict(notice) for notice in notices]},
        },
        status=202,
    )
    version = request.GET.get("api-version", "")[:40]
    query = "?" + urlencode({"api-version": version}) if version else ""
    response["operation-location"] = origin + reverse(OPERATION, kwargs={"job": job.public_id}) + query
    response["retry-after"] = str(ASK_AGAIN_SECONDS)
    return response


async def operation(request: HttpRequest, caller: Caller, job: UUID) -> HttpResponse:
    """How a job of the caller's gets on, and its pictures once it is done."""
    body = await in_thread(told, caller.account, job, origin_of(request))
    response = JsonResponse(body)
    if body["status"] in ("notRunning", "running"):
        response["retry-after"] = str(ASK_AGAIN_SECONDS)
    return response


def told(account: Account, public_id: UUID, origin: str) -> dict[str, Any]:
    """What an operation's answer says. Reads the database."""
    job = job_visible_to(account, public_id)
    created = int(job.created_at.timestamp())
    body: dict[str, Any] = {"id": str(job.public_id), "status": STATUS[State(job.state)], "created": created}
    if job.state == State.DONE:
        request = request_of(job)
        pictures = pictures_of(account).filter(job=job.public_id).order_by("index")
        body["result"] = {
            "created": created,
            "data": [{"url": picture_link(picture, origin)} for picture in pictures],
            "limner": {
                "model": request.model if request else job.lane,
                "job": str(job.public_id),
                "seed": request.seed if request else None,
            },
        }
    elif body["status"] == "failed":
        trouble = _trouble(account, job)
        body["error"] = {"code": trouble.envelope_code, "message": trouble.message}
    return body


def _trouble(account: Account, job: Job) -> ApiError:
    if job.state == State.CANCELLED:
        return ApiError(400, "The job was cancelled before its pictures were done.", code="job_cancelled")
    request = request_of(job)
    model = catalog().get(request.model) if request else None
    upstream = model is not None and bool(model.upstream)
    return ended_badly(job.error_code, job.error_message, account, newer=False, upstream=upstream)

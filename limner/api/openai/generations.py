"""`POST /v1/images/generations`: words in, pictures out, in the dialect of the model name that was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from limner.accounts.models import Account
from limner.api.auth import Caller
from limner.api.errors import ApiError, status_of_code
from limner.api.links import origin_of
from limner.api.openai.answers import Answer
from limner.api.openai.body import json_body
from limner.api.openai.parameters import (
    compression_fault,
    first_fault,
    is_gpt_image,
    normalised,
    passed_over,
    text,
)
from limner.engines.catalog import Model, model
from limner.engines.contract import DrawRequest
from limner.engines.dialects import dialect_for, target_for
from limner.engines.validation import MISSING, Ask, make_request
from limner.errors import InvalidRequest
from limner.gallery.models import Picture
from limner.gallery.queries import pictures_of
from limner.jobs.models import Job
from limner.jobs.queries import job_visible_to
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.jobs.waiting import submit_and_wait


@dataclass(frozen=True, slots=True)
class Wish:
    """A body that was understood: what to draw, with what, and how to answer."""

    request: DrawRequest
    model: Model
    family: str
    asked: str | None
    base64: bool
    quality: str
    warnings: list[tuple[str, str]]
    safety_identifier: str | None


async def generate(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Draw, wait, answer."""
    wish = understood(json_body(request))
    origin = origin_of(request)
    job = await submit_and_wait(caller.account, wish.request, longest_wait=settings.LIMNER_API_MAX_WAIT)
    ended, pictures = await in_thread(outcome, caller.account, job)
    _raise_unless_done(ended)
    answer = Answer(
        created=int(ended.created_at.timestamp()),
        pictures=pictures,
        job=job,
        request=wish.request,
        model=wish.model.name,
        family=wish.family,
        asked=wish.asked,
        quality=wish.quality,
        warnings=wish.warnings,
        safety_identifier=wish.safety_identifier,
        origin=None if wish.base64 else origin,
    )
    # Reading, base64 and JSON of several megabytes: never on the event loop.
    content = await asyncio.to_thread(answer.content)
    return HttpResponse(content, content_type="application/json", headers={"x-limner-model": wish.model.name})


def understood(body: Mapping[str, Any]) -> Wish:
    """The wish in a body. Raises `InvalidRequest` for its first fault, in OpenAI's order."""
    given = normalised(body)
    asked = given.get("model")
    if asked is not None:
        text("model", asked, "")
    dialect = dialect_for(asked)
    family = dialect.family
    target = _target(asked)
    ask = Ask(
        prompt=given.get("prompt", MISSING),
        n=given.get("n"),
        size=given.get("size"),
        seed=given.get("seed"),
        steps=given.get("steps"),
        guidance=given.get("guidance"),
        negative_prompt=given.get("negative_prompt"),
        output_format=given.get("output_format"),
    )
    fault: InvalidRequest | None = None
    try:
        request, notices = make_request(ask, dialect, target)
    except InvalidRequest as found:
        fault = found
    fault = first_fault(given, family, fault) or compression_fault(given)
    if fault is not None:
        raise _as_this_family_says(fault, family)
    return Wish(
        request=request,
        model=target,
        family=family,
        asked=asked,
        base64=is_gpt_image(family) or given.get("response_format", dialect.default_response_format) == "b64_json",
        quality=given.get("quality", "auto"),
        warnings=[*((notice.param, notice.message) for notice in notices), *passed_over(given)],
        safety_identifier=given.get("safety_identifier") or given.get("user"),
    )


def _target(asked: str | None) -> Model:
    try:
        return model(target_for(asked, settings.LIMNER_TARGETS))
    except InvalidRequest as error:
        raise _users_fault(error) from None


def _as_this_family_says(fault: InvalidRequest, family: str) -> InvalidRequest | ApiError:
    """Newer names call faults of size, background and compression the user's in the envelope's `type` too."""
    newer = family in ("gpt-image-2", "gpt-image-2.5") and fault.param == "size"
    if newer or (fault.param == "background" and "not supported" in fault.message):
        return _users_fault(fault)
    return fault


def _users_fault(fault: InvalidRequest) -> ApiError:
    return ApiError(400, fault.message, kind="image_generation_user_error", param=fault.param, code=fault.code)


def outcome(account: Account, job: UUID) -> tuple[Job, list[Picture]]:
    """A job and its pictures, in their order. Reads the database."""
    return job_visible_to(account, job), list(pictures_of(account).filter(job=job).order_by("index"))


def _raise_unless_done(job: Job) -> None:
    if job.state == State.DONE:
        return
    if job.state == State.CANCELLED:
        raise ApiError(400, "The job was cancelled before its pictures were done.", code="job_cancelled")
    raise ApiError(
        status_of_code(job.error_code),
        job.error_message or "The picture could not be drawn.",
        code=job.error_code or "image_generation_failed",
    )

"""A wish becomes a job; its end becomes the answer, or the error that its caller can do something with."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse

from limner.accounts.models import Account
from limner.api.errors import ApiError, ended_badly
from limner.api.openai.answers import Answer
from limner.api.openai.asking import Wish
from limner.api.openai.parameters import is_gpt_image
from limner.engines.catalog import Model
from limner.gallery.models import Picture
from limner.gallery.queries import pictures_of
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.queries import job_visible_to, usage_of
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.jobs.waiting import submit_and_wait


async def drawn(account: Account, wish: Wish, origin: str, key: str | None = None) -> HttpResponse:
    """Submit, wait, answer. A job that an earlier call made with the same `key` is waited for, and none is made."""
    longest = settings.LIMNER_API_MAX_WAIT
    job = await submit_and_wait(account, wish.request, longest_wait=longest, idempotency_key=key)
    ended, pictures, told = await in_thread(outcome, account, job, wish.model)
    if ended.state != State.DONE:
        raise failure(ended, account, wish)
    answer = Answer(
        created=int(ended.created_at.timestamp()),
        pictures=pictures,
        job=job,
        request=request_of(ended) or wish.request,
        model=wish.model.name,
        family=wish.family,
        asked=wish.asked,
        quality=wish.quality,
        warnings=wish.warnings,
        safety_identifier=wish.safety_identifier,
        origin=None if wish.base64 else origin,
        told=told,
    )
    # Reading, base64 and JSON of several megabytes: never on the event loop.
    content = await asyncio.to_thread(answer.content)
    return HttpResponse(content, content_type="application/json", headers={"x-limner-model": wish.model.name})


def outcome(account: Account, job: UUID, model: Model) -> tuple[Job, list[Picture], list[dict[str, Any]]]:
    """A job, its pictures in their order, and what an upstream said of its calls. Reads the database."""
    ended = job_visible_to(account, job)
    pictures = list(pictures_of(account).filter(job=job).order_by("index"))
    return ended, pictures, usage_of(ended) if model.upstream else []


def failure(job: Job, account: Account, wish: Wish) -> ApiError:
    """What its caller is told of a job that ended without its pictures."""
    if job.state == State.CANCELLED:
        return ApiError(400, "The job was cancelled before its pictures were done.", code="job_cancelled")
    newer = is_gpt_image(wish.family)
    return ended_badly(job.error_code, job.error_message, account, newer=newer, upstream=bool(wish.model.upstream))

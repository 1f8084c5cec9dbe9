"""How a job came out: its pictures, or the error that its caller can do something with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from limner.accounts.models import Account
from limner.api.errors import ApiError, ended_badly
from limner.api.openai.asking import Wish
from limner.api.openai.parameters import is_gpt_image
from limner.engines.catalog import Model
from limner.errors import NotFound
from limner.gallery.models import Picture
from limner.gallery.queries import pictures_of
from limner.jobs.models import Job
from limner.jobs.queries import job_visible_to, usage_of
from limner.jobs.states import State


def outcome(account: Account, job: UUID, model: Model) -> tuple[Job, list[Picture], list[dict[str, Any]]]:
    """A job, the pictures that it has, in their order, and what an upstream said of its calls. Reads the database.

    Raises NotFound where it was drawn and nothing of it is here any more: who asks again under an Idempotency-Key may
    come too late.
    """
    ended = job_visible_to(account, job)
    pictures = list(pictures_of(account).filter(job=job).order_by("index"))
    if ended.state == State.DONE and not pictures:
        raise NotFound(
            "The pictures of this job are not here any more: they were deleted. Ask for them under a new key."
        )
    return ended, pictures, usage_of(ended) if model.upstream else []


def failure(job: Job, account: Account, wish: Wish) -> ApiError:
    """What its caller is told of a job that ended without all of its pictures."""
    if job.state == State.CANCELLED:
        return ApiError(400, "The job was cancelled before its pictures were done.", code="job_cancelled")
    newer = is_gpt_image(wish.family)
    return ended_badly(job.error_code, job.error_message, account, newer=newer, upstream=bool(wish.model.upstream))

"""What is drawn for programs of other servers: any size within bounds, and the model by its own name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings

from limner.accounts.models import Account
from limner.api.errors import ApiError, ended_badly
from limner.engines.catalog import Model
from limner.engines.contract import DrawRequest, Size
from limner.engines.dialects import LIMNER
from limner.gallery.models import Picture
from limner.gallery.queries import pictures_of
from limner.jobs.models import Job
from limner.jobs.queries import job_visible_to
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.jobs.waiting import submit_and_wait

SHORTEST_EDGE, LONGEST_EDGE = 64, 4096
MOST_PIXELS = 8_294_400


def size_fault(size: Size) -> str | None:
    """Why a size is refused, or None where it is fine."""
    if min(size.width, size.height) < SHORTEST_EDGE or max(size.width, size.height) > LONGEST_EDGE:
        return f"Width and height must be {SHORTEST_EDGE} to {LONGEST_EDGE}."
    if size.pixels > MOST_PIXELS:
        return f"A picture may have at most {MOST_PIXELS:,} pixels."
    return None


FREE = replace(LIMNER, name="free", size_rule=size_fault, clear_is_mask=False)
"""The rules of programs that say width and height as they like."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that has ended well, or was cancelled, and the pictures that it has."""

    job: Job
    pictures: list[Picture]

    @property
    def cancelled(self) -> bool:
        return self.job.state == State.CANCELLED


async def ended(account: Account, request: DrawRequest, model: Model) -> Ended:
    """Submit and wait. Raises what a caller is told of a job that failed. One who hangs up takes the job along."""
    public_id = await submit_and_wait(account, request, longest_wait=settings.LIMNER_API_MAX_WAIT)
    found = await in_thread(_outcome, account, public_id)
    if found.job.state == State.FAILED:
        failed = found.job
        raise ended_badly(
            failed.error_code, failed.error_message, account, newer=False, upstream=bool(model.upstream)
        )
    return found


def _outcome(account: Account, public_id: UUID) -> Ended:
    return Ended(
        job_visible_to(account, public_id), list(pictures_of(account).filter(job=public_id).order_by("index"))
    )


def cancelled_elsewhere() -> ApiError:
    """What a caller is told whose job somebody cancelled."""
    return ApiError(400, "The job was cancelled before its picture was done.", code="job_cancelled")

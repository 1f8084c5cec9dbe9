"""What is drawn for programs of other servers, with the model by its own name."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from limner.accounts.models import Account
from limner.api.auth import Caller
from limner.api.errors import ApiError, ended_badly
from limner.engines.catalog import Model
from limner.engines.contract import DrawRequest
from limner.gallery.models import Picture
from limner.gallery.queries import pictures_of
from limner.jobs.models import Job
from limner.jobs.queries import job_visible_to
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.jobs.waiting import submit_and_wait


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that has ended well, or was cancelled, and the pictures that it has."""

    job: Job
    pictures: list[Picture]

    @property
    def cancelled(self) -> bool:
        return self.job.state == State.CANCELLED


async def ended(caller: Caller, request: DrawRequest, model: Model) -> Ended:
    """Submit and wait. Raises what a caller is told of a job that failed. One who hangs up takes the job along."""
    account = caller.account
    longest = settings.LIMNER_API_MAX_WAIT
    public_id = await submit_and_wait(account, request, longest_wait=longest, api_key=caller.key)
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

"""`/sdapi/v1/progress` and `interrupt`: of the jobs that this account's programs asked for here, and no others."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from PIL import Image

from limner.accounts.models import Account
from limner.api.auth import Caller
from limner.api.sdapi.asking import MARKED
from limner.jobs.bus import account_channel, bus
from limner.jobs.models import Job
from limner.jobs.queries import jobs_visible_to, outlook
from limner.jobs.services import cancel
from limner.jobs.states import ENDED, State
from limner.jobs.threads import in_thread

NEWEST = 200
"""Jobs of an account that are looked at: one that is older and not done yet is not told of."""
BEGUN = 0.01
"""What programs are told while a job waits: 0 would mean that there is none."""
TRUE = frozenset({"1", "true", "yes", "on"})

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Busy:
    """The job that is drawn now, or comes next."""

    job: UUID
    n: int
    steps: int
    asked_at: str
    cancelled: bool
    seconds_left: float


async def progress(request: HttpRequest, caller: Caller) -> HttpResponse:
    """How far it is, with the newest preview."""
    busy = await in_thread(_busy, caller.account)
    if busy is None:
        return JsonResponse(_told(0, 0, _state()))
    told, preview = await _newest(caller.account.pk, str(busy.job))
    steps, step, index = told.get("steps", busy.steps), told.get("step", 0), told.get("index", 0)
    done = min(max((index + step / max(steps, 1)) / busy.n, BEGUN), 1.0)
    state = _state(
        job=str(busy.job),
        job_count=busy.n,
        job_no=index,
        job_timestamp=busy.asked_at,
        sampling_step=step,
        sampling_steps=steps,
        interrupted=busy.cancelled,
    )
    image = None
    if preview and request.GET.get("skip_current_image", "").lower() not in TRUE:
        image = await asyncio.to_thread(_as_png, preview["image"])
    return JsonResponse(_told(round(done, 4), told.get("seconds_left", busy.seconds_left), state, image))


def _busy(account: Account) -> Busy | None:
    jobs = _unfinished(account)
    if not jobs:
        return None
    job = min(jobs, key=lambda each: (each.state != State.RUNNING, each.pk))
    return Busy(
        job=job.public_id,
        n=job.n,
        steps=int(job.request.get("steps", 1)),
        asked_at=f"{job.created_at:%Y%m%d%H%M%S}",
        cancelled=job.cancel_requested,
        seconds_left=round(outlook(job).high, 1),
    )


def _unfinished(account: Account) -> list[Job]:
    newest = jobs_visible_to(account).values_list("pk", "state")[:NEWEST]
    open_ones = [pk for pk, state in newest if state not in ENDED]
    jobs = Job.objects.filter(pk__in=open_ones) if open_ones else ()
    return [job for job in jobs if MARKED.items() <= job.request.get("options", {}).items()]


async def _newest(account_id: int, job: str) -> tuple[Data, Data]:
    """The newest progress and preview of a job that are known just now; nothing is waited for."""
    found: dict[str, Data] = {}
    async with bus().subscribe(account_channel(account_id)) as messages:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):
                async for message in messages:
                    if message["job"] == job:
                        found[message["kind"]] = message["data"]
    return found.get("progress", {}), found.get("preview", {})


def _as_png(url: str) -> str:
    """These programs take whatever comes for a PNG."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
        image.save(file, "PNG", compress_level=1)
    return base64.b64encode(file.getvalue()).decode()


def _state(**known: Any) -> Data:
    return {
        "skipped": False,
        "interrupted": False,
        "stopping_generation": False,
        "job": "",
        "job_count": 0,
        "job_timestamp": "0",
        "job_no": 0,
        "sampling_step": 0,
        "sampling_steps": 0,
        **known,
    }


def _told(done: float, seconds_left: float, state: Data, image: str | None = None) -> Data:
    return {
        "progress": done,
        "eta_relative": seconds_left,
        "state": state,
        "current_image": image,
        "textinfo": None,
    }


async def interrupt(request: HttpRequest, caller: Caller) -> HttpResponse:
    """End them all. Whoever waits for one is answered with the pictures that are done."""
    await in_thread(_cancel_all, caller.account)
    return JsonResponse({})


def _cancel_all(account: Account) -> None:
    for job in _unfinished(account):
        cancel(account, job.public_id)

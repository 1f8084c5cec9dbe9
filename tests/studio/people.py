"""What tests of the studio share: jobs as the ledger holds them, without anybody drawing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from limner.accounts.models import Account
from limner.engines.contract import DrawRequest, Size
from limner.gallery.models import Picture
from limner.jobs import services
from limner.jobs.models import Job
from limner.jobs.states import State


def a_job(account: Account, prompt: str = "a red robot", *, n: int = 1, **columns: Any) -> Job:
    """A job of `n` pictures; `columns` are what the ledger would have written since."""
    request = DrawRequest(
        prompt=prompt,
        model="storybook",
        size=Size(512, 512),
        draw_size=Size(512, 512),
        seed=7,
        steps=20,
        guidance=3.0,
        n=n,
    )
    job = services.submit(account, request, price=1000 * n, predicted=3.0 * n)
    if columns:
        Job.objects.filter(pk=job.pk).update(**columns)
        job.refresh_from_db()
    return job


def a_picture(job: Job, index: int = 0) -> Picture:
    """A picture of that job, as a row: pages name it, and nothing reads its file."""
    return Picture.objects.create(
        account=job.account,
        job=job.public_id,
        index=index,
        attempt=1,
        blob=f"test/{job.public_id}/{index}.png",
        sha256="0" * 64,
        bytes=1,
        width=512,
        height=512,
        prompt=job.request["prompt"],
        model="storybook",
        seed=7 + index,
    )


def done(account: Account, prompt: str = "a red robot", *, n: int = 1) -> Job:
    job = a_job(account, prompt, n=n, state=State.DONE)
    for index in range(n):
        a_picture(job, index)
    return job


def path(job: Job | UUID, verb: str) -> str:
    return f"/jobs/{job.public_id if isinstance(job, Job) else job}/{verb}"

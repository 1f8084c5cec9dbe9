"""What most tests of the native API do first: ask, and wait until it has ended."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from limner.jobs.states import ENDED
from tests.api.conftest import PATIENCE

Job = dict[str, Any]


async def submitted(client: httpx.AsyncClient, **asked: Any) -> Job:
    """A job that was just taken on."""
    answer = await client.post("/api/v1/jobs", json={"prompt": "a cat", "size": "256x256", **asked})
    assert answer.status_code == 202, answer.text
    accepted: Job = answer.json()
    return accepted


async def ended(client: httpx.AsyncClient, job: Job) -> Job:
    """The job, once it has ended."""
    async with asyncio.timeout(PATIENCE):
        while True:
            now: Job = (await client.get(f"/api/v1/jobs/{job['id']}")).json()
            if now["state"] in ENDED:
                return now
            await asyncio.sleep(0.05)


async def drawn(client: httpx.AsyncClient, **asked: Any) -> Job:
    """A job that is done, with its pictures."""
    done = await ended(client, await submitted(client, **asked))
    assert done["state"] == "done", done
    return done

"""A wish becomes a job, and the job's pictures the answer: all of them at the end, or as a stream."""

from __future__ import annotations

import asyncio

from django.http import HttpResponse, HttpResponseBase

from limner.api.auth import Caller
from limner.api.openai.answers import Answer
from limner.api.openai.asking import Wish
from limner.api.openai.ordering import ordered
from limner.api.openai.outcome import failure, outcome
from limner.api.openai.streaming import streamed
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.jobs.waiting import wait_until_ended


async def drawn(caller: Caller, wish: Wish, origin: str, key: str | None = None) -> HttpResponseBase:
    """Submit, wait, answer. A job that an earlier call made with the same `key` is waited for, and none is made."""
    account = caller.account
    if wish.stream:
        return await streamed(caller, wish, key)
    async with ordered(account, wish, key, caller.key) as job:
        await wait_until_ended(account.pk, job.public_id)
    ended, pictures, told = await in_thread(outcome, account, job.public_id, wish.model)
    if ended.state != State.DONE:
        raise failure(ended, account, wish)
    answer = Answer(wish, ended, pictures, origin, told)
    # Reading, base64 and JSON of several megabytes: never on the event loop.
    content = await asyncio.to_thread(answer.content)
    return HttpResponse(content, content_type="application/json", headers={"x-limner-model": wish.model.name})

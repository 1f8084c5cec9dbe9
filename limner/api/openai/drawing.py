"""A wish becomes a job, and the job's pictures the answer: all of them at the end, or as a stream."""

from __future__ import annotations

import asyncio

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase

from limner.accounts.models import Account
from limner.api.openai.answers import Answer
from limner.api.openai.asking import Wish
from limner.api.openai.outcome import failure, outcome
from limner.api.openai.streaming import streamed
from limner.jobs.ledger import request_of
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.jobs.waiting import submit_and_wait


async def drawn(account: Account, wish: Wish, origin: str, key: str | None = None) -> HttpResponseBase:
    """Submit, wait, answer. A job that an earlier call made with the same `key` is waited for, and none is made."""
    if wish.stream:
        return await streamed(account, wish, key)
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

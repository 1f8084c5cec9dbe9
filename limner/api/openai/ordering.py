"""A wish becomes a job, and what came with it is kept only where that job needs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.conf import settings

from limner.accounts.models import Account, ApiKey
from limner.api.openai.asking import Wish
from limner.api.openai.images import forget, unpacking
from limner.engines.contract import DrawRequest, ImageRef
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.services import REFUSED
from limner.jobs.threads import run_in
from limner.jobs.waiting import submitted


@asynccontextmanager
async def ordered(
    account: Account, wish: Wish, key: str | None = None, api_key: ApiKey | None = None
) -> AsyncIterator[Job]:
    """The wish's job, as `submitted`. Uploads that no job names are gone again: none was made, or the one that an
    earlier call made with the same `key` has its own."""
    brought = _images_of(wish.request)
    longest = settings.LIMNER_API_MAX_WAIT
    try:
        async with submitted(
            account, wish.request, longest_wait=longest, idempotency_key=key, api_key=api_key
        ) as job:
            if left := brought - _images_of(request_of(job)):
                await run_in(unpacking, forget, account, left)
            yield job
    except REFUSED:
        await run_in(unpacking, forget, account, brought)
        raise


def _images_of(request: DrawRequest | None) -> set[ImageRef | None]:
    return {*request.images, request.mask} if request is not None else set()

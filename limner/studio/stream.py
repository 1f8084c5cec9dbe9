"""The account's stream for as long as its viewer is signed in: it may stay open for days."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import aclosing

from django.http import HttpRequest

from limner.accounts.models import Account
from limner.accounts.sign_in import still_signed_in
from limner.jobs.sse import account_stream
from limner.jobs.threads import in_thread

ASK_AGAIN_SECONDS = 15.0
"""How long after signing out, or after the account was closed, a stream that was open may still tell something."""


async def stream_of(request: HttpRequest, viewer: Account, newest: int | None) -> AsyncIterator[bytes]:
    """What happens to the viewer's jobs after event `newest`. Ends when the request's session is theirs no more."""
    asked = time.monotonic()
    async with aclosing(account_stream(viewer, newest)) as stream:
        async for piece in stream:  # at least a sign of life now and then
            if time.monotonic() - asked >= ASK_AGAIN_SECONDS:
                if not await in_thread(still_signed_in, request, viewer):
                    return
                asked = time.monotonic()
            yield piece

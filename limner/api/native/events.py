"""`/api/v1/events` and `/api/v1/jobs/{job}/events`: what happens, as it happens, as server-sent events."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from ninja import Router

from limner.accounts.keys import state_of
from limner.accounts.models import ApiKey, Scope
from limner.api.auth import Caller
from limner.api.native.front import ERRORS, OF_ONE, CallerRequest, Key
from limner.errors import InvalidRequest
from limner.jobs.queries import job_visible_to
from limner.jobs.sse import account_stream, job_stream, refuse_one_too_many
from limner.jobs.threads import in_thread

router = Router(tags=["events"])

ASK_AGAIN_SECONDS = 15.0
"""How long after its key was revoked or has expired a stream that was open may still tell something."""
LONGEST_NUMBER = 18
"""How many digits an event's number may have: what is longer was never one of ours."""

STREAM: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "Last-Event-ID",
            "schema": {"type": "string", "pattern": r"^\d{1,18}$"},
            "description": "The `id` of the last event that you have seen: what came after it is told first.",
        }
    ],
    "responses": {
        200: {
            "content": {
                "text/event-stream": {
                    "schema": {
                        "type": "object",
                        "description": "One event. Lines that begin with a colon are signs of life.",
                        "properties": {
                            "id": {"type": "string", "description": "Of what is kept: not of progress and previews."},
                            "event": {"enum": ["hello", "state", "picture", "progress", "preview"]},
                            "data": {
                                "type": "string",
                                "contentMediaType": "application/json",
                                "description": "An object. All but `hello` name their `job`. `hello` has the newest "
                                "`number`; `state` has `state`, `attempt`, `n`, `pictures` (how many are kept), "
                                "`error_code`, `error_message`; `picture` has `picture` (its id), `index`, `width`, "
                                "`height`; `progress` has `index`, `step`, `steps`, `seconds_left`; `preview` has "
                                "`index`, `step` and `image`, a data: URL of a small WebP.",
                            },
                        },
                        "required": ["event", "data"],
                    }
                }
            }
        }
    },
}


@router.get(
    "/events",
    auth=Key(Scope.READ),
    response={200: None, **ERRORS},
    operation_id="watch",
    summary="What happens to your jobs",
    openapi_extra=STREAM,
)
async def watch(request: CallerRequest) -> StreamingHttpResponse:
    """From now on, or from `Last-Event-ID`, until you hang up or the server stops."""
    refuse_one_too_many(request.auth.account)
    return _streamed(request.auth, account_stream(request.auth.account, _last_seen(request)))


@router.get(
    "/jobs/{job}/events",
    auth=Key(Scope.READ),
    response={200: None, **OF_ONE},
    operation_id="watch_job",
    summary="What happens to one job",
    openapi_extra=STREAM,
)
async def watch_job(request: CallerRequest, job: UUID) -> StreamingHttpResponse:
    """From its first event, or from `Last-Event-ID`, until it has ended: its last word is the `state` it ended in."""
    last_seen = _last_seen(request)
    refuse_one_too_many(request.auth.account)
    await in_thread(job_visible_to, request.auth.account, job)
    return _streamed(request.auth, job_stream(request.auth.account, job, last_seen))


def _last_seen(request: CallerRequest) -> int | None:
    given = request.headers.get("last-event-id", "").strip()
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER):
        raise InvalidRequest("Invalid 'Last-Event-ID': expected the id of an event, a number.", param="last-event-id")
    return int(given)


def _streamed(caller: Caller, stream: AsyncGenerator[bytes, None]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        _while_good(caller, stream),
        content_type="text/event-stream; charset=utf-8",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _while_good(caller: Caller, stream: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    """The stream, until its key opens nothing any more: it may stay open for days."""
    asked = time.monotonic()
    async with aclosing(stream):
        async for piece in stream:  # at least a sign of life now and then
            if time.monotonic() - asked >= ASK_AGAIN_SECONDS:
                if caller.key is not None and not await in_thread(_still_good, caller.key.pk):
                    return
                asked = time.monotonic()
            yield piece


def _still_good(key: int) -> bool:
    now = ApiKey.objects.select_related("account").filter(pk=key).first()
    return now is not None and state_of(now) == "good" and now.account.is_active

"""`stream: true`: pictures as server-sent events, first while they are becoming, then as each is kept.

Before the first byte a failure is an answer like any other; from then on it is an `error` event. Whoever hangs up
takes the job along. Events carry base64 whatever name was asked for: it is all that clients of streams read. They do
not say which picture they are about, so each picture has its partial ones, counted from 0, and then its `completed`,
before the next one begins.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import asdict, replace
from typing import Any

import orjson
import pybase64
from django.http import StreamingHttpResponse

from limner.accounts.models import Account
from limner.api.auth import Caller
from limner.api.errors import UNFORESEEN, enveloped
from limner.api.openai.answers import described, is_clear, opaque_notices, told_usage, usage
from limner.api.openai.asking import Wish
from limner.api.openai.ordering import ordered
from limner.api.openai.outcome import failure, outcome
from limner.api.openai.partials import Partial, Partials, partial_file
from limner.api.openai.routes import request_id_now
from limner.engines.contract import Size, Task
from limner.errors import EngineError, LimnerError
from limner.gallery.models import Picture
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.sse import KEEP_ALIVE, Told, job_events
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.jobs.trouble import said_plainly
from limner.jobs.waiting import stopped, stopping
from limner.storage import blobs

logger = logging.getLogger(__name__)

Usages = list[dict[str, Any]]

QUIET_SECONDS = 5.0
"""After as much of nothing for the caller, whatever happens to the job is a reason to send a comment."""


async def streamed(caller: Caller, wish: Wish, key: str | None = None) -> StreamingHttpResponse:
    """Submit, and answer with a stream once there is something to say. Raises what goes wrong before that."""
    events = _events(caller, wish, key)
    first = await anext(events, b"")
    return StreamingHttpResponse(
        _Stream(first, events),
        content_type="text/event-stream; charset=utf-8",
        headers={"cache-control": "no-store", "x-accel-buffering": "no", "x-limner-model": wish.model.name},
    )


class _Stream:
    """What Django reads; it is closed when all of it was sent, or nobody takes it any more."""

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes, None]) -> None:
        self._first = first
        self._rest = rest
        self._request_id = request_id_now.get()
        self._loop = asyncio.get_running_loop()
        self._closing: asyncio.Task[None] | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            yield self._first
            with said_plainly():
                async for event in self._rest:
                    yield event
        except LimnerError as error:
            if error.status >= 500:
                logger.error("A stream ended with %s (%s)", error.status, self._request_id, exc_info=error)
            yield _encoded("error", enveloped(error))
        except Exception:  # the border of the API: the caller gets the envelope, the log the reason
            logger.exception("A stream broke (%s)", self._request_id)
            yield _encoded("error", UNFORESEEN)

    def close(self) -> None:
        """Django calls this in a thread, whatever became of the answer."""
        with suppress(RuntimeError):  # the loop is gone, and all that ran on it
            self._loop.call_soon_threadsafe(self._close)

    def _close(self) -> None:
        self._closing = self._loop.create_task(self._rest.aclose())


async def _events(caller: Caller, wish: Wish, key: str | None) -> AsyncGenerator[bytes, None]:
    """A job's events as clients read them. Closed early, this cancels the job."""
    account, clock = caller.account, asyncio.get_running_loop().time
    async with ordered(account, wish, key, caller.key) as job:
        telling = _Telling(account, wish, job)
        said_at = clock()
        async with aclosing(job_events(account, job.public_id)) as happenings:
            async for happened in happenings:
                said = False
                async for event in telling.events(happened):
                    yield event
                    said = True
                if not said and (happened is None or clock() - said_at >= QUIET_SECONDS):
                    yield KEEP_ALIVE
                    said = True
                said_at = clock() if said else said_at
        if not telling.over:
            raise stopped()


class _Telling:
    """What a job's caller has been told, and what is to be told next."""

    def __init__(self, account: Account, wish: Wish, job: Job) -> None:
        self.over = False
        """Whether the job has ended, and all of it is told."""
        self._account = account
        self._wish = wish
        self._job = job.public_id
        # A job that an earlier call has made was drawn with the seed of that call.
        self._request = request_of(job) or wish.request
        self._kind = "image_generation" if wish.task is Task.CREATE else "image_edit"
        self._partials = Partials(self._request, wish.partial_images)
        self._told: set[int] = set()

    async def events(self, happened: Told | None) -> AsyncGenerator[bytes, None]:
        """What follows for the caller from something that happened to the job. Raises what ended it badly."""
        match happened:
            case Told(kind="hello") if stopping():
                raise stopped()  # the bus is closed: nothing more would be heard
            case Told(kind="progress"):
                self._partials.progress(happened.data)
            case Told(kind="preview"):
                self._partials.preview(happened.data)
            case Told(kind="picture") | Told(ends=True):
                # What was not heard of is in the ledger, so all that is there is told.
                job, pictures, told = await in_thread(outcome, self._account, self._job, self._wish.model)
                for picture in pictures:
                    if picture.index not in self._told:
                        self._told.add(picture.index)
                        yield await asyncio.to_thread(self._completed, picture, told)
                if happened.kind == "picture":
                    self._partials.kept(happened.data["index"])
                elif job.state != State.DONE:
                    raise failure(job, self._account, self._wish)
                self.over = happened.ends
        if not self.over and (partial := self._partials.next()) is not None:
            with suppress(EngineError):  # a preview that cannot be read was only a preview
                yield await asyncio.to_thread(self._partial, partial)

    def _partial(self, partial: Partial) -> bytes:
        """Enlarging, encoding, base64: for a thread, like all of what follows."""
        request, file = self._request, partial_file(self._request, partial)
        shown = described(request, self._wish.quality, request.size, request.output_format)
        return self._event("partial_image", file, shown | {"partial_image_index": partial.number})

    def _completed(self, picture: Picture, told: Usages) -> bytes:
        size = Size(picture.width, picture.height)
        file = blobs.get(picture.blob)
        clear = is_clear(self._request, file)
        shown = described(self._request, self._wish.quality, size, picture.format, clear)
        alone = replace(self._request, n=1)
        # An upstream's account of several pictures does not say what one of them took.
        upstreams = told_usage(told) if self._request.n == 1 else None
        shown["usage"] = upstreams or usage(alone, size, shown["quality"])
        if self._wish.safety_identifier is not None:
            shown["safety_identifier"] = self._wish.safety_identifier
        shown["limner"] = {
            "model": self._wish.model.name,
            "job": str(self._job),
            "index": picture.index,
            "seed": picture.seed,
            "warnings": [asdict(notice) for notice in [*self._wish.warnings, *opaque_notices([clear])]],
        }
        return self._event("completed", file, shown)

    def _event(self, what: str, file: bytes, more: Mapping[str, Any]) -> bytes:
        body = {"b64_json": pybase64.b64encode(file).decode(), "created_at": int(time.time()), **more}
        return _encoded(f"{self._kind}.{what}", body)


def _encoded(kind: str, body: Mapping[str, Any]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps({"type": kind, **body}))

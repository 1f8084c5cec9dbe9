"""A prompt as it is written, as server-sent events: the same for the studio and the API."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from limner.errors import LimnerError, say
from limner.look.speech import spoken
from limner.prompts.writing import Writing

log = logging.getLogger(__name__)

HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}
"""Of an answer that streams them."""
BROKE = say("Limner could not write on. What was written stays; try again in a moment.")


async def events(writing: Writing, remember: Callable[[str], Awaitable[None]]) -> AsyncGenerator[bytes, None]:
    """`begin` (writer), then `waiting` (ahead) and `text` (text) as they come, and one last word: `end` (prompt,
    added, seed) once it is written and remembered, or `error` (message, code, param). Hanging up stops it."""
    yield event("begin", writer=writing.name)
    added = ""
    try:
        async with aclosing(writing.pieces()) as pieces:
            async for piece in pieces:
                if isinstance(piece, str):
                    added += piece
                    yield event("text", text=piece)
                else:
                    yield event("waiting", ahead=piece.ahead)
        prompt = writing.order.beginning + added
        if added and not writing.remembered:
            await remember(prompt)
        yield event("end", prompt=prompt, added=added, seed=writing.order.seed)
    except LimnerError as error:
        param = getattr(error, "param", None)
        yield event("error", message=spoken(error.message), code=error.code, param=param)
    except Exception:  # boundary: the answer has begun, so that nothing but an event can say that it went wrong
        log.exception("writing a prompt failed")
        yield event("error", message=spoken(BROKE), code="internal_error", param=None)


def event(name: str, **data: object) -> bytes:
    """One event, its data as JSON."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()

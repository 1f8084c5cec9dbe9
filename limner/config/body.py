"""What a request brings along: counted and timed as it arrives, before anything is done with it.

A body that is too large is refused by its length alone, or when its bytes pass the limit; one that comes too slowly
when its time is up. Whoever is refused gets to read why: what is still on its way is taken in and thrown away for a
while, since a connection closed in their face would lose the answer.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from limner.config.door import Refusal
from limner.config.wire import Message, Receive

MOST_JSON = 1_000_000
MOST_JSON_WITH_PICTURES = 30_000_000
"""Pictures in JSON are base64: what a form of 22 MB says in fewer bytes."""
PICTURES_IN_JSON = re.compile(
    r"(/v1)?/images/edits|/openai/(v1/|deployments/.+/)?images/edits|/sdapi/v1/(txt2img|img2img|png-info|extra-.+)"
)
FORM = "multipart/form-data"

PATIENCE = 15.0
"""Seconds for the first bytes, and for any to follow the last."""
SLOWEST = 1000
"""Bytes a second, beyond those first seconds: less is nobody's line, and would hold a connection for days."""
LINGER = 30.0
"""Seconds that a refused body may still come, so that a client which sends first and reads after reads the answer."""
LINGER_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Limit:
    """How many bytes a body may have, and what to do about it."""

    most: int
    advice: str


def limit_of(path: str, headers: dict[str, str], max_body: int) -> Limit:
    """What holds for this request. Only a form may be as large as the operator allows."""
    most = MOST_JSON_WITH_PICTURES if PICTURES_IN_JSON.fullmatch(path) else MOST_JSON
    form = headers.get("content-type", "").partition(";")[0].strip().lower() == FORM
    if form or max_body <= most:
        return Limit(max_body, "LIMNER_MAX_BODY_MB is where this limit is set.")
    return Limit(most, f"Only a form ({FORM}) may have more.")


class Body:
    """One request's body, as it comes in."""

    def __init__(self, receive: Receive, limit: Limit, headers: dict[str, str]) -> None:
        self._receive = receive
        self._limit = limit
        self._began = 0.0
        self._seen = 0
        length = headers.get("content-length", "0")
        self._announced = int(length) if re.fullmatch(r"[0-9]{1,18}", length) else 0
        self.complete = not self._announced and "transfer-encoding" not in headers
        """True when nothing more will come but a hang-up."""
        self.refusal: Refusal | None = None
        """Why it was not let in to its end."""

    def check_length(self) -> None:
        """Raise `Refusal` where the body says of itself that it is too large."""
        if self._announced > self._limit.most:
            raise self._too_large(self._announced)

    async def receive(self) -> Message:
        """ASGI's `receive`. Of a body that is too large or too slow is told that its sender is gone: whoever reads it
        tidies up then, and leaves the answer to the gate."""
        if self.refusal is None:
            try:
                return await (self._receive() if self.complete else self._piece())
            except Refusal as refusal:
                self.refusal = refusal
        return {"type": "http.disconnect"}

    async def _piece(self) -> Message:
        message = await self._in_time()
        self._seen += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)
        if self._seen > self._limit.most:
            raise self._too_large(self._seen)
        return message

    async def _in_time(self) -> Message:
        now = asyncio.get_running_loop().time()
        self._began = self._began or now
        until = min(now, self._began + self._seen / SLOWEST) + PATIENCE
        try:
            async with asyncio.timeout_at(until):
                return await self._receive()
        except TimeoutError:
            raise Refusal(
                408,
                "request_timeout",
                f"The body of the request came too slowly: {self._seen} bytes in "
                f"{asyncio.get_running_loop().time() - self._began:.0f} seconds. Please send it again.",
            ) from None

    async def linger(self) -> None:
        """Take in what still comes of a body that was refused, for a while."""
        try:
            async with asyncio.timeout(LINGER):
                while not self.complete:
                    async with asyncio.timeout(LINGER_PAUSE):
                        message = await self._receive()
                    self.complete = not message.get("more_body", False)
        except TimeoutError:
            return

    def _too_large(self, size: int) -> Refusal:
        said = f"Maximum content size limit ({self._limit.most}) exceeded ({size} bytes read)."
        return Refusal(413, "request_too_large", f"{said} {self._limit.advice}")

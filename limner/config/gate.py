"""What every request passes before any work is done for it. Pure ASGI: no thread, no database.

Who may come in is for `door.py` to say, what may be brought along for `body.py`, and whose word about the way here is
believed for `proxies.py`. The gate puts them together, and adds to every answer what every answer has.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from asgiref.typing import Scope

from limner.api.refusals import refused
from limner.config.body import Body, limit_of
from limner.config.door import Door, Refusal
from limner.config.proxies import Proxies
from limner.config.wire import App, Message, Receive, Send, first_values

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "report-uri /csp-report"
)
SECURITY_HEADERS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
ASKABLE_HEADERS = re.compile(
    r"(authorization|api-key|content-type|accept|idempotency-key|last-event-id|x-request-id|"
    r"(x-stainless|openai)-[a-z0-9-]+)"
)
"""Request headers that a page of a listed origin may send; the OpenAI client adds a dozen x-stainless-* ones."""
TOLD_HEADERS = (
    b"x-request-id, retry-after, content-disposition, openai-processing-ms, openai-version, location, "
    b"operation-location, x-limner-model, x-should-retry, x-ratelimit-limit-requests, "
    b"x-ratelimit-remaining-requests, x-ratelimit-reset-requests"
)

KeyRefused = Callable[[str, Mapping[str, str], bool], Refusal | None]
"""What a call of this path is told at once because of the key in its headers, or for want of one: before its body is
read, where one is to come (the third). Asks no database."""


def nobody(path: str, headers: Mapping[str, str], coming: bool) -> Refusal | None:
    return None


class Gate:
    """The outermost layer: admits or refuses, answers listed origins, names each request, adds security headers."""

    def __init__(
        self, app: App, door: Door, proxies: Proxies | None = None, key_refused: KeyRefused = nobody
    ) -> None:
        self.app = app
        self.door = door
        self.proxies = proxies or Proxies()
        self.key_refused = key_refused

    def open_to_network(self) -> None:
        """What `limner serve --open` says: no sign-in, and yet the machine's own addresses are answered."""
        self.door = replace(self.door, open=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers, path = first_values(scope["headers"]), scope["path"]
        extra = dict(SECURITY_HEADERS)
        extra[b"x-request-id"] = f"req_{secrets.token_hex(16)}".encode()
        if path.startswith("/files/"):  # signed links are made to be shown on other pages
            extra[b"cross-origin-resource-policy"] = b"cross-origin"
        origin = headers.get("origin", "")
        listed = origin.lower() in self.door.origins
        if listed:
            extra |= {
                b"access-control-allow-origin": origin.encode("latin-1"),
                b"access-control-expose-headers": TOLD_HEADERS,
            }
        answer = Answer(send, extra, vary=bool(self.door.origins))
        body = Body(receive, limit_of(path, headers, self.door.max_body), headers)
        try:
            asked = self.proxies.asked(scope, headers)
            host = self.door.admit(scope, headers, asked.host)
            if listed and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
                await answer.whole(204, b"", preflight(headers))
                return
            body.check_length()
            # No key, or one that has used its minute up, is told so before what is sent is read.
            if (refusal := self.key_refused(path, headers, not body.complete)) is not None:
                raise refusal
            await self.app(asked.seen(scope, host), body.receive, answer.send)
            if body.refusal is not None and not answer.begun:
                raise body.refusal
        except Refusal as refusal:
            if answer.begun:
                raise
            said, told = refused(path, headers.get("accept", ""), refusal.status, refusal.code, refusal.message)
            told |= {name.lower().encode(): value.encode("latin-1") for name, value in refusal.headers.items()}
            await answer.whole(refusal.status, said, told.items(), body)


class Answer:
    """Adds the gate's headers to whatever is answered; a header that the answer already has stays as it is."""

    def __init__(self, send: Send, extra: dict[bytes, bytes], *, vary: bool) -> None:
        self._send = send
        self._extra = extra
        self._vary = vary
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers += [(name, value) for name, value in self._extra.items() if name not in present]
            if self._vary:
                headers.append((b"vary", b"Origin"))
            message = {**message, "headers": headers}
        await self._send(message)

    async def whole(
        self, status: int, content: bytes, headers: Iterable[tuple[bytes, bytes]], body: Body | None = None
    ) -> None:
        """A short answer at once. What is still to come of the request's `body` is let in before the connection ends:
        a client that is still sending would find it closed, and no answer."""
        listed = [*headers, (b"content-length", str(len(content)).encode())] if status != 204 else list(headers)
        more = body is not None and not body.complete
        if more:
            listed.append((b"connection", b"close"))
        await self.send({"type": "http.response.start", "status": status, "headers": listed})
        await self.send({"type": "http.response.body", "body": content, "more_body": more})
        if body is not None and more:
            await body.linger()
            await self.send({"type": "http.response.body", "body": b""})


def preflight(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """What a listed origin may ask for: any method, the headers that clients of the API send, never cookies."""
    asked = (name.strip() for name in headers.get("access-control-request-headers", "").lower().split(","))
    allowed = ", ".join(name for name in asked if ASKABLE_HEADERS.fullmatch(name))
    private = headers.get("access-control-request-private-network") == "true"
    return [
        *([(b"access-control-allow-private-network", b"true")] if private else []),
        (b"access-control-allow-methods", b"GET, POST, DELETE, PATCH, PUT"),
        (b"access-control-allow-headers", allowed.encode()),
        (b"access-control-max-age", b"600"),
    ]

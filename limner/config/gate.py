"""What every request passes before any work is done for it. Pure ASGI: no thread, no database, the body unread.

Personal mode trusts the person at the machine, not the web pages in their browser and not whoever a tunnel lets in;
docs/security.md says what is refused and why. With accounts on, people are told apart by sign-in and key instead.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from asgiref.typing import Scope

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
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
    r"(authorization|content-type|accept|idempotency-key|last-event-id|x-request-id|(x-stainless|openai)-[a-z0-9-]+)"
)
"""Request headers that a page of a listed origin may send; the OpenAI client adds a dozen x-stainless-* ones."""
TOLD_HEADERS = b"x-request-id, retry-after, content-disposition, openai-processing-ms"


@dataclass(frozen=True)
class Refusal(Exception):
    """Why a request goes no further, and the sentence that says what to do about it."""

    status: int
    code: str
    message: str


@dataclass(frozen=True)
class Door:
    """Who may come in: the settings that the gate reads, as plain values."""

    accounts: bool
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    max_body: int = 64_000_000
    open: bool = False
    """`serve --open`: people of the same network may come in, by the very address that the machine has there."""

    def admit(self, scope: Any, headers: dict[str, str]) -> None:
        """Raise `Refusal` unless this request may be worked on."""
        host = headers.get("host", "").lower()
        name = host_name(host)
        if not self.accounts:
            self._personal(name, headers, scope)
        elif self.hosts and not (self._listed(name) or name in LOOPBACK or is_own_address(name, scope)):
            raise Refusal(421, "unknown_host", f"Limner does not answer to {shown(name)}. Add it to LIMNER_HOSTS.")
        if scope["method"] not in SAFE or "access-control-request-method" in headers:
            self._origin(host, headers)
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self.max_body:
            raise self.too_large()

    def _personal(self, name: str, headers: dict[str, str], scope: Any) -> None:
        """No sign-in: whoever gets past this line is the owner."""
        if self._listed(name) or (self.open and is_own_address(name, scope)):
            return
        if name not in LOOPBACK:
            through = " The request came through a tunnel or proxy." if any(h in headers for h in FORWARDING) else ""
            raise Refusal(
                421,
                "unknown_host",
                f"This Limner is in personal mode and does not answer to {shown(name)}.{through} "
                f"If the name is yours and only you can reach it, add it to LIMNER_HOSTS; "
                f"to let other people in, set LIMNER_ACCOUNTS=on.",
            )
        if not self.open and (who := foreign_forwarding(headers, arrived_at(scope))) is not None:
            raise Refusal(
                421,
                "tunnel_refused",
                f"This Limner is in personal mode: anyone who reaches it is its owner. "
                f"The request came through a tunnel or proxy ({shown(who)}). To let other people in, "
                f"set LIMNER_ACCOUNTS=on and make an account with: limner user add NAME",
            )

    def _listed(self, name: str) -> bool:
        return any(name == host or (host.startswith(".") and name.endswith(host)) for host in self.hosts)

    def _origin(self, host: str, headers: dict[str, str]) -> None:
        """Refuse what another web page sends by this person's browser."""
        origin = headers.get("origin")
        if origin is None:
            foreign = headers.get("sec-fetch-site", "none") in {"cross-site", "same-site"}
        else:
            foreign = not is_own_origin(origin, host) and origin.lower() not in self.origins
        if foreign:
            raise Refusal(
                403,
                "foreign_origin",
                f"A web page of {shown(origin or 'another site')} may not do this. If the page is yours, "
                f"add its origin to LIMNER_ORIGINS.",
            )

    def too_large(self) -> Refusal:
        return Refusal(
            413,
            "request_too_large",
            f"The request is larger than {self.max_body // 1_000_000} MB (LIMNER_MAX_BODY_MB).",
        )


FORWARDING = (
    "x-forwarded-host", "forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip", "true-client-ip",
    "via", "cf-ray", "cf-visitor", "x-original-host", "x-forwarded-server", "x-forwarded-port", "x-forwarded-proto",
)  # fmt: skip
TELLTALE = FORWARDING[6:11]
"""Headers that no program on this machine sends for itself, whatever they say."""


def foreign_forwarding(headers: dict[str, str], port: int) -> str | None:
    """What a proxy says of itself, or of the name or address beyond this machine that the request came for or from.

    `port` is where the request arrived: a development server on this machine, before Limner, may name it.
    """
    if (telltale := next((name for name in TELLTALE if name in headers), None)) is not None:
        return telltale
    if headers.get("x-forwarded-proto", "http").strip().lower() != "http":
        return "x-forwarded-proto"
    if headers.get("x-forwarded-port", str(port)).strip() != str(port):
        return "x-forwarded-port"
    said = [part for header in FORWARDING[:1] for part in headers.get(header, "").split(",")]
    said += re.findall(r'(?:host|for|by)\s*=\s*"?([^",;\s]+)', headers.get("forwarded", ""), re.I)
    for header in FORWARDING[2:6]:
        said += headers.get(header, "").split(",")
    return next((part.strip() for part in said if part.strip() and not is_loopback(part.strip())), None)


def is_loopback(said: str) -> bool:
    """True for a name or address of this machine, with or without port."""
    name = said if said.count(":") > 1 and not said.startswith("[") else host_name(said.lower())
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    return name in LOOPBACK


def arrived_at(scope: Any) -> int:
    """The port that the connection arrived at."""
    return int((scope.get("server") or ("", 0))[1] or 0)


def is_own_address(name: str, scope: Any) -> bool:
    """True when the Host is the very IP address that the connection arrived at: nothing can rebind that."""
    server = (scope.get("server") or ("", 0))[0]
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(name.strip("[]")) == ipaddress.ip_address(server)
    return False


def is_own_origin(origin: str, host: str) -> bool:
    """True when a page of `origin` and the Host asked for are one and the same place."""
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return False
    default = {"http": ":80", "https": ":443"}.get(parts.scheme)
    return default is not None and parts.netloc.removesuffix(default) == host.removesuffix(default)


def host_name(host: str) -> str:
    """The Host header without its port."""
    return re.sub(r":\d*$", "", host)


def shown(name: str) -> str:
    """A name from a stranger, fit to be said in an answer."""
    return re.sub(r"[^A-Za-z0-9.:_\[\]/-]", "?", name)[:100] or "a request without a Host"


class Gate:
    """The outermost layer: admits or refuses, answers listed origins, names each request, adds security headers."""

    def __init__(self, app: App, door: Door) -> None:
        self.app = app
        self.door = door

    def open_to_network(self) -> None:
        """What `limner serve --open` says: no sign-in, and yet the machine's own addresses are answered."""
        self.door = replace(self.door, open=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = first_values(scope["headers"])
        extra = dict(SECURITY_HEADERS)
        extra[b"x-request-id"] = f"req_{secrets.token_hex(16)}".encode()
        if scope["path"].startswith("/files/"):  # signed links are made to be shown on other pages
            extra[b"cross-origin-resource-policy"] = b"cross-origin"
        origin = headers.get("origin", "")
        listed = origin.lower() in self.door.origins
        if listed:
            extra |= {
                b"access-control-allow-origin": origin.encode("latin-1"),
                b"access-control-expose-headers": TOLD_HEADERS,
            }
        answer = Answer(send, extra, vary=bool(self.door.origins))
        try:
            self.door.admit(scope, headers)
            if listed and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
                await answer.whole(204, b"", preflight(headers))
                return
            await self.app(scope, Body(receive, self.door).receive, answer.send)
        except Refusal as refusal:
            if answer.begun:
                raise
            await answer.whole(refusal.status, *refusal_body(refusal, headers, scope["path"]))


class Body:
    """Counts what comes in, so that a body without a length cannot fill the disk."""

    def __init__(self, receive: Receive, door: Door) -> None:
        self._receive = receive
        self._door = door
        self._seen = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._door.max_body:
            raise self._door.too_large()
        return message


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

    async def whole(self, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]]) -> None:
        listed = [*headers, (b"content-length", str(len(body)).encode())] if status != 204 else list(headers)
        await self.send({"type": "http.response.start", "status": status, "headers": listed})
        await self.send({"type": "http.response.body", "body": body})


def first_values(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Request headers by name; of one sent twice all values, so that a second Host or Origin cannot hide."""
    found: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]},{text}" if key in found else text
    return found


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


def refusal_body(refusal: Refusal, headers: dict[str, str], path: str) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The sentence alone for a person's browser; the API's error object for a program."""
    if "text/html" in headers.get("accept", "") and not path.startswith("/v1/"):
        return (refusal.message + "\n").encode(), [(b"content-type", b"text/plain; charset=utf-8")]
    error = {"message": refusal.message, "type": "invalid_request_error", "param": None, "code": refusal.code}
    return json.dumps({"error": error}).encode(), [(b"content-type", b"application/json")]

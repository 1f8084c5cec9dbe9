"""Who may come in, by what the first lines of a request say.

Personal mode trusts the person at the machine, not the web pages in their browser and not whoever a tunnel lets in;
docs/security.md says what is refused and why. With accounts on, people are told apart by sign-in and key instead.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Refusal(Exception):
    """Why a request goes no further, and the sentence that says what to do about it."""

    def __init__(self, status: int, code: str | None, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        """What the answer says beside it."""


@dataclass(frozen=True)
class Door:
    """Who may come in: the settings that the gate reads, as plain values."""

    accounts: bool
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    max_body: int = 64_000_000
    open: bool = False
    """`serve --open`: people of the same network may come in, by the very address that the machine has there."""

    def admit(self, scope: Any, headers: dict[str, str], forwarded: str | None = None) -> str:
        """The Host that was asked for; `Refusal` unless this request may be worked on.

        `forwarded` is the Host that the client asked for, by the word of a proxy that is believed.
        """
        host = headers.get("host", "").lower()
        if not self.accounts:
            self._personal(host_name(host), headers, scope)
            # A page of a rebound name could write that header too: it opens nothing, and names nobody else.
            host = forwarded if forwarded and self._is_ours(host_name(forwarded)) else host
        else:
            host = forwarded or host
            name = host_name(host)
            if self.hosts and not (self._is_ours(name) or is_own_address(name, scope)):
                raise Refusal(
                    421, "unknown_host", f"Limner does not answer to {shown(name)}. Add it to LIMNER_HOSTS."
                )
        if scope["method"] not in SAFE or "access-control-request-method" in headers:
            self._origin(host, headers)
        return host

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

    def _is_ours(self, name: str) -> bool:
        return name in LOOPBACK or self._listed(name)

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

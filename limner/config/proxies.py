"""Who asked, and where, when a reverse proxy passed the request on. Only the word of a proxy that is known counts.

A header may have been sent by the client and only passed on, so of several values the last is read: what the nearest
proxy has added itself.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

Address = IPv4Address | IPv6Address
HOST = re.compile(r"([a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?")
DEFAULT_PORTS = frozenset({"80", "443"})
"""Ports that a link need not name. A proxy behind another one often says the wrong one of the two."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a proxy that is believed says of a request: None where it said nothing, or nothing that can be used."""

    client: tuple[str, int] | None = None
    scheme: str | None = None
    host: str | None = None

    def seen(self, scope: Any, host: str) -> Any:
        """The scope as the client's own connection would have made it, with `host` for its Host."""
        told = {"client": self.client, "scheme": self.scheme}
        headers = scope["headers"]
        if self.host is not None and host == self.host:
            headers = [*(pair for pair in headers if pair[0].lower() != b"host"), (b"host", host.encode("ascii"))]
        return {**scope, **{name: value for name, value in told.items() if value is not None}, "headers": headers}


NOTHING = Asked()


@dataclass(frozen=True)
class Proxies:
    """The reverse proxies whose `X-Forwarded-*` is believed."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def asked(self, scope: Any, headers: dict[str, str]) -> Asked:
        """What the proxy that passed this request on says of it; nothing, where nobody did whom we know."""
        if not any(name.startswith("x-forwarded-") for name in headers):
            return NOTHING
        peer = address_in((scope.get("client") or ("", 0))[0])
        if peer is None or not self._know(peer):
            return NOTHING
        client = self._client(headers.get("x-forwarded-for", ""))
        scheme = last(headers.get("x-forwarded-proto", "")).lower()
        return Asked(
            client=None if client is None else (str(client), 0),
            scheme=scheme if scheme in ("http", "https") else None,
            host=_host(headers),
        )

    def _client(self, said: str) -> Address | None:
        """The nearest address that is no proxy of ours; the farthest, where all of them are."""
        found = None
        for address in _addresses(said):
            found = address
            if not self._know(address):
                break
        return found

    def _know(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def _addresses(said: str) -> Iterator[Address]:
    """From the nearest on, as far as they can be read: what stands behind nonsense is nonsense too."""
    for part in reversed(said.split(",")):
        address = address_in(part.strip())
        if address is None:
            return
        yield address


def _host(headers: dict[str, str]) -> str | None:
    host = last(headers.get("x-forwarded-host", "")).lower()
    if (read := HOST.fullmatch(host)) is None:
        return None
    port = last(headers.get("x-forwarded-port", ""))
    if read[2] is None and re.fullmatch(r"[0-9]{1,5}", port) and port not in DEFAULT_PORTS:
        return f"{host}:{port}"
    return host


def last(said: str) -> str:
    """The last value of a list."""
    return said.rpartition(",")[2].strip()


def address_in(said: str) -> Address | None:
    """An address as proxies write it, with or without a port; IPv4 in IPv6's clothes is IPv4."""
    bare = re.sub(r"^\[(.*)\](:\d+)?$|^([\d.]+):\d+$", r"\1\3", said)
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

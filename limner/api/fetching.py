"""Pictures that a call names by their address: this Limner's own, and those of servers that the operator listed.

Our own are read from storage; no request is made. Another server is asked only where LIMNER_FETCH_HOSTS names it,
over https, at an address that was resolved once and is a public one, so that nobody can make this machine knock at
doors of its own network. It is given a few seconds, and what it sends is bytes until somebody has looked at them.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from limner.accounts.models import Account
from limner.errors import InvalidRequest, NotFound
from limner.gallery.models import Picture
from limner.gallery.queries import picture_behind_address, picture_visible_to
from limner.storage import signing

PORT = 443
SECONDS = 20.0
"""For all of one picture: the name, the connection and the last byte."""
SECONDS_TO_CONNECT = 5.0
SECONDS_IN_ALL = 60.0
"""For all pictures of one call."""
AT_ONCE = 4
"""Pictures that are being fetched at one time, in all calls together: each is held in memory."""
TRIES = 3
"""Addresses of one name that are tried."""
TYPES = "image/png, image/jpeg, image/webp"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
USUAL_PORTS = (None, 80, 443)

_turns = asyncio.Semaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A picture on another server, which may be fetched."""

    host: str
    path: str


def named_by(url: str, param: str, origin: str, account: Account) -> Picture | Elsewhere:
    """What the address names. `origin` is the one that the call came to. Makes no request, and reads the database.

    Raises InvalidRequest, where there is no such picture for this account, or it may not be fetched.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # a port of letters, half a bracket
        raise _refused(param, "this is not a web address") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or "\\" in parts.netloc:
        raise _refused(param, "expected an https:// or data: URL, without a name or password in it")
    fetchable = _listed(host, settings.LIMNER_FETCH_HOSTS)
    if _was_called(host, port, origin) or (_listed(host, settings.LIMNER_HOSTS) and not fetchable):
        return _own(parts, param, account)
    if not fetchable:
        raise _refused(param, f"this server does not fetch pictures from {host[:100]!a} (LIMNER_FETCH_HOSTS)")
    if parts.scheme != "https" or port not in (None, PORT):
        raise _refused(param, f"from {host!a} pictures are fetched over https only, at its usual port")
    return Elsewhere(host, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


async def all_fetched(places: Mapping[str, Elsewhere], most: int) -> dict[Elsewhere, bytes]:
    """The bytes at each of these addresses, one after the other, at most so many together. They are given by the
    parameter that names them. Raises InvalidRequest with what went wrong."""
    found: dict[Elsewhere, bytes] = {}
    end = asyncio.get_running_loop().time() + SECONDS_IN_ALL
    for param, place in places.items():
        if place not in found:
            left = max(0.0, min(SECONDS, end - asyncio.get_running_loop().time()))
            found[place] = await _fetched(place, param, most - sum(map(len, found.values())), left)
    return found


async def _fetched(place: Elsewhere, param: str, most: int, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds), _turns:
            addresses = await addresses_of(place.host)
            if not addresses or not all(map(is_public, addresses)):
                raise _failed(param, place, "its name leads to an address that is not a public one")
            return await _fetched_from(addresses[:TRIES], place, param, most)
    except TimeoutError:
        raise _failed(param, place, "it took too long") from None
    except (OSError, UnicodeError):
        raise _failed(param, place, "its name leads nowhere") from None


# Our own -------------------------------------------------------------------------------------------------------


def _was_called(host: str, port: int | None, origin: str) -> bool:
    """Whether this is where the call came to, or another name of this machine for it."""
    called = urlsplit(origin)
    if port != called.port and not (port in USUAL_PORTS and called.port in USUAL_PORTS):
        return False
    return host == called.hostname or {host, called.hostname} <= LOOPBACK


def _own(parts: SplitResult, param: str, account: Account) -> Picture:
    """By a signed address, whoever's it is; by public id, what the account may see."""
    picture = _named(parts, account)
    if picture is None:
        raise _refused(param, "there is no such picture here, or its address has expired")
    if picture.taken_down_at is not None:
        raise _refused(param, "a moderator took this picture down, so nothing can be made from it")
    return picture


def _named(parts: SplitResult, account: Account) -> Picture | None:
    try:
        found = resolve(parts.path)
        if found.view_name in ("gallery:picture", "gallery:file", "gallery:thumb"):
            return picture_visible_to(account, found.kwargs["public_id"])
        if found.view_name == "gallery:signed":
            address = signing.opened(found.kwargs["token"])
            if not address.variant.startswith("thumb-"):  # who was shown a thumbnail was not shown the picture
                return picture_behind_address(address, lambda: account)
    except (Resolver404, NotFound):
        pass
    return None


# Elsewhere -----------------------------------------------------------------------------------------------------


def _listed(host: str, names: tuple[str, ...]) -> bool:
    shown = f"[{host}]" if ":" in host else host
    return any(shown == name or (name.startswith(".") and shown.endswith(name)) for name in names)


async def addresses_of(host: str) -> list[str]:
    """The addresses behind a name, as this machine resolves it."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


_TRANSLATED = ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
"""IPv6 addresses that are turned, here or by a router, into the IPv4 ones they end with."""
_OF_NETWORKS = ("fec0::/10", "5f00::/16", "192.0.0.0/24")
"""What networks keep for themselves, and Python, in one version or another, counts among the internet's."""
_REFUSED = tuple(map(ipaddress.ip_network, (*_TRANSLATED, *_OF_NETWORKS)))


def is_public(address: str) -> bool:
    """True for an address of the internet; false for this machine, its network, and what only looks like neither."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found.sixtofour is not None or found.teredo is not None:
            return False
    return found.is_global and not found.is_multicast and not any(found in net for net in _REFUSED)


async def _fetched_from(addresses: list[str], place: Elsewhere, param: str, most: int) -> bytes:
    """From the first of the addresses that takes the connection. The name is not resolved again."""
    httpx, client = await asyncio.to_thread(_open_client)
    async with client:
        for address in addresses:
            try:
                async with client.stream("GET", **_request(address, place)) as response:
                    return await _body_of(response, place, param, most)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError):
                raise _failed(param, place, "what it sent is no answer that can be read") from None
    raise _failed(param, place, "no connection to it could be made, or its certificate is not good")


def _request(address: str, place: Elsewhere) -> dict[str, Any]:
    host = f"[{address}]" if ":" in address else address
    return {
        "url": f"https://{host}:{PORT}{place.path}",
        # No compression: a few bytes could become more than any memory holds.
        "headers": {"host": place.host, "user-agent": "Limner", "accept": TYPES, "accept-encoding": "identity"},
        "extensions": {"sni_hostname": place.host},
    }


async def _body_of(response: Any, place: Elsewhere, param: str, most: int) -> bytes:
    if 300 <= response.status_code < 400:
        raise _failed(param, place, "it points to another address, and only the one that is named is asked")
    if response.status_code != 200:
        raise _failed(param, place, f"it answered with HTTP {response.status_code}")
    data = bytearray()
    async for piece in response.aiter_raw():
        data += piece
        if len(data) > most:
            raise _failed(param, place, "it is larger than what a call may bring")
    return bytes(data)


def _open_client() -> tuple[Any, Any]:
    """The library and a client for one request. Loading either takes long enough to be done in a thread."""
    import httpx2

    client = httpx2.AsyncClient(
        verify=httpx2.create_ssl_context(),
        trust_env=False,  # a proxy would resolve the name a second time
        follow_redirects=False,
        timeout=httpx2.Timeout(SECONDS, connect=SECONDS_TO_CONNECT),
    )
    return httpx2, client


def _refused(param: str, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"Invalid '{param}': {why}. Send the picture itself, as a data: URL: 'data:image/png;base64,…'.", param=param
    )


def _failed(param: str, place: Elsewhere, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"Invalid '{param}': the picture could not be fetched from {place.host}: {why}.",
        param=param,
        code="invalid_image_url",
    )

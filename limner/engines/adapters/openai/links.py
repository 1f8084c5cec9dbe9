"""Pictures that an answer only points to. They are fetched without the key, and from few places."""

from __future__ import annotations

import asyncio
from urllib.parse import urljoin

from limner.engines.adapters.openai.images import NotAPicture
from limner.engines.adapters.openai.library import Library, origin
from limner.engines.upstreams import Upstream
from limner.engines.upstreams.addresses import is_own

MOST_BYTES = 64 * 1024 * 1024
SECONDS = 120.0
TRIES = 3
"""The picture is drawn and paid for: a hiccup on the way to it is worth another try."""


async def fetched(link: str, library: Library, upstream: Upstream) -> bytes:
    """The bytes behind a link of `upstream`'s answer. Raises NotAPicture with what is wrong with it."""
    try:
        url = urljoin(f"{upstream.url}/", link)
        allowed = _may_fetch(url, upstream)
    except ValueError:  # "http://[", a port of letters
        raise NotAPicture("a link that is none") from None
    if not allowed:
        raise NotAPicture("a link to a place that it has no business pointing to")
    for attempt in range(1, TRIES + 1):
        try:
            async with asyncio.timeout(SECONDS):
                return await _once(url, library)
        except library.httpx.InvalidURL:
            raise NotAPicture("a link that is none") from None
        except (library.httpx.RequestError, TimeoutError):
            if attempt < TRIES:
                await asyncio.sleep(0.2 * attempt)
    raise NotAPicture("a link that nothing comes from")


async def _once(url: str, library: Library) -> bytes:
    async with library.strangers.stream("GET", url) as response:
        if response.status_code != 200:
            raise NotAPicture(f"a link that is answered with HTTP {response.status_code}")
        pieces, length = [], 0
        async for piece in response.aiter_bytes():
            pieces.append(piece)
            length += len(piece)
            if length > MOST_BYTES:
                raise NotAPicture("a link to more than any picture has")
    return b"".join(pieces)


def _may_fetch(url: str, upstream: Upstream) -> bool:
    """The upstream's own address; else any that is named over https and is not in our own network."""
    scheme, host, _ = there = origin(url)
    if "@" in url.partition("://")[2].partition("/")[0] or not host:
        return False
    return there == origin(upstream.url) or (scheme == "https" and not is_own(host))

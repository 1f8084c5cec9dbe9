"""OpenAI's library and the one client of an upstream. Nothing else here imports it: it takes seconds and 40 MB."""

from __future__ import annotations

import gc
import logging
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from limner.engines.upstreams import Upstream

_TALKATIVE = ("openai", "httpx2", "httpcore2")
"""Loggers that, at DEBUG, write down prompts and headers."""
_THEIRS = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "transfer-encoding"}
)
"""Headers of the library's that are sent on. Not its key, and not what it says of this machine."""
LINK_SECONDS = 30.0
READ_BYTES = 256 * 1024
SPARE = 8
"""Connections above the upstream's own number: those that are just being closed."""


@dataclass(frozen=True, slots=True)
class Library:
    """The loaded modules, and the clients of one upstream."""

    openai: Any
    httpx: Any
    client: Any
    """Speaks to the upstream, with its key."""
    strangers: Any
    """Fetches links: it has no key."""

    async def close(self) -> None:
        """Let go of every connection."""
        await self.client.close()
        await self.strangers.aclose()


def open_library(upstream: Upstream) -> Library:
    """Import the library and make the clients. Blocking: run it in a thread."""
    known = "openai" in sys.modules
    import httpcore2
    import httpx2
    import openai

    # A picture is megabytes, and each read costs the event loop the same whatever it brings.
    httpcore2.AsyncHTTP11Connection.READ_NUM_BYTES = READ_BYTES
    if not known:
        gc.collect()
        gc.freeze()  # a library of thousands of classes: the collector need not look through them again and again
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    timeout = httpx2.Timeout(upstream.timeout, connect=upstream.connect_timeout, pool=None)
    limits = httpx2.Limits(
        max_connections=upstream.concurrency + SPARE, max_keepalive_connections=upstream.concurrency
    )
    proxy, trusted = _proxy(upstream.url), httpx2.create_ssl_context()
    inner = httpx2.AsyncHTTPTransport(verify=trusted, http2=False, limits=limits, proxy=proxy)
    transport = _signing(httpx2, upstream, inner)
    http = httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, timeout=timeout)
    client = openai.AsyncOpenAI(
        api_key="signed-later",
        base_url=upstream.url,
        max_retries=0,
        http_client=http,
        default_query=dict(upstream.query),
        timeout=timeout,
    )
    strangers = httpx2.AsyncClient(
        verify=trusted, trust_env=False, proxy=proxy, follow_redirects=False, timeout=LINK_SECONDS
    )
    return Library(openai, httpx2, client, strangers)


def _signing(httpx: Any, upstream: Upstream, inner: Any) -> Any:
    """A transport that sends on what the library made, under our own headers: the one place where the key is put in.

    So the library's requests, which its errors and logs show, never hold it; and what the library finds in the
    environment (an organization, a project, headers of its own) is another upstream's business and goes nowhere.
    """
    place = origin(upstream.url)

    class Signing(httpx.AsyncBaseTransport):  # type: ignore[misc]
        async def handle_async_request(self, request: Any) -> Any:
            if origin(str(request.url)) != place:
                raise httpx.UnsupportedProtocol("another address than the upstream's", request=request)
            headers = [(name, text) for name, text in request.headers.multi_items() if name.lower() in _THEIRS]
            ours = {"user-agent": "Limner", **upstream.headers, **upstream.auth()}
            return await inner.handle_async_request(
                httpx.Request(
                    request.method,
                    request.url,
                    headers=[*headers, *ours.items()],
                    stream=request.stream,
                    extensions=request.extensions,
                )
            )

        async def aclose(self) -> None:
            await inner.aclose()

    return Signing()


def _proxy(url: str) -> str | None:
    """The environment's, for an https:// address: it only passes on what it cannot read. One for an http:// address
    would be shown the key."""
    scheme, host, _ = origin(url)
    return getproxies().get("https") if scheme == "https" and not proxy_bypass(host) else None


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)

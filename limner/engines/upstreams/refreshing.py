"""Asking an upstream which models it has. The only thing that this folder ever sends, and only when it is told to."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlencode

from limner.engines.upstreams.remembering import remember
from limner.engines.upstreams.upstream import Upstream
from limner.errors import NotConfigured, UpstreamBusy, UpstreamClosed, UpstreamError, UpstreamFailed, say

TIMEOUT = 15.0
MAX_BYTES = 5_000_000
MAX_MODELS = 2000
DRAWS = re.compile(r"(gpt-image|chatgpt-image|dall-e)(-|$)")


async def refresh(upstream: Upstream, folder: Path) -> tuple[str, ...]:
    """The models that `upstream` says it has; kept in `folder` (LIMNER_HOME) for the next start.

    Of OpenAI's, those that draw; of all others, all. Raises `UpstreamError`, or NotConfigured where there is no list
    to ask for. Nothing that is raised holds the key or a word of the answer.
    """
    if upstream.kind == "azure":
        raise NotConfigured(f"Azure does not list deployments: write them into models of [{upstream.name}].")
    names = await models_there(upstream)
    await asyncio.to_thread(remember, upstream, names, folder)
    return names


async def models_there(upstream: Upstream) -> tuple[str, ...]:
    """The same without keeping it: what `limner doctor` asks, to see whether the key is accepted."""
    answer = await asyncio.to_thread(_asked, upstream)
    return _names(upstream, answer)


def _asked(upstream: Upstream) -> object:
    # Half of the time that a start takes for its imports, for something that a start never does.
    import urllib.error
    import urllib.request
    from http.client import HTTPException

    class NoRedirects(urllib.request.HTTPRedirectHandler):
        """A key goes to the host it was given for. An answer that points elsewhere is an error."""

        def redirect_request(self, *_: object) -> None:
            return None

    url = f"{upstream.url}/models" + (f"?{urlencode(upstream.query)}" if upstream.query else "")
    # A proxy only passes on what goes over https. One for http:// would be shown the key, so there it is not asked.
    proxies = {scheme: proxy for scheme, proxy in urllib.request.getproxies().items() if scheme == "https"}
    opener = urllib.request.build_opener(NoRedirects, urllib.request.ProxyHandler(proxies))
    request = urllib.request.Request(url, headers={"Accept": "application/json", **upstream.headers})  # noqa: S310
    for header, text in upstream.auth().items():
        request.add_unredirected_header(header, text)
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            body = answer.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        error.close()
        _raise_for(upstream, error.code)
    except (OSError, HTTPException) as error:
        why = getattr(error, "reason", None) or error
        said = type(why).__name__ if not isinstance(why, str) else "no connection"
        raise UpstreamFailed(
            say(
                "{upstream} cannot be reached at {url} ({said}).", upstream=upstream.name, url=upstream.url, said=said
            )
        ) from None
    if len(body) > MAX_BYTES:
        raise UpstreamFailed(say("{upstream} answered with more than a list of models.", upstream=upstream.name))
    try:
        return json.loads(body)
    except ValueError:
        raise UpstreamFailed(
            say(
                "{upstream} answered with something that is not JSON. Is {url} right?",
                upstream=upstream.name,
                url=url,
            )
        ) from None


def _raise_for(upstream: Upstream, status: int) -> NoReturn:
    if status in (401, 403):
        raise UpstreamClosed(
            say(
                "{upstream} does not accept the key (HTTP {status}). Check it, and its rights.",
                upstream=upstream.name,
                status=status,
            )
        )
    if status == 429:
        raise UpstreamBusy(say("{upstream} has too much to do (HTTP 429). Ask again later.", upstream=upstream.name))
    if status >= 500:
        raise UpstreamFailed(
            say("{upstream} answered with an error (HTTP {status}).", upstream=upstream.name, status=status)
        )
    raise UpstreamError(
        say(
            "{upstream} has no list of models at {url}/models (HTTP {status}).",
            upstream=upstream.name,
            url=upstream.url,
            status=status,
        )
    )


def _names(upstream: Upstream, answer: object) -> tuple[str, ...]:
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise UpstreamFailed(
            say("{upstream} answered with something that is no list of models.", upstream=upstream.name)
        )
    today = datetime.now(UTC).date()
    names = [
        row["id"]
        for row in rows[:MAX_MODELS]
        if isinstance(row, dict) and _is_a_name(row.get("id")) and not _ended(row, today)
    ]
    if upstream.kind == "openai":
        names = [name for name in names if DRAWS.match(name)]
    return tuple(dict.fromkeys(names))


def _is_a_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()


def _ended(row: dict[str, Any], today: date) -> bool:
    """Whether its day is over. It is told as a date, or as seconds since 1970."""
    day = row.get("shutdown_date")
    try:
        if isinstance(day, int | float):
            return datetime.fromtimestamp(day, UTC).date() <= today
        return isinstance(day, str) and date.fromisoformat(day[:10]) <= today
    except (ValueError, OverflowError, OSError):
        return False

"""A server that says of words whether they go together with its policy, asked as OpenAI's moderation is asked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings

log = logging.getLogger(__name__)

SECONDS = 5.0
"""A person waits for the answer before anything is drawn."""


class NoAnswer(Exception):
    """The server could not be asked, or said nothing that can be understood."""


def flagged_categories(texts: Sequence[str]) -> list[str]:
    """The categories that any of the texts falls into, by the server. Raises NoAnswer."""
    if not settings.LIMNER_MODERATION_URL:
        raise NoAnswer("LIMNER_MODERATION_URL names no server")
    import httpx2

    url = f"{settings.LIMNER_MODERATION_URL.rstrip('/')}/moderations"
    headers = {"Authorization": f"Bearer {key}"} if (key := settings.LIMNER_MODERATION_KEY) else {}
    body = {"model": settings.LIMNER_MODERATION_MODEL, "input": list(texts)}
    try:
        answer = httpx2.post(url, json=body, headers=headers, timeout=SECONDS, follow_redirects=False)
        answer.raise_for_status()
        return _read(answer.json())
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, TypeError, AttributeError, KeyError) as error:
        log.warning("The moderation server did not answer: %s", type(error).__name__)
        raise NoAnswer(type(error).__name__) from error


def _read(answer: Any) -> list[str]:
    found: dict[str, None] = {}
    for result in answer["results"]:
        if not result["flagged"]:
            continue
        categories = [name for name, yes in (result.get("categories") or {}).items() if yes is True]
        found.update(dict.fromkeys(str(name)[:80] for name in categories or ["flagged"]))
    return list(found)

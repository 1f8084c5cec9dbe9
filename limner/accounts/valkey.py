"""What several processes count together, in Valkey. While it cannot be reached each counts in its own memory: limits
are then looser by as many processes as there are, and nobody waits or is turned away for it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

if TYPE_CHECKING:
    from limits import RateLimitItem, WindowStats

log = logging.getLogger(__name__)
T = TypeVar("T")

PATIENCE_SECONDS = 0.5
"""For connecting, and for each answer."""
AGAIN_SECONDS = 10.0
"""How long after Valkey could not be reached nobody tries."""
PREFIX = "limner"

_away_since: float | None = None


def ask(there: Callable[[], T], here: Callable[[], T]) -> T:
    """What Valkey answers; while it is away, what this process knows by itself."""
    from redis.exceptions import RedisError

    global _away_since
    if _away_since is not None and time.monotonic() - _away_since < AGAIN_SECONDS:
        return here()
    try:
        answer = there()
    except RedisError as error:
        if _away_since is None:
            log.warning("Valkey cannot be reached, so each process counts for itself meanwhile: %s", error)
        _away_since = time.monotonic()
        return here()
    if _away_since is not None:
        log.warning("Valkey is back: what is counted is counted there again.")
        _away_since = None
    return answer


def connecting() -> dict[str, Any]:
    """How it is connected to: with little patience, and once more where an idle connection has died."""
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {
        "socket_connect_timeout": PATIENCE_SECONDS,
        "socket_timeout": PATIENCE_SECONDS,
        "retry": Retry(NoBackoff(), 1),
    }


class Counter:
    """What `limits` counts by a moving window, in the Valkey at `url`."""

    def __init__(self, url: str) -> None:
        from limits.storage import MemoryStorage, RedisStorage
        from limits.strategies import MovingWindowRateLimiter

        self._there = MovingWindowRateLimiter(RedisStorage(url, key_prefix=PREFIX, **connecting()))
        self._here = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, item: RateLimitItem, *name: str) -> bool:
        return ask(lambda: bool(self._there.hit(item, *name)), lambda: bool(self._here.hit(item, *name)))

    def test(self, item: RateLimitItem, *name: str) -> bool:
        return ask(lambda: bool(self._there.test(item, *name)), lambda: bool(self._here.test(item, *name)))

    def get_window_stats(self, item: RateLimitItem, *name: str) -> WindowStats:
        return ask(
            lambda: self._there.get_window_stats(item, *name), lambda: self._here.get_window_stats(item, *name)
        )


class AsJson:
    """What is kept as JSON cannot run code here, whoever wrote it there."""

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def loads(self, kept: bytes) -> Any:
        return json.loads(kept)


def _verb(name: str) -> Any:
    def asked(self: Cache, *args: Any, **named: Any) -> Any:
        there, here = getattr(self._there, name), getattr(self._here, name)
        return ask(partial(there, *args, **named), partial(here, *args, **named))

    return asked


class Cache(BaseCache):
    """Django's cache, in which allauth counts tries and remembers codes that were used."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = {**connecting(), "serializer": AsJson()}
        self._there = RedisCache(server, {**params, "KEY_PREFIX": PREFIX, "OPTIONS": options})
        self._here = LocMemCache("while Valkey is away", params)

    add, get, set, touch = _verb("add"), _verb("get"), _verb("set"), _verb("touch")
    delete, incr, has_key, clear = _verb("delete"), _verb("incr"), _verb("has_key"), _verb("clear")

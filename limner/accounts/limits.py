"""How often someone may ask. Counted in this process's memory, or in Valkey with all other processes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from limner.accounts.keys import digest
from limner.accounts.models import Account, ApiKey
from limner.accounts.plans import unlimited
from limner.errors import RateLimited, say

if TYPE_CHECKING:
    from limits import RateLimitItem, WindowStats
    from limits.strategies import RateLimiter

    from limner.accounts.valkey import Counter

SIGN_IN_TRIES = 10
SIGN_IN_TRIES_AN_ADDRESS = 40
SIGN_IN_MINUTES = 10
REPORTS_A_MINUTE = 30
PICTURES_REPORTED_AN_HOUR = 20


@cache
def _limiter() -> RateLimiter | Counter:
    if settings.LIMNER_VALKEY_URL:
        from limner.accounts.valkey import Counter

        return Counter(settings.LIMNER_VALKEY_URL)
    from limits.storage import MemoryStorage
    from limits.strategies import MovingWindowRateLimiter

    return MovingWindowRateLimiter(MemoryStorage())


_used_up: dict[str, tuple[float, int]] = {}
"""The digests of keys that were refused: when each has a request free again, and how many it has a minute."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What is left of a minute: of `limit` requests `remaining`; after `reset` seconds another one is free."""

    limit: int
    remaining: int
    reset: float


class TooManyRequests(RateLimited):
    """A key's minute is used up. `rate` is what the answer's headers say of it."""

    def __init__(self, rate: Rate) -> None:
        super().__init__(
            f"Rate limit reached: {rate.limit} requests a minute. Please try again later.", retry_after=rate.reset
        )
        self.rate = rate


def check_rate(who: ApiKey | Account) -> Rate:
    """Count one request of this key (or account); raise `TooManyRequests` when its plan's minute is used up."""
    from limits import RateLimitItemPerMinute

    account = who.account if isinstance(who, ApiKey) else who
    allowed = (account.plan or unlimited()).requests_per_minute
    item, name = RateLimitItemPerMinute(allowed), (type(who).__name__, str(who.pk))
    in_time = _limiter().hit(item, *name)
    stats = _limiter().get_window_stats(item, *name)
    rate = Rate(allowed, stats.remaining, _left_of(stats))
    if not in_time:
        if isinstance(who, ApiKey):
            _remember(who.digest, rate)
        raise TooManyRequests(rate)
    return rate


def _remember(kept: str, rate: Rate) -> None:
    now = time.time()
    for other in [other for other, (until, _) in list(_used_up.items()) if until <= now]:
        _used_up.pop(other, None)
    _used_up[kept] = now + rate.reset, rate.limit


def refused_just_now(secret: str) -> TooManyRequests | None:
    """What the key with this secret would be told again, where its minute is known to be used up. Asks no database:
    what such a key sends need not be read first."""
    known = _used_up.get(digest(secret)) if _used_up else None
    if known is None or (left := known[0] - time.time()) <= 0:
        return None
    return TooManyRequests(Rate(known[1], 0, left))


def check_sign_in(address: str, username: str) -> None:
    """Raise `RateLimited` when this address, or this name from it, has failed too often to be asked again."""
    for item, name in _sign_in_limits(address, username):
        if not _limiter().test(item, *name):
            raise RateLimited(
                say("Too many attempts to sign in. Wait a few minutes, then try again."),
                retry_after=_seconds_left(item, *name),
            )


def count_failed_sign_in(address: str, username: str) -> None:
    """Count one wrong password."""
    for item, name in _sign_in_limits(address, username):
        _limiter().hit(item, *name)


def check_report(address: str) -> None:
    """Count one report of a browser; raise `RateLimited` where this address has sent more than any page could."""
    from limits import RateLimitItemPerMinute

    item, name = RateLimitItemPerMinute(REPORTS_A_MINUTE), ("report", address)
    if not _limiter().hit(item, *name):
        raise RateLimited(say("Too many reports."), retry_after=_seconds_left(item, *name))


def check_picture_report(who: str) -> None:
    """Count one report of a picture by this person, or from this address; raise `RateLimited` past the hour's."""
    from limits import RateLimitItemPerHour

    item, name = RateLimitItemPerHour(PICTURES_REPORTED_AN_HOUR), ("picture-report", who)
    if not _limiter().hit(item, *name):
        raise RateLimited(
            say("These are too many reports for one hour. Try again later."), retry_after=_seconds_left(item, *name)
        )


def forget_counts() -> None:
    """Start counting anew in this process; what Valkey counts stays."""
    _limiter.cache_clear()
    _used_up.clear()


def _sign_in_limits(address: str, username: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
    from limits import RateLimitItemPerMinute

    return [
        (RateLimitItemPerMinute(SIGN_IN_TRIES, SIGN_IN_MINUTES), ("sign-in", address, username.casefold()[:150])),
        (RateLimitItemPerMinute(SIGN_IN_TRIES_AN_ADDRESS, SIGN_IN_MINUTES), ("sign-in", address)),
    ]


def _seconds_left(item: RateLimitItem, *name: str) -> float:
    return _left_of(_limiter().get_window_stats(item, *name))


def _left_of(stats: WindowStats) -> float:
    return max(1.0, stats.reset_time - time.time())

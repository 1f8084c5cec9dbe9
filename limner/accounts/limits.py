"""How often someone may ask. Counted in this process's memory, or in Valkey with all other processes."""

from __future__ import annotations

import ipaddress
import math
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

Counted = tuple["RateLimitItem", tuple[str, ...]]

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
    """Count one request of this key, or of this account (guests of one address count as one); raise
    `TooManyRequests` when its plan's minute is used up."""
    from limits import RateLimitItemPerMinute

    account = who.account if isinstance(who, ApiKey) else who
    allowed = (account.plan or unlimited()).requests_per_minute
    item = RateLimitItemPerMinute(allowed)
    place = "" if isinstance(who, ApiKey) else who.came_from
    name = ("guests", place) if place else (type(who).__name__, str(who.pk))
    in_time = _limiter().hit(item, *name)
    stats = _limiter().get_window_stats(item, *name)
    rate = Rate(allowed, stats.remaining, _left_of(stats))
    if not in_time:
        if isinstance(who, ApiKey):
            _remember(who.digest, rate)
        raise TooManyRequests(rate)
    return rate


def check_press(account: Account) -> None:
    """The same for somebody at a page, where there are accounts: raise `RateLimited` with a sentence for people."""
    if not settings.LIMNER_ACCOUNTS:
        return
    try:
        check_rate(account)
    except TooManyRequests as error:
        raise RateLimited(
            say(
                "Not so fast: your plan allows {most} requests a minute. Try again in {seconds} s.",
                most=error.rate.limit,
                seconds=math.ceil(error.rate.reset),
            ),
            retry_after=error.rate.reset,
        ) from None


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
    """Count one password for this name before it is looked at, so that many at once are counted as well; raise
    `RateLimited` when this address, or this name from it, has failed too often to be asked again.
    """
    named, anyone = _sign_in_limits(address, username)
    for (item, name), in_time in ((anyone, _limiter().test), (named, _limiter().hit)):
        if not in_time(item, *name):
            raise RateLimited(
                say("Too many attempts to sign in. Wait a few minutes, then try again."),
                retry_after=_seconds_left(item, *name),
            )


def count_failed_sign_in(address: str, username: str) -> None:
    """The password was wrong: its address is counted too."""
    item, name = _sign_in_limits(address, username)[1]
    _limiter().hit(item, *name)


def forget_sign_in(address: str, username: str) -> None:
    """The password was right: this name begins anew."""
    item, name = _sign_in_limits(address, username)[0]
    _limiter().clear(item, *name)


def household(address: str) -> str:
    """Whom limits take for one: an address, and of IPv6 its /64, in which each may have as many as they like."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    known = getattr(known, "ipv4_mapped", None) or known
    return str(known) if known.version == 4 else str(ipaddress.ip_network((int(known), 64), strict=False))


def check_report(address: str) -> None:
    """Count one report of a browser; raise `RateLimited` where this address has sent more than any page could."""
    from limits import RateLimitItemPerMinute

    item, name = RateLimitItemPerMinute(REPORTS_A_MINUTE), ("report", household(address))
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


def _sign_in_limits(address: str, username: str) -> tuple[Counted, Counted]:
    from limits import RateLimitItemPerMinute

    place = household(address)
    return (
        (RateLimitItemPerMinute(SIGN_IN_TRIES, SIGN_IN_MINUTES), ("sign-in", place, username.casefold()[:150])),
        (RateLimitItemPerMinute(SIGN_IN_TRIES_AN_ADDRESS, SIGN_IN_MINUTES), ("sign-in", place)),
    )


def _seconds_left(item: RateLimitItem, *name: str) -> float:
    return _left_of(_limiter().get_window_stats(item, *name))


def _left_of(stats: WindowStats) -> float:
    return max(1.0, stats.reset_time - time.time())

"""How fast an upstream may be called: as many calls at a time as it bears, as many a minute as it allows. Pure.

Concurrency is found as TCP finds it: one more for each answered call, half as many when it says that it is busy. What
it asks to wait, the whole lane waits. Times are given by the caller, in seconds of one steady clock.
"""

from __future__ import annotations

BEGIN_WITH = 4
LONGEST_PAUSE = 300.0
"""However long an upstream wants to be left alone, one call asks it again after this."""
FIRST_PAUSE = 0.5
LONGEST_STORM_PAUSE = 30.0


class Bucket:
    """Tokens for calls: it holds a minute's worth, and fills up evenly."""

    def __init__(self, per_minute: float, now: float) -> None:
        self._most = max(per_minute, 1.0)
        self._a_second = per_minute / 60
        self._tokens = self._most
        self._seen = now

    def holds(self, now: float) -> int:
        """Whole tokens that are there now."""
        return max(int(self._fill(now) + 1e-9), 0)

    def take(self, now: float) -> None:
        self._tokens = self._fill(now) - 1

    def give_back(self, now: float) -> None:
        self._tokens = min(self._fill(now) + 1, self._most)

    def wait(self, now: float) -> float:
        """Seconds until there is a token."""
        return max((1 - self._fill(now)) / self._a_second, 0.0)

    def _fill(self, now: float) -> float:
        self._tokens = min(self._tokens + (now - self._seen) * self._a_second, self._most)
        self._seen = now
        return self._tokens


class Pacing:
    """The pace of one upstream: at most `slots` calls at a time, `per_minute` a minute."""

    def __init__(self, slots: int, per_minute: float | None = None, *, now: float = 0.0) -> None:
        self._slots = slots
        self._limit = min(BEGIN_WITH, slots)
        self._bucket = Bucket(per_minute, now) if per_minute else None
        self._slowed_at = float("-inf")
        self._paused_until = float("-inf")
        self._storm = 0
        """Times in a row that it was busy although there was hardly a call."""

    @property
    def limit(self) -> int:
        """Calls at a time that it bears, as far as is known."""
        return self._limit

    def room(self, under_way: int, now: float) -> int:
        """How many more calls may be begun now, while `under_way` are."""
        if now < self._paused_until:
            return 0
        room = max(self._limit - under_way, 0)
        return room if self._bucket is None else min(room, self._bucket.holds(now))

    def wait(self, now: float) -> float:
        """Seconds until one more may be begun, as far as it is a matter of time: 0 where it is not."""
        wait = self._paused_until - now
        if self._bucket is not None:
            wait = max(wait, self._bucket.wait(now))
        return max(wait, 0.0)

    def begin(self, now: float) -> None:
        """A call is about to be sent."""
        if self._bucket is not None:
            self._bucket.take(now)

    def not_begun(self, now: float) -> None:
        """A call was not sent after all."""
        if self._bucket is not None:
            self._bucket.give_back(now)

    def answered(self) -> None:
        """A call was answered as it should be."""
        self._storm = 0
        self._limit = min(self._limit + 1, self._slots)

    def busy(self, begun: float, now: float, retry_after: float | None = None) -> None:
        """A call that was begun at `begun` was told that there is too much to do.

        All that was under way when the pace was last slowed is told the same: it slows it no further.
        """
        if retry_after is not None:
            self._pause_until(now + min(retry_after, LONGEST_PAUSE))
        if begun < self._slowed_at:
            return
        if self._limit == 1 and (retry_after is None or retry_after < FIRST_PAUSE):
            # Also where it says "at once", again and again: it would be asked as fast as it can refuse.
            self._pause_until(now + min(FIRST_PAUSE * 2.0**self._storm, LONGEST_STORM_PAUSE))
            self._storm = min(self._storm + 1, 10)
        self._slowed_at = now
        self._limit = max(self._limit // 2, 1)

    def _pause_until(self, moment: float) -> None:
        self._paused_until = max(self._paused_until, moment)

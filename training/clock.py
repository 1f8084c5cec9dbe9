"""The pace of a run: how far it is, what the learning rate is now, when this call stops."""

from __future__ import annotations

import time


class Clock:
    """Minutes trained so far, over all calls, against the minutes the recipe gives.

    The learning rate depends on the share of the recipe's minutes that is done, so a run that was stopped goes on
    where it was.
    """

    def __init__(self, total: float, done: float, allowed: float | None) -> None:
        self.total = total
        self.done_before = done
        self.until = min(total, done + allowed) if allowed else total
        self._start = time.monotonic()

    @property
    def minutes(self) -> float:
        """Minutes trained, in this call and those before."""
        return self.done_before + (time.monotonic() - self._start) / 60

    @property
    def share(self) -> float:
        """How much of the recipe is done, 0..1."""
        return min(1.0, self.minutes / self.total)

    @property
    def running(self) -> bool:
        """Whether this call has time left."""
        return self.minutes < self.until

    def rate(self, peak: float, step: int, warmup: int, least: float = 0.04) -> float:
        """The learning rate: a linear start over ``warmup`` steps, then a linear decline to ``least`` of the peak."""
        return peak * min(1.0, (step + 1) / warmup) * (1.0 - (1.0 - least) * self.share)

"""A lane while it is served: its placement, how much it may draw now, and the pace of its upstream's calls."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from limner.errors import UpstreamBusy
from limner.jobs.pacing import Pacing

if TYPE_CHECKING:
    from limner.engines.contract import Placement
    from limner.engines.upstreams import Upstream
    from limner.errors import LimnerError


class Lane:
    """One placement's drawings. `wake` says that there may be something to claim."""

    def __init__(self, name: str, placement: Placement, upstream: Upstream | None = None) -> None:
        self.name = name
        self.placement = placement
        self.wake = asyncio.Event()
        self.drawing = 0
        self.more = True
        """Whether jobs may wait for a place: the last claim took as many as it was allowed."""
        self._pacing = None
        if upstream is not None:
            self._pacing = Pacing(placement.slots, upstream.per_minute or None, now=time.monotonic())

    @property
    def idle(self) -> bool:
        return self.drawing == 0

    @property
    def room(self) -> int:
        """How many more jobs may be claimed now; pictures, where they are drawn as one batch after the other."""
        if self.placement.alike and not self.idle:
            return 0
        free = self.placement.slots - self.drawing
        return (
            free
            if self._pacing is None or free <= 0
            else min(free, self._pacing.room(self.drawing, time.monotonic()))
        )

    def patience(self, most: float) -> float:
        """Seconds to wait for a wake before looking again: until its upstream may be called, `most` at the most."""
        wait = 0.0 if self._pacing is None else self._pacing.wait(time.monotonic())
        return min(wait, most) if wait > 0 else most

    def take(self) -> Pace:
        """One more job is drawn."""
        self.drawing += 1
        return Pace(self._pacing)

    def leave(self) -> None:
        """A job is drawn no more."""
        self.drawing -= 1
        if self.more or self.idle:
            self.wake.set()


class Pace:
    """The part of an attempt in its lane's pace. Its first call was paid for by the claim."""

    def __init__(self, pacing: Pacing | None = None) -> None:
        self._pacing = pacing
        self._begun = time.monotonic()
        self._prepaid = True
        if pacing is not None:
            pacing.begin(self._begun)

    async def turn(self, interrupted: asyncio.Event) -> None:
        """Return when the next call may be sent, or when the attempt is interrupted."""
        while self._pacing is not None and not self._prepaid and not interrupted.is_set():
            now = time.monotonic()
            if (wait := self._pacing.wait(now)) <= 0:
                self._pacing.begin(now)
                break
            await either(interrupted, wait)
        self._prepaid = False
        self._begun = time.monotonic()

    def answered(self) -> None:
        """The call was answered, with pictures or with a refusal."""
        if self._pacing is not None:
            self._pacing.answered()

    def over(self, error: LimnerError | None) -> None:
        """The attempt has ended."""
        if self._pacing is None:
            return
        if isinstance(error, UpstreamBusy):
            self._pacing.busy(self._begun, time.monotonic(), error.retry_after)
        elif self._prepaid:
            self._pacing.not_begun(time.monotonic())


async def either(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, or this many seconds are over."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass

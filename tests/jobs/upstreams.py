"""An upstream for tests without a socket: it yields what the `openai` engine yields, as badly as it is told to.
And what is on record of the calls to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from limner.engines.contract import Answered, DrawEvent, DrawOrder, Sending
from limner.engines.upstreams import Upstream
from limner.errors import LimnerError, Uncertain
from limner.jobs.models import Job, UpstreamCall
from tests.jobs.house import LANE
from tests.jobs.placements import square


def called(**options: object) -> Upstream:
    """A configured upstream whose lane is the tests' one."""
    return Upstream(name=LANE, kind="openai", url="http://127.0.0.1:9/v1", **options)  # type: ignore[arg-type]


@dataclass
class FarAway:
    """Each picture is one call. `answer` says what becomes of it: an error, a wait for ever (`...`), or a picture."""

    slots: int = 4
    alike: bool = False
    answer: Callable[[DrawOrder, int], object] = lambda order, index: None
    seconds: float = 0.0
    millicredits: int | None = 1100
    ready: bool = True
    sent: list[tuple[str, int, int]] = field(default_factory=list)
    """Job, attempt and index of what reached it."""
    at_once: int = 0
    most_at_once: int = 0

    async def start(self) -> None: ...

    async def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        for call, index in enumerate(order.indices):
            yield Sending(order.job, call, (index,), LANE)
            self.sent.append((order.job, order.attempt, index))
            said = await self._ask(order, index)
            if isinstance(said, Uncertain):
                raise said
            if isinstance(said, LimnerError):
                yield Answered(order.job, call, said.code)
                raise said
            if isinstance(said, Exception):
                raise said
            yield Answered(order.job, call, "ok", self.millicredits, {"total_tokens": 196})
            yield square(order, index)

    async def _ask(self, order: DrawOrder, index: int) -> object:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
            said = self.answer(order, index)
            if said is ...:
                await asyncio.Event().wait()
            return said
        finally:
            self.at_once -= 1

    async def cancel(self, job: str) -> None: ...

    async def close(self) -> None:
        self.ready = False


def rows(job: Job) -> list[UpstreamCall]:
    return list(UpstreamCall.objects.filter(job=job.public_id).order_by("attempt", "call"))


def outcomes(job: Job) -> list[str]:
    return [row.outcome for row in rows(job)]

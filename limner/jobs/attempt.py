"""One attempt at one job: from its claim to the row that ends it, or hands it on."""

from __future__ import annotations

import asyncio
import base64
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from limner.engines.contract import Answered, DrawEvent, Drawn, DrawOrder, Placement, Preview, Progress, Sending
from limner.errors import Broken, EndedEarly, LimnerError, Unavailable, UpstreamBusy
from limner.jobs import estimate, ledger, pipeline
from limner.jobs.bus import account_channel
from limner.jobs.lanes import Pace
from limner.jobs.ledger import Claim
from limner.jobs.measures import Measures
from limner.storage.blobs import Stored

log = logging.getLogger(__name__)

PAID_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between tries to store a picture that an upstream was paid for: asking it for another one costs more."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What an attempt needs of its dispatcher."""

    patiently: Callable[..., Awaitable[Any]]
    in_picture_thread: Callable[..., Awaitable[Any]]
    publish: Callable[[str, dict[str, Any]], None]
    measures: Measures
    lease_seconds: float
    max_attempts: int
    resend: Collection[str]


class Attempt:
    """Draws what is missing of one job. Pictures are kept in the order they come, beside the drawing of the next."""

    def __init__(self, claimed: Claim, placement: Placement, tools: Tools, pace: Pace | None = None) -> None:
        self.claimed = claimed
        self.placement = placement
        self.error: LimnerError | None = None
        """What went wrong, if anything did."""
        self._tools = tools
        self._pace = pace or Pace()
        self._missing = set(claimed.indices)
        self._images: dict[str, bytes] = {}
        self._keeping: asyncio.Task[None] | None = None
        self._trouble: LimnerError | None = None
        self._cancelled = False
        self._lost = False
        self._drawn = False
        self._stopping = False
        self._sent: set[int] = set()
        """Calls of an upstream that are under way."""
        self._bought: set[int] = set()
        """Pictures that an upstream was asked for: those of answered calls are still to come from the engine."""
        self._paid = False
        self._once = False
        """What was paid for is not asked for again because it could not be kept."""
        self._begun = time.monotonic()
        self._interrupted = asyncio.Event()
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Draw, keep, and write how it ended. Cancelling this hands the job back to the queue."""
        try:
            self.error = await self._draw()
            self._drawn = True
            await self._end(self.error)
        except asyncio.CancelledError:
            # The dispatcher stops. What is being kept is kept, then the rest of the job goes back at once.
            await self._finish_keeping()
            await self._hand_back()
            raise
        finally:
            self._pace.over(self.error)
            self._over.set()

    @property
    def sent(self) -> bool:
        """True while a call of an upstream is under way: ended now, nobody knows whether it has to be paid for; and
        while pictures of an answered one are not taken yet: ended now, they would be paid for and asked for again."""
        return bool(self._sent or self._bought & self._missing)

    def wind_up(self) -> None:
        """The dispatcher is about to stop: what is sent may be answered, and nothing more is sent."""
        self._stopping = True

    async def cancel(self) -> None:
        """Somebody cancelled the job: it ends at once, even while its model is still being loaded."""
        if not self._cancelled:
            self._cancelled = True
            await self._interrupt()

    async def lose(self) -> None:
        """The lease is gone: the drawing ends, and nothing more is written.

        Once all is drawn there is nothing to stop: what is being written now is fenced by itself.
        """
        if self._missing and not self._lost and not self._drawn:
            log.warning("The lease of job %s, attempt %d, was lost.", self.claimed.job, self.claimed.attempt)
            self._lost = True
            await self._interrupt()

    async def over(self) -> None:
        """Return when this attempt has ended."""
        await self._over.wait()

    async def _interrupt(self) -> None:
        self._interrupted.set()
        if not self._drawn:  # else it may be the job's next attempt that would hear of it
            await self.placement.cancel(str(self.claimed.job))

    # Drawing --------------------------------------------------------------------------------------------------

    async def _draw(self) -> LimnerError | None:
        """Have the missing pictures drawn. Answers what went wrong, if anything did."""
        try:
            order = await self._order()
            async with (
                aclosing(self.placement.draw(order)) as drawing,  # type: ignore[type-var]
                aclosing(_until(self._interrupted, drawing)) as events,
            ):
                async for event in events:
                    if isinstance(event, Answered):
                        await self._answered(event)
                    if self._lost or (self._trouble is not None and not self.sent):
                        break
                    if self._cancelled and not isinstance(event, Drawn):
                        break
                    if isinstance(event, Sending) and not await self._may_send(event):
                        break
                    await self._take(event)
            await self._finish_keeping()
        except LimnerError as error:
            await self._finish_keeping()
            return error
        except Exception:
            # The boundary: whatever an engine throws at us fails this job and not the dispatcher.
            log.exception("Job %s broke.", self.claimed.job)
            await self._finish_keeping()
            return Broken("Something broke while this was drawn. The server's log says what.")
        return self._trouble

    async def _order(self) -> DrawOrder:
        request = self.claimed.request
        if request.images or request.mask is not None:
            keys = await self._tools.patiently(pipeline.image_keys, self.claimed)
            self._images = await self._tools.in_picture_thread(pipeline.images, keys)
        return DrawOrder(str(self.claimed.job), self.claimed.attempt, request, self.claimed.indices, self._images)

    async def _may_send(self, call: Sending) -> bool:
        """Wait for the call's turn and put it on record. The engine sends it when it is asked for its next event."""
        # Nothing more is bought while it is not known whether what was bought can be kept.
        await self._finish_keeping()
        if self._trouble is not None:
            return False
        await self._pace.turn(self._interrupted)
        if self._interrupted.is_set() or self._stopping:
            self._stopping = True
            return False
        write = self._write(ledger.sending, self.claimed, call, lease_seconds=self._tools.lease_seconds)
        if not await write:
            self._stopping = True  # it is somebody else's by now, or was cancelled: the ledger knows
            return False
        self._sent.add(call.call)
        self._bought.update(call.indices)
        self._paid = True
        self._once = self._once or call.upstream not in self._tools.resend
        return True

    async def _answered(self, answer: Answered) -> None:
        self._sent.discard(answer.call)
        if answer.outcome != UpstreamBusy.code:
            self._pace.answered()
        await self._write(ledger.answered, self.claimed, answer)

    async def _take(self, event: DrawEvent) -> None:
        match event:
            case Progress():
                self._publish("progress", self._progress(event))
            case Preview():
                image = "data:image/webp;base64," + base64.b64encode(event.image).decode("ascii")
                self._publish("preview", {"index": event.index, "step": event.step, "image": image})
            case Drawn():
                if event.index not in self._missing:
                    log.warning("Job %s: picture %d was not asked for.", self.claimed.job, event.index)
                    return
                self._missing.discard(event.index)
                self._tools.measures.add(self.claimed, event)
                # One picture may wait for its turn while the next one is drawn; more would fill the memory.
                await self._finish_keeping()
                if not self._lost:
                    last = not self._missing and self._trouble is None
                    self._keeping = asyncio.create_task(self._keep(event, last=last))

    def _progress(self, event: Progress) -> dict[str, object]:
        pictures = len(self.claimed.indices)
        done = pictures - len(self._missing)
        share = min((done + event.step / max(event.steps, 1)) / pictures, 1.0) if pictures else 1.0
        predicted = self.claimed.predicted_seconds * pictures / self.claimed.n
        left = estimate.seconds_left(predicted, elapsed=time.monotonic() - self._begun, share_done=share)
        return {"index": event.index, "step": event.step, "steps": event.steps, "seconds_left": round(left, 1)}

    def _publish(self, kind: str, data: dict[str, object]) -> None:
        message = {"kind": kind, "number": None, "job": str(self.claimed.job), "data": data}
        self._tools.publish(account_channel(self.claimed.account_id), message)

    # Keeping and ending ---------------------------------------------------------------------------------------

    async def _keep(self, drawn: Drawn, *, last: bool) -> None:
        try:
            stored = await self._store(drawn)
            mine = await self._write(
                pipeline.keep,
                self.claimed,
                drawn,
                stored,
                last=last,
                lease_seconds=self._tools.lease_seconds,
            )
        except LimnerError as error:
            self._trouble = self._trouble or error
        except Exception:
            # The boundary again: a bug in keeping fails the job, with the whole story in the log.
            log.exception("Picture %d of job %s could not be kept.", drawn.index, self.claimed.job)
            broken = Broken("A picture was drawn but could not be kept. The server's log says why.")
            self._trouble = self._trouble or broken
        else:
            self._lost = self._lost or not mine
        if self._trouble is not None and self._once:
            self._trouble.retryable = False
        if self._lost or (self._trouble is not None and not self.sent):
            await self._interrupt()

    async def _store(self, drawn: Drawn) -> Stored:
        # Once one was waited for in vain, the others of its call are given a single try.
        for pause in PAID_PAUSES if self._paid and self._trouble is None else ():
            try:
                return await self._stored(drawn)
            except Unavailable as error:
                log.warning("Picture %d of job %s: %s", drawn.index, self.claimed.job, error.message)
            await asyncio.sleep(pause)
        return await self._stored(drawn)

    async def _stored(self, drawn: Drawn) -> Stored:
        stored: Stored = await self._tools.in_picture_thread(pipeline.store, self.claimed, drawn, self._images)
        return stored

    async def _finish_keeping(self) -> None:
        if self._keeping is not None:
            # Shielded: a picture that is drawn is kept, even when the dispatcher stops at this moment.
            await asyncio.shield(self._keeping)

    async def _end(self, error: LimnerError | None) -> None:
        """Write the end, unless the last picture's transaction has written it."""
        if self._lost:
            return
        if error is not None:
            log.warning("Job %s, attempt %d: %s", self.claimed.job, self.claimed.attempt, error.message)
            await self._fail(error)
        elif self._missing and self._cancelled:
            await self._write(ledger.finish, self.claimed)
        elif self._missing and self._stopping:
            await self._hand_back()
        elif self._missing:
            await self._fail(EndedEarly("The model stopped before the picture was finished."))

    async def _fail(self, error: LimnerError) -> None:
        tools = self._tools
        await self._write(ledger.fail, self.claimed, error, max_attempts=tools.max_attempts, resend=tools.resend)

    async def _hand_back(self) -> None:
        await self._write(ledger.requeue, self.claimed, resend=self._tools.resend)

    async def _write(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A fenced write, seen through even when this attempt is cancelled while it runs."""
        return await asyncio.shield(asyncio.ensure_future(self._tools.patiently(fn, *args, **kwargs)))


async def _until(interrupted: asyncio.Event, drawing: AsyncIterator[DrawEvent]) -> AsyncGenerator[DrawEvent]:
    """The drawing's events, until it ends or somebody interrupts it: no matter what it waits for just then."""
    stop = asyncio.ensure_future(interrupted.wait())
    coming: asyncio.Future[DrawEvent] | None = None
    try:
        while not interrupted.is_set():
            coming = asyncio.ensure_future(anext(drawing))
            await asyncio.wait({coming, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                return
            try:
                event = coming.result()
            except StopAsyncIteration:
                return
            yield event
    finally:
        # The drawing can only be closed once nobody waits for its next event.
        for task in (stop, coming):
            if task is not None and not task.done():
                task.cancel()
                await asyncio.wait({task})
        if coming is not None and not coming.cancelled():
            coming.exception()  # looked at, so that nothing complains: there is nobody left to tell

"""The dispatcher: claims jobs, has them drawn, keeps what is drawn, and holds the leases meanwhile.

It lives in one event loop and never blocks it: the database has a small pool of threads of its own, encoding and
storing another. It wakes when the bus says that there is work; a poll once a second is the safety net.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.utils import timezone

from limner.engines.contract import Placement
from limner.engines.upstreams import Upstream, upstreams
from limner.errors import LimnerError, Unavailable, UpstreamClosed, UpstreamError
from limner.jobs import calls, ledger
from limner.jobs.attempt import Attempt, Tools
from limner.jobs.bus import DISPATCH, Bus
from limner.jobs.lanes import Lane, either
from limner.jobs.measures import Measures
from limner.jobs.threads import give_back_connections, run_in
from limner.jobs.tidying import tidy
from limner.jobs.trouble import DATABASE_TROUBLE

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

DATABASE_THREADS = 4
PICTURE_THREADS = 2
SWEEP_SECONDS = 3600.0
TIDY_SECONDS = 24 * 3600.0
RELOAD_SECONDS = 30.0
"""A model that could not be loaded is tried again this much later, besides when a job asks for it."""
PATIENCE_SECONDS = 10.0


class Dispatcher:
    """Draws the jobs of the lanes it has placements for.

    `holder` names this installation and `boot` this start of it. `max_attempts` bounds how often a job may make its
    engine fail. The storage is tidied `first_tidy_seconds` after the start, then daily. `called` are the upstreams
    that lanes lead to: those that are configured, unless they are given. `now` says, whenever it is asked, which
    placements there are by then; the lane of one that is gone is served all the same: its jobs are told there. With
    it, `placements` are all there are on this machine.
    Times are arguments so that tests can be fast.
    """

    def __init__(
        self,
        placements: Mapping[str, Placement],
        *,
        now: Callable[[], Awaitable[Mapping[str, Placement]]] | None = None,
        holder: str,
        boot: str,
        bus: Bus,
        lease_seconds: float = 30.0,
        poll_seconds: float = 1.0,
        max_attempts: int = 3,
        first_tidy_seconds: float = 300.0,
        called: Iterable[Upstream] | None = None,
    ) -> None:
        known = {upstream.name: upstream for upstream in (upstreams() if called is None else called)}
        self._lanes = {name: Lane(name, placement, known.get(name)) for name, placement in placements.items()}
        self._now = now
        self._gone: set[str] = set()
        """Lanes of models that were removed."""
        self._resend = frozenset(upstream.name for upstream in known.values() if upstream.resend)
        self._holder = holder
        self._boot = boot
        self._bus = bus
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds
        self._max_attempts = max_attempts
        self._first_tidy_seconds = first_tidy_seconds
        self._attempts: dict[str, Attempt] = {}
        self._drawing: set[asyncio.Task[None]] = set()
        self._problems: dict[str, str] = {}
        self._claiming = False
        self._stopping: asyncio.Event = asyncio.Event()
        self._stopped: asyncio.Event = asyncio.Event()
        self._stopped.set()
        self._drain_seconds = 0.0
        self._sent_seconds = 0.0
        self._database = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="limner-ledger")
        self._pictures = ThreadPoolExecutor(PICTURE_THREADS, thread_name_prefix="limner-pictures")
        self._measures = Measures()

    @property
    def ready(self) -> bool:
        """True when a picture can be drawn now by at least one lane."""
        return any(self.models.values())

    @property
    def models(self) -> dict[str, bool]:
        """Each lane, and whether it can draw now."""
        return {
            name: self._claiming and lane.placement.ready and name not in self._problems
            for name, lane in self._lanes.items()
            if name not in self._gone
        }

    @property
    def problems(self) -> dict[str, str]:
        """Why lanes cannot draw, in sentences."""
        return {name: said for name, said in self._problems.items() if name not in self._gone}

    async def run(self) -> None:
        """Draw until `stop` is called. Cancelling this is a stop without a drain."""
        self._stopped.clear()
        watching = (self._listen, self._heartbeats, self._watch_cancels)
        duties = (*watching, self._reap, self._sweep, self._tidy, self._learn)
        tasks = [asyncio.create_task(duty(), name=f"dispatcher: {duty.__name__}") for duty in duties]
        lanes = asyncio.create_task(self._serve_all(), name="dispatcher: lanes")
        stopping = asyncio.create_task(self._stopping.wait(), name="dispatcher: until stopped")
        try:
            if not await self._took_back(stopping):
                return
            self._claiming = True
            for lane in self._lanes.values():
                lane.wake.set()
            # A duty never ends by itself: if one does, its error ends the dispatcher instead of hiding.
            done, _ = await asyncio.wait([stopping, *tasks, lanes], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()
        finally:
            self._claiming = False
            stopping.cancel()
            await self._wind_up(tasks, lanes)

    async def _took_back(self, stopping: asyncio.Task[bool]) -> bool:
        """Take back what an earlier start held. False when told to stop first: the database may be away for long."""
        taking = asyncio.ensure_future(self._begin())
        try:
            await asyncio.wait({taking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not taking.done():
                return False
            taking.result()
            return not stopping.done()
        finally:
            taking.cancel()

    async def _begin(self) -> None:
        begun = timezone.now()
        await self._patiently(ledger.take_back, self._holder, self._boot, self._resend)
        if self._now is not None:  # else it was started for some of the models only
            await self._look(self._now)
            await self._patiently(ledger.fail_unserved, list(self._lanes), before=begun)

    async def stop(self, drain_seconds: float, sent_seconds: float = 0.0) -> None:
        """Claim no more, let running jobs go on for `drain_seconds`, hand the rest back to the queue, close.

        What was sent to an upstream may be answered for `sent_seconds`: nobody would know whether it has to be paid.
        """
        self._drain_seconds = drain_seconds
        self._sent_seconds = sent_seconds
        self._stopping.set()
        await self._stopped.wait()

    async def _wind_up(self, duties: list[asyncio.Task[None]], lanes: asyncio.Task[None]) -> None:
        try:
            await _cancelled([lanes])
            for attempt in self._attempts.values():
                attempt.wind_up()
            if self._drawing and self._drain_seconds > 0:
                await asyncio.wait(self._drawing, timeout=self._drain_seconds)
            await self._answers_of_upstreams(self._sent_seconds - self._drain_seconds)
            # What is cancelled here hands its job back itself, with its lease still held.
            await _cancelled(self._drawing)
            await _cancelled(duties)
            await self._measures.flush(self._in_database)
            await _ended(asyncio.ensure_future(lane.placement.close()) for lane in self._lanes.values())
        finally:
            self._database.shutdown(wait=False)
            self._pictures.shutdown(wait=False)
            self._stopped.set()

    async def _answers_of_upstreams(self, seconds: float) -> None:
        """Wait for the attempts that were sent to an upstream, and were not answered yet."""
        sent = [attempt.over() for attempt in self._attempts.values() if attempt.sent]
        if sent and seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*sent), seconds)
        else:
            for waiting in sent:
                waiting.close()

    # Claiming and drawing -------------------------------------------------------------------------------------

    async def _serve_all(self) -> None:
        """Serve the lanes there are, and those that are new when it is looked."""
        serving: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                for lane in self._lanes.values():
                    if lane.name not in serving:
                        task = asyncio.create_task(self._serve(lane), name=f"dispatcher: lane {lane.name}")
                        serving[lane.name] = task
                pause = asyncio.create_task(asyncio.sleep(self._poll_seconds), name="dispatcher: until the next look")
                done, _ = await asyncio.wait([pause, *serving.values()], return_when=asyncio.FIRST_COMPLETED)
                pause.cancel()
                for task in done - {pause}:
                    task.result()  # a lane never ends by itself either
                if self._now is not None:
                    await self._look(self._now)
        finally:
            await _cancelled(serving.values())

    async def _look(self, now: Callable[[], Awaitable[Mapping[str, Placement]]]) -> None:
        """Models may have come and gone."""
        try:
            found = await now()
        except Exception:  # boundary: whatever lies in a folder of models, the lanes there are go on drawing
            log.exception("It could not be looked which models there are; looking again.")
            return
        for name in found.keys() - self._lanes.keys():
            self._lanes[name] = Lane(name, found[name])
        self._gone = self._lanes.keys() - found.keys()

    async def _serve(self, lane: Lane) -> None:
        """Keep one lane as busy as it may be."""
        load_again = await self._warm_up(lane)
        loop = asyncio.get_running_loop()
        while True:
            lane.wake.clear()
            room = lane.room if self._claiming else 0
            claims = await self._claim(lane, room) if room > 0 else []
            lane.more = len(claims) >= room
            for claimed in claims:
                attempt = Attempt(claimed, lane.placement, self._tools(), lane.take())
                task = asyncio.create_task(self._draw(lane, attempt), name=f"job {claimed.job}")
                self._drawing.add(task)
                task.add_done_callback(self._drawing.discard)
                task.add_done_callback(lambda _: lane.leave())
            if not lane.placement.ready and lane.idle and loop.time() >= load_again:
                load_again = await self._warm_up(lane)  # it died: nobody shall have to wait for it later
            elif not (claims and lane.more and lane.room > 0):
                await either(lane.wake, lane.patience(self._poll_seconds))

    async def _claim(self, lane: Lane, slots: int) -> list[ledger.Claim]:
        # Shielded: a claim that has gone to its thread must not be forgotten when the dispatcher stops.
        claiming = asyncio.ensure_future(self._in_database(self._claim_now, lane, slots))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            for claimed in await claiming:
                await self._in_database(ledger.requeue, claimed)  # nothing of it was sent yet
            raise
        except DATABASE_TROUBLE:
            log.exception("The ledger did not answer; asking again.")
            return []

    def _claim_now(self, lane: Lane, slots: int) -> list[ledger.Claim]:
        lease, alike = self._lease_seconds, lane.placement.alike
        return ledger.claim(
            lane.name, holder=self._holder, boot=self._boot, lease_seconds=lease, limit=slots, alike=alike
        )

    async def _warm_up(self, lane: Lane) -> float:
        """Load the model. Answers when it may be loaded the next time, should it be gone then.

        Where it fails the lane is served all the same: each job then says what is wrong.
        """
        now = asyncio.get_running_loop().time()
        try:
            await lane.placement.start()
        except LimnerError as error:
            log.error("The model %s could not be loaded: %s", lane.name, error.message)
            self._problems[lane.name] = error.message
            return now + RELOAD_SECONDS
        self._problems.pop(lane.name, None)
        return now + self._poll_seconds

    async def _draw(self, lane: Lane, attempt: Attempt) -> None:
        job = str(attempt.claimed.job)
        # An older attempt of our own may still be drawing after it lost its lease: one at a time.
        if (older := self._attempts.get(job)) is not None:
            await older.lose()
            await older.over()
        self._attempts[job] = attempt
        try:
            await attempt.run()
        finally:
            if self._attempts.get(job) is attempt:
                del self._attempts[job]
            if isinstance(attempt.error, UpstreamClosed):
                self._problems[lane.name] = attempt.error.message
            elif lane.placement.ready and not isinstance(attempt.error, UpstreamError):
                self._problems.pop(lane.name, None)

    def _tools(self) -> Tools:
        return Tools(
            patiently=self._patiently,
            in_picture_thread=self._in_picture_thread,
            publish=self._bus.publish,
            measures=self._measures,
            lease_seconds=self._lease_seconds,
            max_attempts=self._max_attempts,
            resend=self._resend,
        )

    # Duties ---------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Wake lanes and cancel jobs when the bus says so."""
        async with self._bus.subscribe(DISPATCH) as messages:
            async for message in messages:
                if message["kind"] == "cancel":
                    if (attempt := self._attempts.get(message["job"])) is not None:
                        await attempt.cancel()
                elif message["kind"] == "gap":
                    for lane in self._lanes.values():
                        lane.wake.set()
                elif (woken := self._lanes.get(message["data"]["lane"])) is not None:
                    woken.wake.set()
        await self._stopping.wait()  # the bus was closed: the poll goes on without it

    async def _heartbeats(self) -> None:
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            attempts = {attempt.claimed: attempt for attempt in self._attempts.values()}
            if not attempts:
                continue
            try:
                held = await self._in_database(ledger.heartbeat, attempts, lease_seconds=self._lease_seconds)
            except DATABASE_TROUBLE:
                log.exception("The leases could not be renewed; trying again.")
                continue
            for claimed in attempts.keys() - held:
                await attempts[claimed].lose()

    async def _watch_cancels(self) -> None:
        """The safety net under the bus: a cancel may have come through another process."""
        while True:
            await asyncio.sleep(self._poll_seconds)
            attempts = {attempt.claimed: attempt for attempt in self._attempts.values()}
            if not attempts:
                continue
            try:
                cancelled = await self._in_database(ledger.asked_to_cancel, attempts)
            except DATABASE_TROUBLE:
                log.exception("The ledger did not say which jobs are cancelled; asking again.")
                continue
            for claimed in cancelled:
                await attempts[claimed].cancel()

    async def _reap(self) -> None:
        def reap() -> None:
            ledger.reap(self._resend, but=[attempt.claimed.pk for attempt in list(self._attempts.values())])

        await self._every(min(self._lease_seconds / 3, 10.0), reap)

    async def _sweep(self) -> None:
        await self._every(SWEEP_SECONDS, _sweep)

    async def _tidy(self) -> None:
        """Once a day: what nobody needs leaves the storage. Never at once: a start has better things to do."""
        pause = self._first_tidy_seconds
        while True:
            await asyncio.sleep(pause)
            pause = TIDY_SECONDS
            try:
                await self._in_database(tidy, go_on=self._go_on_tidying)
            except (*DATABASE_TROUBLE, Unavailable):
                pause = self._first_tidy_seconds
                log.exception("The storage could not be tidied; trying again in %g s.", pause)

    def _go_on_tidying(self) -> bool:
        give_back_connections()  # listing a bucket takes a while: others may want this one meanwhile
        return not (self._stopping.is_set() or self._stopped.is_set())

    async def _every(self, seconds: float, duty: Callable[[], object]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await self._in_database(duty)
            except DATABASE_TROUBLE:
                log.exception("The ledger did not answer; trying again in %g s.", seconds)

    async def _learn(self) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            await self._measures.flush(self._in_database)

    # Threads --------------------------------------------------------------------------------------------------

    async def _in_database(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await run_in(self._database, fn, *args, **kwargs)

    async def _in_picture_thread(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await run_in(self._pictures, fn, *args, **kwargs)

    async def _patiently(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a fenced write, again and again while the database is away: a drawn picture is worth the wait."""
        pause = 0.1
        while True:
            try:
                return await self._in_database(fn, *args, **kwargs)
            except DATABASE_TROUBLE:
                log.exception("The ledger did not answer; trying again in %g s.", pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)


def _sweep() -> None:
    ledger.sweep_events(days=settings.LIMNER_KEEP_EVENTS)
    calls.sweep()


async def _cancelled(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they are gone."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await _ended(tasks)


async def _ended(futures: Iterable[asyncio.Future[None]]) -> None:
    """Wait for the ends of these, not for ever; an error in one is logged, not lost.

    What does not end (the database is away) is left behind: its leases run out, or the next start takes them back.
    """
    waiting = list(futures)
    if not waiting:
        return
    done, pending = await asyncio.wait(waiting, timeout=PATIENCE_SECONDS)
    for future in done:
        if not future.cancelled() and (error := future.exception()) is not None:
            log.error("A part of the dispatcher ended with an error.", exc_info=error)
    for future in pending:
        log.error("A part of the dispatcher did not end in %g s: %r", PATIENCE_SECONDS, future)

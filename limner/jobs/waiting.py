"""Submit a job and wait, without a database connection in hand, until it has ended.

Whoever waits listens to the account's channel first, then reads the job's state, then waits: an end that falls
between the two is not missed. The waiting calls of one account share one subscription. The bus may lose messages:
the poll of `watch` then says that there is something new, and the ledger is asked about the account's jobs. When the
server stops, everybody who waits is let go with `Unavailable`; their jobs stay.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import Error as DatabaseTrouble
from django.db import transaction

from limner.accounts.models import Account, ApiKey
from limner.engines.contract import DrawRequest
from limner.errors import RateLimited, Unavailable
from limner.jobs import queries
from limner.jobs.bus import account_channel, bus
from limner.jobs.models import Job
from limner.jobs.queries import outlook
from limner.jobs.services import cancel, for_a_program, lane_of, submit
from limner.jobs.states import ENDED
from limner.jobs.threads import in_thread
from limner.jobs.trouble import said_plainly
from limner.jobs.watch import watched

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0
RETRY_AFTER_STOP = 5.0
"""Seconds after which a caller who was let go may ask again: about what a restart takes."""


def unfinished(jobs: list[UUID]) -> set[UUID]:
    """Those of `jobs` that have not ended. A job that is no longer there has nothing more to wait for."""
    rows = Job.objects.filter(public_id__in=jobs).exclude(state__in=ENDED)
    return set(rows.values_list("public_id", flat=True))


Watchers = defaultdict[UUID, set[asyncio.Future[None]]]


@dataclass
class _Ear:
    """One subscription to an account's channel, how many calls listen by it, and the jobs they wait for."""

    task: asyncio.Task[None]
    subscribed: asyncio.Event
    watchers: Watchers
    listeners: int = 0

    def let_go(self, error: Exception) -> None:
        """End every wait with `error`."""
        for waiting in self.watchers.values():
            for ended in waiting:
                if not ended.done():
                    ended.set_exception(error)


class WaitingRoom:
    """Everybody who waits on one event loop."""

    def __init__(self) -> None:
        self._ears: dict[int, _Ear] = {}

    @asynccontextmanager
    async def listening(self, account_id: int) -> AsyncIterator[Watchers]:
        """Inside, the ends of the account's jobs are heard of."""
        ear = self._ears.get(account_id)
        if ear is None:
            subscribed, watchers = asyncio.Event(), Watchers(set)
            hearing = _listen(account_id, subscribed, watchers)
            task = asyncio.create_task(hearing, name="waiting: an account's channel")
            ear = self._ears[account_id] = _Ear(task, subscribed, watchers)
            task.add_done_callback(partial(self._closed, account_id, ear))
        ear.listeners += 1
        try:
            await ear.subscribed.wait()
            yield ear.watchers
        finally:
            ear.listeners -= 1
            if not ear.listeners:
                self._forget(account_id, ear)
                ear.task.cancel()

    def let_go(self, error: Exception) -> None:
        """End every wait with `error`."""
        for ear in self._ears.values():
            ear.let_go(error)

    def _closed(self, account_id: int, ear: _Ear, task: asyncio.Task[None]) -> None:
        """Nobody hears for these calls any more: the bus was closed, because the server stops, or something broke."""
        self._forget(account_id, ear)
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            logger.error("Waiting calls lost the bus.", exc_info=error)
        ear.let_go(error if isinstance(error, Exception) else stopped())

    def _forget(self, account_id: int, ear: _Ear) -> None:
        if self._ears.get(account_id) is ear:
            del self._ears[account_id]


async def _listen(account_id: int, subscribed: asyncio.Event, watchers: Watchers) -> None:
    """Wake whoever waits for a job that has ended: at once by the bus, else a second later by the poll's number."""
    known: int | None = None
    """The events up to this number have all been heard or looked at."""
    try:
        async with bus().subscribe(account_channel(account_id)) as messages:
            with watched(account_id):
                subscribed.set()
                async for message in messages:
                    kind, number = message["kind"], message["number"]
                    if kind == "state" and message["data"]["state"] in ENDED:
                        _wake(watchers, UUID(str(message["job"])))
                    if kind == "gap" or (kind == "number" and (known is None or number > known)):
                        await _look(watchers)
                        known = number
                    elif known is not None and number == known + 1:
                        known = number
    finally:
        subscribed.set()


async def _look(watchers: Watchers) -> None:
    """Ask the ledger which of the jobs have ended, again and again while it does not answer."""
    while jobs := list(watchers):
        try:
            still_going = await in_thread(unfinished, jobs)
        except DatabaseTrouble:
            logger.warning("The ledger did not answer for waiting calls; asking again.", exc_info=True)
            await asyncio.sleep(AGAIN_SECONDS)
            continue
        for job in jobs:
            if job not in still_going:
                _wake(watchers, job)
        return


def _wake(watchers: Watchers, job: UUID) -> None:
    for ended in watchers.get(job, ()):
        if not ended.done():
            ended.set_result(None)


@contextmanager
def _watching(watchers: Watchers, job: UUID) -> Iterator[asyncio.Future[None]]:
    """A future that is done when the job has ended, or that raises when waiting makes no more sense."""
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    watchers[job].add(ended)
    try:
        yield ended
    finally:
        watchers[job].discard(ended)
        if not watchers[job]:
            del watchers[job]
        if ended.done() and not ended.cancelled():
            ended.exception()  # read, so that a waiter who has already left raises no "never retrieved"


_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, WaitingRoom] = WeakKeyDictionary()
_stopping = False


def stop_waiting() -> None:
    """The server is stopping: let everybody go, now and from now on. May be called from a signal handler."""
    global _stopping
    _stopping = True
    for loop, room in list(_rooms.items()):
        if not loop.is_closed():
            loop.call_soon_threadsafe(room.let_go, stopped())


def wait_again() -> None:
    """Undo `stop_waiting`: a server starts in this process."""
    global _stopping
    _stopping = False


def stopping() -> bool:
    """True once the server has begun to stop: a call that breaks off now is no hang-up."""
    return _stopping


def refuse_when_stopping() -> None:
    """Raise `Unavailable` when the server is stopping, before anything is stored."""
    if _stopping:
        raise Unavailable("Limner is stopping. Ask again in a few seconds.", retry_after=RETRY_AFTER_STOP)


async def submit_and_wait(
    account: Account, request: DrawRequest, *, longest_wait: float, api_key: ApiKey | None = None
) -> UUID:
    """Submit a job for a caller who waits for it, as `submitted`, and return its public id once it has ended."""
    async with submitted(account, request, longest_wait=longest_wait, api_key=api_key) as job:
        await wait_until_ended(account.pk, job.public_id)
    return job.public_id


@asynccontextmanager
async def submitted(
    account: Account,
    request: DrawRequest,
    *,
    longest_wait: float,
    idempotency_key: str | None = None,
    api_key: ApiKey | None = None,
) -> AsyncIterator[Job]:
    """A job for a caller who stays while it is drawn.

    One who hangs up (what is done inside is cancelled, or closed) takes the job along, unless it is the server that
    stops, or the caller gave an `idempotency_key`, which means to ask again.
    Raises `RateLimited`, with nothing stored, when the wait would likely be longer than `longest_wait` seconds.
    """
    refuse_when_stopping()
    submitting = asyncio.create_task(
        in_thread(submit_if_soon, account, request, longest_wait, idempotency_key, api_key)
    )
    try:
        # A thread cannot be called back: without the shield, a hang-up at this moment would leave a job for nobody.
        yield await asyncio.shield(submitting)
    except (asyncio.CancelledError, GeneratorExit):
        if not stopping() and idempotency_key is None:
            job = await submitting
            await in_thread(cancel, account, job.public_id)
        raise


@said_plainly()
def submit_if_soon(
    account: Account,
    request: DrawRequest,
    longest_wait: float,
    idempotency_key: str | None = None,
    api_key: ApiKey | None = None,
) -> Job:
    """Submit, unless the queue before the job likely takes longer than `longest_wait` seconds: then store nothing."""
    with transaction.atomic():
        before = queries.longest_wait(lane_of(request))
        job = submit(account, for_a_program(request), idempotency_key=idempotency_key, key=api_key)
        if before <= longest_wait:
            return job
        left = outlook(job)
        likely = (left.low + left.high) / 2 - job.predicted_seconds
        if likely > longest_wait:
            raise RateLimited(
                f"The queue is full: this job would wait for about {likely:.0f} seconds, and a call may wait for "
                f"{longest_wait:.0f} here. Please try again later.",
                retry_after=likely - longest_wait,
            )
    return job


async def wait_until_ended(account_id: int, job: UUID) -> None:
    """Return when the job has ended, whoever ended it and wherever it ran."""
    if _stopping:
        raise stopped()
    room = _rooms.setdefault(asyncio.get_running_loop(), WaitingRoom())
    async with room.listening(account_id) as watchers:
        with _watching(watchers, job) as ended:
            if await in_thread(unfinished, [job]):
                await ended


def stopped() -> Unavailable:
    """What a caller is told whose job is not drawn before the server stops."""
    return Unavailable(
        "Limner is stopping. The job is kept and will be drawn after the restart: /api/v1/jobs lists it then.",
        retry_after=RETRY_AFTER_STOP,
    )

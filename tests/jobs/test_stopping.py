"""Dispatchers that stop, and leases that are held or lost."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from django.db import connection, transaction

from limner.accounts.models import Account
from limner.jobs.bus import bus
from limner.jobs.dispatcher import Dispatcher
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.jobs.house import LANE, asking, assert_books_balance, began, dispatching, ended, kept, now, until
from tests.jobs.placements import Painter

pytestmark = pytest.mark.django_db(transaction=True)


async def test_stopping_lets_a_running_job_finish_in_time(alice: Account) -> None:
    painter = Painter(held=True)
    dispatcher, running = await started(painter)
    job, waiting = await asking(alice), await asking(alice)
    await until(lambda: bool(painter.drawing))  # what is claimed and not begun yet is handed back
    stop = asyncio.create_task(dispatcher.stop(20))
    await painter.let_go()
    await stop
    await running
    assert (await in_thread(now, job)).state == State.DONE
    assert (await in_thread(now, waiting)).state == State.QUEUED
    assert painter.closed == 1
    assert not dispatcher.ready


async def test_stopping_hands_back_what_is_not_finished_and_counts_nothing(alice: Account) -> None:
    painter = Painter(slots=2)
    painter.trouble = lambda order, index: setattr(painter, "held", index == 1)
    dispatcher, running = await started(painter)
    job = await asking(alice, n=2)
    await until(lambda: kept(job) == [0])
    await dispatcher.stop(0)
    await running
    row = await in_thread(now, job)
    assert (row.state, row.failures, row.lost, row.lease_until) == (State.QUEUED, 0, 0, None)
    async with dispatching(Painter()):
        assert (await ended(job)).state == State.DONE
    await in_thread(assert_books_balance)


async def test_cancelling_the_dispatcher_hands_its_jobs_back(alice: Account) -> None:
    _, running = await started(Painter(held=True))
    job = await asking(alice)
    await began(job)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await in_thread(now, job)).state == State.QUEUED


async def test_a_dispatcher_stops_while_the_database_does_not_answer_at_its_start(alice: Account) -> None:
    dispatcher = Dispatcher({LANE: Painter()}, holder="house", boot="boot", bus=bus())
    async with database_stuck():
        running = asyncio.create_task(dispatcher.run())
        await until(lambda: [thread for thread in threading.enumerate() if LEDGER in thread.name])
        async with asyncio.timeout(10):
            await dispatcher.stop(0)
            await running
    await until(lambda: not [thread for thread in threading.enumerate() if LEDGER in thread.name])


async def test_a_dispatcher_that_never_ran_stops_at_once() -> None:
    await Dispatcher({LANE: Painter()}, holder="house", boot="boot", bus=bus()).stop(5)


async def started(painter: Painter) -> tuple[Dispatcher, asyncio.Task[None]]:
    """A dispatcher that the test itself stops."""
    dispatcher = Dispatcher(
        {LANE: painter}, holder="house", boot=secrets.token_hex(4), bus=bus(), poll_seconds=0.1, lease_seconds=5
    )
    return dispatcher, asyncio.create_task(dispatcher.run())


LEDGER = "limner-ledger"


@asynccontextmanager
async def database_stuck() -> AsyncIterator[None]:
    """Whoever wants to write to the ledger waits, and waits."""
    locked, over = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def lock() -> None:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"LOCK TABLE {Job._meta.db_table} IN ACCESS EXCLUSIVE MODE")
            loop.call_soon_threadsafe(locked.set)
            assert over.wait(60)

    locking = asyncio.create_task(in_thread(lock))
    try:
        await locked.wait()
        yield
    finally:
        over.set()
        await locking


# Leases -------------------------------------------------------------------------------------------------------


async def test_a_long_drawing_keeps_its_lease(alice: Account) -> None:
    async with dispatching(Painter(step_seconds=1.2), lease_seconds=3):
        job = await ended(await asking(alice))
    assert (job.state, job.attempt) == (State.DONE, 1)


async def test_an_attempt_that_lost_its_lease_stops_drawing(alice: Account) -> None:
    painter = Painter(held=True)
    async with dispatching(painter, lease_seconds=3):
        job = await asking(alice)
        await began(job)
        await in_thread(Job.objects.filter(pk=job.pk).update, attempt=5)
        await until(lambda: painter.cancelled == [str(job.public_id)])
        await until(lambda: not painter.drawing)
        await in_thread(Job.objects.filter(pk=job.pk).update, state=State.QUEUED)
        await painter.let_go()
        row = await ended(job)
    assert (row.state, row.attempt) == (State.DONE, 6)


async def test_two_dispatchers_never_draw_the_same_attempt(alice: Account, bob: Account) -> None:
    painters = [Painter(slots=3), Painter(slots=3)]
    jobs = [await asking(account) for _ in range(30) for account in (alice, bob)]
    async with dispatching(painters[0], boot="one", holder="one"), dispatching(painters[1], boot="two", holder="two"):
        for job in jobs:
            assert (await ended(job)).attempt == 1
    drawn = [order.job for painter in painters for order in painter.orders]
    assert sorted(drawn) == sorted(str(job.public_id) for job in jobs)
    await in_thread(assert_books_balance)

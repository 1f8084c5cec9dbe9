"""The bus inside one process: what it may lose, and what not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from limner.jobs.bus import MAX_PASSING, MAX_WAITING, MemoryBus, Message

HERE = "account:1"


def state(number: int, name: str = "running", job: str = "a") -> Message:
    return {"kind": "state", "number": number, "job": job, "data": {"state": name}}


def progress(step: int, job: str = "a") -> Message:
    return {"kind": "progress", "number": None, "job": job, "data": {"step": step}}


async def hear(messages: AsyncIterator[Message]) -> list[Message]:
    """What has come so far."""
    heard = []
    while True:
        try:
            async with asyncio.timeout(0.02):
                heard.append(await anext(messages))
        except TimeoutError:
            return heard


async def test_every_subscriber_of_a_channel_hears_what_is_published_after_it_came() -> None:
    bus = MemoryBus()
    bus.publish(HERE, state(1))
    async with bus.subscribe(HERE) as one, bus.subscribe(HERE) as two, bus.subscribe("account:2") as other:
        bus.publish(HERE, state(2))
        assert await hear(one) == await hear(two) == [state(2)]
        assert await hear(other) == []


async def test_messages_come_from_any_thread_in_order() -> None:
    bus = MemoryBus()
    async with bus.subscribe(HERE) as messages:
        with ThreadPoolExecutor(1) as thread:
            for number in range(200):
                thread.submit(bus.publish, HERE, state(number))
        assert [message["number"] for message in await hear(messages)] == list(range(200))


async def test_a_slow_watcher_misses_old_progress_and_nothing_durable() -> None:
    bus = MemoryBus()
    async with bus.subscribe(HERE) as messages:
        bus.publish(HERE, state(1))
        for step in range(1000):
            bus.publish(HERE, progress(step))
        bus.publish(HERE, state(2))
        assert await hear(messages) == [state(1), progress(999), state(2)]


async def test_progress_of_many_jobs_is_bounded_too() -> None:
    bus = MemoryBus()
    async with bus.subscribe(HERE) as messages:
        for job in range(100):
            bus.publish(HERE, progress(1, job=f"job {job}"))
        heard = await hear(messages)
    assert len(heard) == MAX_PASSING
    assert heard[-1]["job"] == "job 99"


async def test_a_watcher_that_is_far_behind_is_told_to_read_the_ledger() -> None:
    bus = MemoryBus()
    async with bus.subscribe(HERE) as messages:
        for number in range(MAX_WAITING + 1):
            bus.publish(HERE, state(number))
        heard = await hear(messages)
    assert [message["kind"] for message in heard] == ["gap", "state"]


async def test_who_comes_later_hears_the_newest_progress_of_what_still_runs() -> None:
    bus = MemoryBus()
    for step in (1, 2):
        bus.publish(HERE, progress(step, job="running"))
        bus.publish(HERE, progress(step, job="ended"))
    bus.publish(HERE, state(5, "done", job="ended"))
    async with bus.subscribe(HERE) as messages:
        assert await hear(messages) == [progress(2, job="running")]


async def test_closing_the_bus_ends_every_stream() -> None:
    bus = MemoryBus()
    async with bus.subscribe(HERE) as messages:
        bus.publish(HERE, state(1))
        bus.close()
        assert [message async for message in messages] == [state(1)]


def test_a_listener_whose_loop_is_gone_disturbs_nobody() -> None:
    bus = MemoryBus()

    async def leave_in_the_middle() -> None:
        await bus.subscribe(HERE).__aenter__()

    asyncio.run(leave_in_the_middle())
    bus.publish(HERE, state(1))


async def test_leaving_a_channel_forgets_it() -> None:
    bus = MemoryBus()
    async with bus.subscribe(HERE):
        pass
    assert not bus._subscribers


async def test_waiting_for_a_message_can_be_given_up_without_losing_one() -> None:
    bus = MemoryBus()
    async with bus.subscribe(HERE) as messages:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(messages), 0.01)
        bus.publish(HERE, state(1))
        assert await hear(messages) == [state(1)]

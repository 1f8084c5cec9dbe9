"""Texts from the child placement, with real processes: beside what is drawn, and on every bad day."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from limner.engines.catalog import Model, model
from limner.engines.contract import Drawn, WriteOrder
from limner.engines.placement.child import ChildPlacement
from limner.errors import (
    EngineCrashed,
    EngineError,
    LimnerError,
    ModelBroken,
    NotConfigured,
    RateLimited,
    Unavailable,
)
from tests.engines.puppet import order, puppet
from tests.engines.test_child import STALLED, begun, events_of, exists, placed


async def text_of(placement: ChildPlacement, of: WriteOrder) -> str:
    return "".join([piece async for piece in placement.write(of)])


def scribe(deed: str) -> Model:
    """A puppet whose writer does this while it is loaded."""
    return replace(puppet(), writer=Path(deed))


async def test_a_text_comes_in_pieces() -> None:
    async with placed() as placement:
        pieces = [piece async for piece in placement.write(WriteOrder(seed=7, most_tokens=3))]
    assert pieces == [" 8", " 9", " 10"]


async def test_a_text_may_have_any_characters() -> None:
    async with placed() as placement:
        assert await text_of(placement, WriteOrder("naïve 🤖 \n \0", most_tokens=1)) == " 1"


async def test_writing_starts_the_process_that_draws_and_needs_no_second_one() -> None:
    async with placed() as placement:
        assert not placement.ready
        await text_of(placement, WriteOrder())
        assert placement.ready
        first = placement.pid
        await events_of(placement, order(steps=1))
        assert placement.pid == first


async def test_a_text_is_written_while_a_picture_is_drawn() -> None:
    async with placed() as placement:
        drawing = await begun(placement, order("sleep 0.05", steps=1000))
        for seed in range(5):
            assert await text_of(placement, WriteOrder(seed=seed, most_tokens=1)) == f" {seed + 1}"
        assert not drawing.done()
        await placement.cancel("job-1")
        await drawing


async def test_large_pictures_and_texts_do_not_tear_each_other() -> None:
    async with placed() as placement:
        drawing = asyncio.create_task(events_of(placement, order(n=40, steps=5)))
        texts = [await text_of(placement, WriteOrder(seed=seed, most_tokens=200)) for seed in range(20)]
        events = await drawing
    assert texts == ["".join(f" {seed + number}" for number in range(1, 201)) for seed in range(20)]
    assert sum(isinstance(event, Drawn) for event in events) == 40


async def test_texts_wait_their_turn() -> None:
    async with placed() as placement:
        orders = [WriteOrder("sleep 0.01", seed=seed, most_tokens=3) for seed in (10, 20)]
        assert await asyncio.gather(*(text_of(placement, one) for one in orders)) == [" 11 12 13", " 21 22 23"]


async def test_a_reader_that_leaves_stops_the_writing() -> None:
    async with placed() as placement:
        writing = placement.write(WriteOrder("sleep 0.05", most_tokens=10**6))
        await anext(writing)
        await writing.aclose()  # type: ignore[attr-defined]
        async with asyncio.timeout(STALLED):
            assert await text_of(placement, WriteOrder(most_tokens=1)) == " 1"


async def test_cancelling_a_job_leaves_texts_alone() -> None:
    async with placed() as placement:
        await placement.start()
        writing = asyncio.create_task(text_of(placement, WriteOrder("sleep 0.02", most_tokens=5)))
        await asyncio.sleep(0)
        await placement.cancel("")
        assert await writing == " 1 2 3 4 5"


@pytest.mark.parametrize(
    ("deed", "said"),
    [("segfault", "SIGSEGV"), ("kill", "SIGKILL"), ("exit", "exit status 3"), ("garbage", "unreadable")],
)
async def test_a_death_in_mid_text_is_a_crash_for_the_text_and_for_the_picture(deed: str, said: str) -> None:
    async with placed() as placement:
        drawing = await begun(placement, order("sleep 0.05", steps=1000))
        with pytest.raises(EngineCrashed, match=said):
            await text_of(placement, WriteOrder(f"at 2 {deed}"))
        with pytest.raises(EngineCrashed, match=said):
            await drawing
        assert await text_of(placement, WriteOrder(most_tokens=1)) == " 1"


async def test_a_kill_from_outside_is_a_crash() -> None:
    async with placed() as placement:
        writing = placement.write(WriteOrder("sleep 0.05", most_tokens=1000))
        await anext(writing)
        assert placement.pid is not None
        os.kill(placement.pid, signal.SIGKILL)
        with pytest.raises(EngineCrashed, match="SIGKILL"):
            [piece async for piece in writing]


@pytest.mark.parametrize(
    ("deed", "kind", "message"),
    [
        ("limited", RateLimited, "Too fast."),
        ("raise", EngineError, "The engine failed while writing: ValueError: a bug in the puppet"),
    ],
)
async def test_a_writers_error_is_the_same_error_in_the_parent(
    deed: str, kind: type[LimnerError], message: str
) -> None:
    async with placed() as placement:
        with pytest.raises(kind) as caught:
            await text_of(placement, WriteOrder(f"at 2 {deed}"))
        assert (type(caught.value), caught.value.message) == (kind, message)
        assert placement.ready
        assert await text_of(placement, WriteOrder(most_tokens=1)) == " 1"


async def test_a_writer_that_cannot_be_loaded_says_so_each_time_and_pictures_are_drawn_all_the_same() -> None:
    async with placed(scribe("broken")) as placement:
        for _ in range(2):
            with pytest.raises(ModelBroken, match="strings are cut"):
                await text_of(placement, WriteOrder())
        assert len(await events_of(placement, order(steps=1))) == 3


async def test_an_engine_that_only_draws_has_no_writer() -> None:
    async with placed(replace(puppet(), engine="tests.engines.needy:Mute")) as placement:
        with pytest.raises(NotConfigured, match="Puppet has no writer"):
            await text_of(placement, WriteOrder())


async def test_closing_while_writing_ends_the_writing_and_the_process() -> None:
    async with placed() as placement:
        writing = placement.write(WriteOrder("sleep 0.05", most_tokens=10**6))
        await anext(writing)
        pid = placement.pid
        assert pid is not None
        begun_at = time.monotonic()
        await placement.close()
        assert time.monotonic() - begun_at < STALLED
        assert not exists(pid)
        with pytest.raises(Unavailable):
            await text_of(placement, WriteOrder())


async def test_closing_does_not_wait_for_a_native_call_that_hangs() -> None:
    async with placed() as placement:
        writing = placement.write(WriteOrder("at 2 hang"))
        await anext(writing)
        pid = placement.pid
        assert pid is not None
        begun_at = time.monotonic()
        await placement.close()
        assert time.monotonic() - begun_at < STALLED
        assert not exists(pid)


def test_the_writer_of_a_model_crosses_to_the_process_that_draws() -> None:
    for one in (puppet(), scribe("folder"), model("storybook")):
        assert Model.from_json(one.to_json()).writer == one.writer

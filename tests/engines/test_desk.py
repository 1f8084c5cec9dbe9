"""The line before a writer's model, with real processes: who waits, who is told what, and whose process it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from limner.engines.contract import WriteOrder
from limner.engines.placement.child import ChildPlacement
from limner.engines.placement.writing import LONGEST_LINE, Desk, close_desks, desk, lend
from limner.engines.registry import WRITING
from limner.errors import EngineCrashed, NotConfigured, Unavailable
from tests.engines.puppet import order
from tests.engines.test_child import STALLED, events_of, exists, placed

ENDLESS = WriteOrder("sleep 0.02", most_tokens=10**6)


@pytest.fixture
async def line() -> AsyncIterator[Desk]:
    async with placed() as placement:
        yield Desk(placement)


@pytest.fixture(autouse=True)
async def _nothing_is_left() -> AsyncIterator[None]:
    yield
    await close_desks()


async def said(texts: AsyncGenerator[str | int, None]) -> list[str | int]:
    async with aclosing(texts):
        return [piece async for piece in texts]


async def begun(line: Desk, of: WriteOrder = ENDLESS) -> AsyncGenerator[str | int, None]:
    """A text that is in the line, or of which a piece has come."""
    texts = line.write(of)
    await anext(texts)
    return texts


async def test_texts_wait_in_line_and_each_is_told_its_place_as_it_changes(line: Desk) -> None:
    first = await begun(line)
    second, third = line.write(WriteOrder(seed=20, most_tokens=2)), line.write(WriteOrder(seed=30, most_tokens=1))
    assert await anext(second) == 1
    assert await anext(third) == 2
    await first.aclose()
    last = asyncio.create_task(said(third))
    assert await said(second) == [" 21", " 22"]
    assert await last == [1, " 31"]


async def test_nobody_is_told_the_same_place_twice(line: Desk) -> None:
    first, second = await begun(line), line.write(WriteOrder(most_tokens=1))
    assert await anext(second) == 1
    await (await begun(line)).aclose()
    waiting = asyncio.create_task(said(second))
    await asyncio.sleep(0.05)
    await first.aclose()
    assert await waiting == [" 1"]


async def test_who_leaves_the_line_lets_the_others_move_up(line: Desk) -> None:
    first, second, third = await begun(line), await begun(line), line.write(WriteOrder(most_tokens=1))
    assert await anext(third) == 2
    await second.aclose()
    assert await anext(third) == 1
    await first.aclose()
    assert await said(third) == [" 1"]


async def test_who_is_cancelled_while_it_waits_has_left_the_line(line: Desk) -> None:
    first = await begun(line)
    waiting = asyncio.create_task(said(line.write(ENDLESS)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    third = line.write(ENDLESS)
    assert await anext(third) == 1
    await third.aclose()
    await first.aclose()


async def test_a_line_that_is_full_takes_no_more_until_one_leaves(line: Desk) -> None:
    waiting = [await begun(line) for _ in range(LONGEST_LINE)]
    with pytest.raises(Unavailable, match="Too many prompts") as refused:
        await anext(line.write(ENDLESS))
    assert refused.value.retryable
    await waiting.pop().aclose()
    waiting.append(await begun(line))
    for texts in reversed(waiting):
        await texts.aclose()
    assert await said(line.write(WriteOrder(most_tokens=1))) == [" 1"]


async def test_a_crash_is_an_error_for_what_is_written_and_the_next_starts_a_new_process(line: Desk) -> None:
    assert isinstance(line.placement, ChildPlacement)
    doomed = line.write(WriteOrder("sleep 0.05 at 4 kill"))
    assert await anext(doomed) == " 1"
    pid = line.placement.pid
    waiting = asyncio.create_task(said(line.write(WriteOrder(seed=20, most_tokens=1))))
    with pytest.raises(EngineCrashed, match="SIGKILL"):
        await said(doomed)
    async with asyncio.timeout(STALLED):
        assert await waiting == [1, " 21"]
    assert line.placement.pid not in {None, pid}


async def test_a_desk_that_is_lent_writes_in_the_process_that_draws(tmp_path: Path) -> None:
    async with placed() as placement:
        await events_of(placement, order(steps=1))
        pid = placement.pid
        lend(tmp_path, placement)
        assert await said(desk(tmp_path).write(WriteOrder(most_tokens=1))) == [" 1"]
        assert (desk(tmp_path).placement, placement.pid) == (placement, pid)


async def test_what_is_lent_is_forgotten_when_the_desks_are_closed(tmp_path: Path) -> None:
    async with placed() as placement:
        lend(tmp_path, placement)
        await close_desks()
        with pytest.raises(Unavailable, match="stopping"):
            await placement.start()
        with pytest.raises(NotConfigured, match=r"no writer's model in .* Set LIMNER_WRITER"):
            desk(tmp_path)
        await close_desks()


async def test_where_nothing_is_lent_one_process_writes_all_texts_and_ends_with_the_desks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WRITING, "puppet.strings", "tests.engines.puppet:Puppet")
    (tmp_path / "puppet.strings").touch()
    assert await said(desk(tmp_path).write(WriteOrder(most_tokens=1))) == [" 1"]
    placement = desk(tmp_path).placement
    assert isinstance(placement, ChildPlacement)
    pid = placement.pid
    assert pid is not None
    assert await said(desk(tmp_path).write(WriteOrder(seed=1, most_tokens=1))) == [" 2"]
    assert placement.pid == pid
    await close_desks()
    assert not exists(pid)

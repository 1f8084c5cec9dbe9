"""Orders that a model in its own process draws together: each has its own events, its own end and its own trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from limner.engines.compatibility import compatibility
from limner.engines.contract import STYLED, DrawEvent, Drawn, DrawOrder, ImageRef, Size, Task
from limner.engines.placement.child import ChildPlacement
from limner.errors import Blocked, EngineCrashed, EngineError, LimnerError, ModelBroken
from tests.engines.puppet import order, puppet, troupe


class Heard:
    """One order, and what is heard of it."""

    def __init__(self, placement: ChildPlacement, of: DrawOrder) -> None:
        self.events: list[DrawEvent] = []
        self.error: LimnerError | None = None
        self.begun = asyncio.Event()
        self.task = asyncio.create_task(self._listen(placement, of))

    async def _listen(self, placement: ChildPlacement, of: DrawOrder) -> None:
        try:
            async for event in placement.draw(of):
                self.events.append(event)
                self.begun.set()
        except LimnerError as error:
            self.error = error

    @property
    def pictures(self) -> list[Drawn]:
        return [event for event in self.events if isinstance(event, Drawn)]

    @property
    def company(self) -> list[float]:
        """How many pictures were drawn at once, for each of the order's."""
        return [picture.seconds for picture in self.pictures]


@asynccontextmanager
async def waiting(*orders: DrawOrder) -> AsyncIterator[tuple[ChildPlacement, list[Heard]]]:
    """Orders that come while a model draws something else, so that all of them wait; heard of to their end."""
    placement = ChildPlacement(troupe())
    try:
        before = Heard(placement, order("sleep 0.1", job="before", n=4))
        await before.begun.wait()
        heard = [Heard(placement, one) for one in orders]
        yield placement, heard
        await asyncio.gather(*(one.task for one in heard))
    finally:
        await placement.close()


async def test_a_child_says_how_many_pictures_it_draws_at_a_time() -> None:
    for model, many in ((troupe(), 4), (puppet(), 1)):
        placement = ChildPlacement(model)
        try:
            assert placement.slots == 1
            await placement.start()
            assert placement.slots == many
        finally:
            await placement.close()


async def test_waiting_orders_that_are_alike_are_drawn_together_and_each_hears_of_its_own() -> None:
    async with waiting(order("one", job="a"), order("two", job="b", n=2, seed=40)) as (_, [one, two]):
        pass
    assert (one.company, two.company) == ([3.0], [3.0, 3.0])
    assert {event.job for event in one.events} == {"a"}
    assert {event.job for event in two.events} == {"b"}
    assert [picture.data[0] for picture in two.pictures] == [40, 41]


async def test_what_is_of_another_kind_or_has_no_room_waits_for_its_turn() -> None:
    orders = order(job="a", n=2), order(job="longer", steps=6), order(job="many", n=3), order(job="b")
    async with waiting(*orders) as (_, [first, longer, many, last]):
        pass
    assert first.company == [3.0, 3.0]
    assert last.company == [3.0]
    assert longer.company == [1.0]
    assert many.company == [3.0, 3.0, 3.0]


async def test_an_order_of_more_pictures_than_a_batch_has_is_drawn_in_several() -> None:
    async with waiting(order(n=6), order(job="b")) as (_, [many, other]):
        pass
    assert many.company == [4.0, 4.0, 4.0, 4.0, 2.0, 2.0]
    assert other.company == [1.0]


async def test_cancelling_one_of_a_batch_ends_it_and_not_the_others() -> None:
    orders = order("sleep 0.02", job="a", steps=20), order(job="b", steps=20)
    async with waiting(*orders) as (placement, [stays, goes]):
        await goes.begun.wait()
        await placement.cancel("b")
    assert (goes.error, goes.pictures) == (None, [])
    assert len(goes.events) < len(stays.events)
    assert stays.company == [2.0]


async def test_a_reader_that_leaves_a_batch_leaves_the_others_to_it() -> None:
    orders = order("sleep 0.02", job="a", steps=20), order(job="b", steps=20)
    async with waiting(*orders) as (_, [stays, goes]):
        await goes.begun.wait()
        goes.task.cancel()
        await asyncio.wait([goes.task])
        goes.task = stays.task
    assert stays.company == [2.0]


@pytest.mark.parametrize(
    ("deed", "error"), [("broken", ModelBroken), ("raise", EngineError)], ids=["its own error", "a bug"]
)
async def test_who_breaks_a_batch_fails_and_the_others_of_it_are_drawn(deed: str, error: type[LimnerError]) -> None:
    orders = order(f"at 2 {deed}", job="a"), order(job="b"), order(job="c"), order(job="d", steps=6)
    async with waiting(*orders) as (_, [bad, *beside, other]):
        pass
    assert type(bad.error) is error
    assert bad.pictures == []
    for one in (*beside, other):
        assert (one.error, one.company) == (None, [1.0])


async def test_what_a_batch_had_drawn_before_it_broke_is_not_drawn_again() -> None:
    async with waiting(order(job="a", n=2), order("spoil", job="b"), order(job="c")) as (_, [before, bad, behind]):
        pass
    assert (before.error, before.company) == (None, [4.0, 4.0])
    assert isinstance(bad.error, EngineError)
    assert (behind.error, behind.company) == (None, [1.0])


async def test_a_picture_that_may_not_be_shown_blocks_its_own_order_alone() -> None:
    async with waiting(order("forbid", job="a"), order(job="b")) as (_, [bad, good]):
        pass
    assert isinstance(bad.error, Blocked)
    assert (good.error, good.company) == (None, [2.0])


async def test_a_death_is_a_crash_for_all_of_the_batch_and_for_those_that_wait() -> None:
    orders = order("at 2 segfault", job="a"), order(job="b"), order(job="c", steps=6)
    async with waiting(*orders) as (_, heard):
        pass
    assert all(isinstance(one.error, EngineCrashed) for one in heard)


REQUEST = order().request


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": "other words", "seed": 8, "n": 3},
        {"size": Size(64, 64), "background": "transparent", "output_format": "webp"},
        {"options": {STYLED: "ink"}},
    ],
)
def test_words_seed_count_and_what_is_done_afterwards_keep_no_two_requests_apart(changes: dict[str, object]) -> None:
    assert compatibility(REQUEST) == compatibility(replace(REQUEST, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "another"},
        {"draw_size": Size(16, 8)},
        {"steps": 5},
        {"guidance": 3.5},
        {"negative_prompt": "blurred"},
        {"options": {"scheduler": "euler"}},
    ],
)
def test_what_a_run_has_only_one_of_keeps_requests_apart(changes: dict[str, object]) -> None:
    assert compatibility(REQUEST) != compatibility(replace(REQUEST, **changes))  # type: ignore[arg-type]


def test_changes_of_pictures_are_drawn_alone() -> None:
    for task in (Task.EDIT, Task.VARY, Task.UPSCALE):
        assert compatibility(replace(REQUEST, task=task, images=(ImageRef("a", 8, 8),))) == ""

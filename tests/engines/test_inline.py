"""The inline placement: engines that only wait for a server, in the dispatcher's own loop."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest

from limner.engines.contract import DrawEvent, Drawn, DrawOrder, Progress, Size
from limner.engines.placement import open_placement
from limner.engines.placement.inline import InlinePlacement
from limner.errors import EngineError, RateLimited, Unavailable
from tests.engines.puppet import order, puppet


class Upstream:
    """Draws after three steps, waits for `go_on` after each, and sets `left` when its call is closed."""

    def __init__(self, _model: object = None) -> None:
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.left = asyncio.Event()

    async def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        try:
            for step in (1, 2, 3):
                yield Progress(order.job, 0, step, 3)
                await self.go_on.wait()
                match order.request.prompt:
                    case "raise":
                        raise KeyError("b64_json")
                    case "limited":
                        raise RateLimited("Too fast.", retry_after=3)
            yield Drawn(order.job, 0, Size(8, 8), "file", b"png", 0.1)
        finally:
            self.left.set()


async def drawing(placement: InlinePlacement, of: DrawOrder) -> list[DrawEvent]:
    return [event async for event in placement.draw(of)]


async def test_a_model_that_says_so_is_drawn_with_inline() -> None:
    named = f"{Upstream.__module__}:{Upstream.__qualname__}"
    placement = open_placement(dataclasses.replace(puppet(), engine=named, inline_slots=3))
    assert placement.slots == 3
    events = [event async for event in placement.draw(order())]
    assert isinstance(events[-1], Drawn)


async def test_events_come_through_as_they_are() -> None:
    placement = InlinePlacement(Upstream(), slots=4)
    await placement.start()
    assert placement.ready
    assert placement.slots == 4
    events = await drawing(placement, order())
    assert [type(event) for event in events] == [Progress, Progress, Progress, Drawn]


@pytest.mark.parametrize(("prompt", "kind"), [("raise", EngineError), ("limited", RateLimited)])
async def test_an_engines_own_error_is_kept_and_a_bug_becomes_an_engine_error(
    prompt: str, kind: type[EngineError]
) -> None:
    placement = InlinePlacement(Upstream(), slots=1)
    with pytest.raises(kind) as caught:
        await drawing(placement, order(prompt))
    assert type(caught.value) is kind


async def test_cancelling_ends_that_jobs_call_at_once_and_no_other() -> None:
    upstream = Upstream()
    placement = InlinePlacement(upstream, slots=2)
    upstream.go_on.clear()
    cancelled = asyncio.create_task(drawing(placement, order(job="cancelled")))
    kept = asyncio.create_task(drawing(placement, order(job="kept")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await placement.cancel("nobody's")
    await placement.cancel("cancelled")
    async with asyncio.timeout(1):
        assert not any(isinstance(event, Drawn) for event in await cancelled)
        await upstream.left.wait()
        upstream.go_on.set()
        assert isinstance((await kept)[-1], Drawn)


async def test_a_reader_that_leaves_closes_the_call() -> None:
    upstream = Upstream()
    placement = InlinePlacement(upstream, slots=1)
    events = placement.draw(order())
    await anext(events)
    await events.aclose()  # type: ignore[attr-defined]
    assert upstream.left.is_set()


async def test_closing_ends_what_runs_and_takes_nothing_new() -> None:
    upstream = Upstream()
    upstream.go_on.clear()
    placement = InlinePlacement(upstream, slots=1)
    running = asyncio.create_task(drawing(placement, order()))
    await asyncio.sleep(0)
    await placement.close()
    async with asyncio.timeout(1):
        assert not any(isinstance(event, Drawn) for event in await running)
    assert not placement.ready
    with pytest.raises(Unavailable):
        await drawing(placement, order())

"""More models than the memory holds: who rests goes, who draws stays, and nobody's picture is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from limner.engines.catalog import Model
from limner.engines.contract import DrawEvent, Drawn
from limner.engines.placement.child import ChildPlacement
from limner.engines.placement.residency import BESIDE_WEIGHTS, Residency
from limner.errors import ModelGone, NoRoom
from tests.engines.puppet import order, puppet
from tests.engines.test_child import begun, events_of

ROOM = 1000
Place = Callable[[Model], ChildPlacement]


def weighty(name: str, share: float = 0.6) -> Model:
    """One of which the memory holds 1 ÷ `share`."""
    return replace(puppet(), name=name, bytes=int(ROOM * share / BESIDE_WEIGHTS))


def needy(folder: Path, engine: str, description: str = "") -> Model:
    """One of `tests.engines.needy`, in a memory that those of one folder share."""
    (folder / "model_index.json").touch()
    model = weighty(engine.lower(), 0.1)
    return replace(model, engine=f"tests.engines.needy:{engine}", description=description, path=folder)


@pytest.fixture
async def placed() -> AsyncIterator[Place]:
    residency = Residency(ROOM)
    made: list[ChildPlacement] = []

    def place(model: Model) -> ChildPlacement:
        made.append(ChildPlacement(model, residency=residency, on_demand=True))
        return made[-1]

    yield place
    for placement in made:
        await placement.close()


async def test_a_model_is_loaded_when_it_is_drawn_with_and_not_before(placed: Place) -> None:
    one = placed(weighty("one"))
    await one.start()
    assert one.pid is None
    assert isinstance((await events_of(one, order("a")))[-1], Drawn)
    assert one.pid is not None


async def test_who_rests_makes_room_and_comes_back_when_it_is_asked(placed: Place) -> None:
    one, other = placed(weighty("one")), placed(weighty("other"))
    for placement, away in ((one, other), (other, one), (one, other)):
        assert isinstance((await events_of(placement, order("a")))[-1], Drawn)
        assert (placement.pid is None, away.pid is None) == (False, True)


async def test_both_stay_where_both_fit_and_the_one_that_rested_longest_goes(placed: Place) -> None:
    one, two, three = (placed(weighty(name, 0.4)) for name in ("one", "two", "three"))
    for placement in (one, two, one, three):
        await events_of(placement, order("a"))
    assert [placement.pid is None for placement in (one, two, three)] == [False, True, False]


async def test_who_draws_is_waited_for(placed: Place) -> None:
    one, other = placed(weighty("one")), placed(weighty("other"))
    drawing = await begun(one, order("a sleep 0.05", steps=8))
    pid = one.pid
    waiting = asyncio.create_task(events_of(other, order("b")))
    await asyncio.sleep(0.1)
    assert (one.pid, other.pid) == (pid, None)
    assert isinstance((await drawing)[-1], Drawn)
    assert isinstance((await waiting)[-1], Drawn)


async def test_where_the_memory_was_smaller_than_thought_it_is_tried_alone(placed: Place) -> None:
    one = placed(weighty("one", 0.1))
    await events_of(one, order("a"))
    large = placed(replace(weighty("large", 0.1), engine="tests.engines.test_residency:Large"))
    with pytest.raises(NoRoom, match="does not fit"):
        await events_of(large, order("b"))
    assert one.pid is None
    assert isinstance((await events_of(one, order("a")))[-1], Drawn)


@pytest.mark.parametrize("wanting", [1, 2])
async def test_who_finds_no_room_while_it_draws_sends_those_that_rest_away_and_draws(
    placed: Place, tmp_path: Path, wanting: int
) -> None:
    cramped, other = placed(needy(tmp_path, "Cramped", "0")), placed(needy(tmp_path, "Spreading"))
    await events_of(cramped, order("a"))
    kept = cramped.pid
    await events_of(other, order("b"))
    for events in await asyncio.gather(*(events_of(cramped, order("c", job=f"{job}")) for job in range(wanting))):
        assert [type(event) for event in events].count(Drawn) == 1
    assert (cramped.pid, other.pid) == (kept, None)


async def test_who_has_drawn_a_picture_does_not_begin_again(placed: Place, tmp_path: Path) -> None:
    cramped, other = placed(needy(tmp_path, "Cramped", "4")), placed(needy(tmp_path, "Spreading"))
    await events_of(other, order("a"))
    seen: list[DrawEvent] = []

    async def listen() -> None:
        async for event in cramped.draw(order("b", n=5)):
            seen.append(event)

    with pytest.raises(NoRoom):
        await listen()
    assert [type(event) for event in seen].count(Drawn) == 4
    assert other.pid is not None


async def test_another_version_is_loaded_anew_and_what_is_drawn_ends_with_the_old_one(placed: Place) -> None:
    one = placed(weighty("one"))
    drawing = await begun(one, order("a sleep 0.02"))
    old = one.pid
    newer = replace(weighty("one"), version="2")
    await one.follow(newer)
    assert one.pid == old
    assert isinstance((await drawing)[-1], Drawn)
    assert isinstance((await events_of(one, order("b")))[-1], Drawn)
    assert one.pid not in {None, old}
    kept = one.pid
    await one.follow(newer)
    assert isinstance((await events_of(one, order("c")))[-1], Drawn)
    assert one.pid == kept


async def test_orders_that_come_at_once_after_a_change_are_all_drawn_by_the_new_version(placed: Place) -> None:
    one = placed(weighty("one"))
    drawing = await begun(one, order("a sleep 0.02"))
    old = one.pid
    await one.follow(replace(weighty("one"), version="2"))
    await drawing
    for events in await asyncio.gather(*(events_of(one, order("b", job=job)) for job in ("b", "c", "d"))):
        assert isinstance(events[-1], Drawn)
    assert one.pid not in {None, old}


async def test_a_removed_model_ends_what_it_draws_and_gives_its_memory_back(placed: Place) -> None:
    one = placed(weighty("one"))
    drawing = await begun(one, order("a sleep 0.02"))
    await one.follow(None)
    assert one.pid is not None
    assert isinstance((await drawing)[-1], Drawn)
    await one.follow(None)
    assert not one.ready
    assert one.pid is None
    with pytest.raises(ModelGone, match=r"one was removed from this machine\. Pull it again, or choose"):
        await events_of(one, order("b"))
    await one.follow(weighty("one"))
    assert isinstance((await events_of(one, order("c")))[-1], Drawn)


async def test_a_model_whose_files_are_gone_is_not_said_to_be_damaged(placed: Place, tmp_path: Path) -> None:
    one = placed(replace(weighty("one"), path=tmp_path / "gone"))
    with pytest.raises(ModelGone):
        await events_of(one, order("a"))


class Large:
    """An engine that never fits."""

    def __init__(self, model: Model) -> None:
        raise NoRoom(f"{model.title} does not fit into the memory.")

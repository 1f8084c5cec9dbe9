"""Pictures that an upstream was paid for: what goes wrong while they are kept is no reason to buy them twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from limner.accounts.models import Account
from limner.engines.contract import Answered, DrawEvent, Drawn, DrawOrder, Sending
from limner.jobs import pipeline
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.storage.blobs import Stored
from tests.jobs.house import LANE, asking, assert_books_balance, dispatching, ended, kept, now, until
from tests.jobs.placements import square
from tests.jobs.upstreams import FarAway, called

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class InOneCall(FarAway):
    """All pictures of an order are one call's, and come one after the other."""

    async def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        yield Sending(order.job, 0, order.indices, LANE)
        self.sent.extend((order.job, order.attempt, index) for index in order.indices)
        yield Answered(order.job, 0, "ok", 3300)
        for index in order.indices:
            yield square(order, index)


async def test_a_patient_stop_keeps_every_picture_of_a_call_that_was_answered(
    alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    loop, store = asyncio.get_running_loop(), pipeline.store

    def slow(*of: Any) -> Stored:
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(20)
        return store(*of)

    monkeypatch.setattr(pipeline, "store", slow)
    far = InOneCall()
    async with dispatching(far, called=[called()]) as dispatcher:
        job = await asking(alice, n=3)
        await begun.wait()
        stopping = asyncio.create_task(dispatcher.stop(0, sent_seconds=20))
        await until(lambda: not dispatcher.ready)
        go_on.set()
        await stopping
    assert await in_thread(kept, job) == [0, 1, 2]
    assert (await in_thread(now, job)).state == State.DONE
    assert len(far.sent) == 3


@pytest.mark.parametrize(("resend", "calls"), [(False, 1), (True, 3)])
async def test_a_picture_that_cannot_be_kept_is_bought_again_only_where_that_costs_nothing(
    alice: Account, monkeypatch: pytest.MonkeyPatch, resend: bool, calls: int
) -> None:
    def bug(*_: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(pipeline, "encoded", bug)
    far = FarAway()
    async with dispatching(far, called=[called(resend=resend)]):
        row = await ended(await asking(alice))
    assert (row.state, len(far.sent)) == (State.FAILED, calls)
    assert "could not be kept" in row.error_message
    await in_thread(assert_books_balance)


@pytest.mark.parametrize("lost", [0, 1, 2])
async def test_a_picture_that_cannot_be_kept_takes_none_of_its_calls_others_with_it(
    alice: Account, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    encoded = pipeline.encoded

    def bug(drawn: Drawn, *rest: Any) -> bytes:
        if drawn.index == lost:
            raise RuntimeError("a bug of ours")
        return encoded(drawn, *rest)

    monkeypatch.setattr(pipeline, "encoded", bug)
    far = InOneCall()
    async with dispatching(far, called=[called()]):
        row = await ended(await asking(alice, n=3))
    assert row.state == State.FAILED
    assert await in_thread(kept, row) == [index for index in range(3) if index != lost]
    assert len(far.sent) == 3
    await in_thread(assert_books_balance)


async def test_after_a_picture_that_cannot_be_kept_no_further_call_is_sent(
    alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow_bug(*_: object) -> None:
        time.sleep(0.3)  # the next call would be under way long before
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(pipeline, "encoded", slow_bug)
    far = FarAway()
    async with dispatching(far, called=[called()]):
        row = await ended(await asking(alice, n=3))
    assert (row.state, len(far.sent)) == (State.FAILED, 1)

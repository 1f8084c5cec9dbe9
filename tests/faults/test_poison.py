"""A model child that dies, once or again and again (reference: fault test 20)."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest

from limner.accounts.models import Account
from limner.engines.catalog import model
from limner.engines.placement.child import ChildPlacement
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.jobs.house import (
    LANE,
    PRICE,
    asking,
    assert_books_balance,
    began,
    dispatching,
    ended,
    entries,
    kept,
    until,
)

pytestmark = pytest.mark.django_db(transaction=True)


def child() -> ChildPlacement:
    return ChildPlacement(replace(model(LANE), engine="tests.faults.engines:Fragile", path=None))


@pytest.mark.parametrize("words", ["poison", "exit"])
async def test_a_job_that_kills_the_model_is_given_up_and_others_go_on(
    alice: Account, bob: Account, words: str
) -> None:
    placement = child()
    async with dispatching(placement, lease_seconds=20) as dispatcher:
        await until(lambda: dispatcher.ready)
        poison = await asking(alice, prompt=words)
        sound = [await asking(bob) for _ in range(2)]
        for job in sound:
            assert (await ended(job)).state == State.DONE
        row = await ended(poison, seconds=60)
        after = await ended(await asking(alice))
    assert (row.state, row.attempt, row.error_code) == (State.FAILED, 3, "engine_crashed")
    assert row.error_message.startswith("Limner tried 3 times and gave up.")
    assert await in_thread(entries, poison) == {"hold": PRICE, "release": PRICE}
    assert after.state == State.DONE
    await in_thread(assert_books_balance)


async def test_what_a_poisoned_job_drew_before_is_kept_and_paid(alice: Account) -> None:
    async with dispatching(child(), lease_seconds=20):
        row = await ended(await asking(alice, n=3, prompt="poison", price=900), seconds=60)
    assert row.state == State.FAILED
    assert await in_thread(kept, row) == [0, 1]
    assert await in_thread(entries, row) == {"hold": 900, "capture": 600, "release": 300}


async def test_a_killed_model_process_costs_one_attempt(alice: Account) -> None:
    placement = child()
    async with dispatching(placement, lease_seconds=20):
        job = await asking(alice, prompt="sleep")
        await began(job)
        await until(lambda: placement.pid is not None)
        assert placement.pid is not None
        os.kill(placement.pid, signal.SIGKILL)
        row = await ended(job)
    assert (row.state, row.attempt, row.failures) == (State.DONE, 2, 1)


async def test_a_model_that_died_is_loaded_again_before_anybody_asks(alice: Account) -> None:
    placement = child()
    async with dispatching(placement, max_attempts=1) as dispatcher:
        row = await ended(await asking(alice, prompt="exit"))
        assert row.state == State.FAILED
        await until(lambda: dispatcher.ready)

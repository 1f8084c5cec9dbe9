"""Jobs that an upstream draws: how many calls are under way at a time, and how many are sent a minute."""

from __future__ import annotations

import asyncio

import pytest

from limner.accounts.models import Account
from limner.engines.contract import DrawOrder
from limner.errors import UpstreamBusy
from limner.jobs.services import cancel
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.jobs.house import asking, dispatching, ended, kept, until
from tests.jobs.upstreams import FarAway, called

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_lane_waits_as_long_as_its_upstream_wishes(alice: Account) -> None:
    busy = UpstreamBusy("openai has too much to do.", retry_after=1.0)
    moments: list[float] = []

    def note(order: DrawOrder, index: int) -> object:
        moments.append(asyncio.get_running_loop().time())
        return busy if len(moments) == 1 else None

    far = FarAway(slots=1, answer=note)
    jobs = [await asking(alice) for _ in range(3)]
    async with dispatching(far, called=[called()]):
        for job in jobs:
            assert (await ended(job)).state == State.DONE
    assert moments[1] - moments[0] >= 1.0, "the others were sent meanwhile"


async def test_calls_are_few_at_first_and_as_many_as_slots_later(alice: Account) -> None:
    far = FarAway(slots=12, seconds=0.05)
    jobs = [await asking(alice) for _ in range(5)]
    async with dispatching(far, called=[called()]):
        for job in jobs:
            await ended(job)
        assert far.most_at_once <= 8
        more = [await asking(alice) for _ in range(40)]
        for job in more:
            await ended(job)
    assert far.most_at_once <= 12


async def test_every_call_counts_against_the_minute_and_not_every_job(alice: Account) -> None:
    far = FarAway(slots=4)
    async with dispatching(far, called=[called(per_minute=3)]):
        job = await asking(alice, n=5)
        await until(lambda: kept(job) == [0, 1, 2])
        with pytest.raises(AssertionError):
            await until(lambda: len(far.sent) > 3, seconds=1)
        await in_thread(cancel, alice, job.public_id)
        row = await ended(job)
    assert (row.state, row.error_message) == (State.CANCELLED, "")
    assert len(far.sent) == 3


async def test_a_lane_of_this_machine_has_no_pace(alice: Account) -> None:
    far = FarAway(slots=8, answer=lambda order, index: ...)
    for _ in range(8):
        await asking(alice)
    async with dispatching(far, called=[]):
        await until(lambda: len(far.sent) == 8)

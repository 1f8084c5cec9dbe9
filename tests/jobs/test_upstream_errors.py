"""Jobs whose upstream refuses, breaks, is closed or has no time: what is said, and what is asked again."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db.models import F

from limner.accounts.models import Account
from limner.engines.contract import DrawOrder, Sending
from limner.errors import EngineError, LimnerError, UpstreamBusy, UpstreamClosed, UpstreamFailed, UpstreamRefused
from limner.jobs import ledger, moves
from limner.jobs.attempt import Attempt, Tools
from limner.jobs.measures import Measures
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.jobs.house import LANE, PRICE, ask, asking, assert_books_balance, dispatching, ended, entries, now, until
from tests.jobs.placements import Painter
from tests.jobs.upstreams import FarAway, called, outcomes, rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UpstreamRefused("Your request was rejected.", code="moderation_blocked"), "moderation_blocked"),
        (UpstreamRefused("Your request was rejected.", code="x" * 100), "x" * 60),
        (EngineError("The answer is no picture."), "engine_error"),
    ],
)
async def test_what_will_not_pass_fails_at_once(alice: Account, error: LimnerError, code: str) -> None:
    far = FarAway(answer=lambda order, index: error)
    async with dispatching(far, called=[called()]) as dispatcher:
        job = await ended(await asking(alice))
        assert dispatcher.problems == {}
    assert (job.state, job.error_code, job.error_message, job.attempt) == (State.FAILED, code, error.message, 1)
    assert await in_thread(outcomes, job) == [code]
    assert await in_thread(entries, job) == {"hold": PRICE, "release": PRICE}


async def test_a_closed_upstream_is_a_problem_until_it_draws_again(alice: Account) -> None:
    closed = UpstreamClosed("The key for openai is wrong. Set OPENAI_API_KEY.")
    far = FarAway(answer=lambda order, index: closed if order.request.seed == 1 else None)
    async with dispatching(far, called=[called()]) as dispatcher:
        job = await ended(await asking(alice, seed=1))
        assert (job.state, job.error_code, job.attempt) == (State.FAILED, "upstream_closed", 1)
        await until(lambda: dispatcher.problems == {LANE: closed.message})
        assert not dispatcher.ready
        assert (await ended(await asking(alice, seed=2))).state == State.DONE
        await until(lambda: dispatcher.problems == {})
        assert dispatcher.ready


async def test_a_broken_upstream_is_asked_three_times(alice: Account) -> None:
    far = FarAway(answer=lambda order, index: UpstreamFailed("openai answered with 500."))
    async with dispatching(far, called=[called()]):
        job = await ended(await asking(alice))
    assert (job.state, job.error_code, len(far.sent)) == (State.FAILED, "upstream_failed", 3)
    assert await in_thread(outcomes, job) == ["upstream_failed"] * 3


async def test_a_refused_connection_that_the_engine_only_raises_is_no_uncertain_call(alice: Account) -> None:
    class Curt(FarAway):
        async def draw(self, order: DrawOrder):  # type: ignore[no-untyped-def]
            yield Sending(order.job, 0, order.indices, LANE)
            raise UpstreamFailed("openai cannot be reached.")

    async with dispatching(Curt(), called=[called()], max_attempts=1):
        job = await ended(await asking(alice))
    [row] = await in_thread(rows, job)
    assert (row.outcome, row.message) == ("upstream_failed", "openai cannot be reached.")
    assert job.error_code == "upstream_failed"


async def test_being_busy_is_no_failure_of_the_job_however_often(alice: Account) -> None:
    busy = UpstreamBusy("openai has too much to do.", retry_after=0.01)
    far = FarAway(answer=lambda order, index: busy if order.attempt <= 5 else None)
    async with dispatching(far, called=[called()], poll_seconds=0.02):
        job = await ended(await asking(alice))
    assert (job.state, job.attempt, job.failures, job.busy) == (State.DONE, 6, 0, 5)
    assert await in_thread(entries, job) == {"hold": PRICE, "capture": PRICE}
    await in_thread(assert_books_balance)


def test_being_busy_for_a_quarter_of_an_hour_is_the_end(alice: Account) -> None:
    job = ask(alice)
    busy = UpstreamBusy("openai has too much to do.", retry_after=0.0)
    for expected in (State.QUEUED, State.QUEUED, State.FAILED):
        (claimed,) = ledger.claim(LANE, holder="house", boot="1", lease_seconds=30)
        assert ledger.fail(claimed, busy) == expected
        Job.objects.update(busy_since=F("busy_since") - timedelta(seconds=moves.BUSY_SECONDS * 0.6))
        Job.objects.update(not_before=None)
    assert now(job).error_code == "upstream_busy"
    assert now(job).error_message.startswith(f"{LANE} had no time for this for 18 minutes. The last time: openai")
    assert_books_balance()


def test_those_that_are_turned_away_together_do_not_come_back_together() -> None:
    spread = sorted(moves.spread(number) for number in range(100))
    assert all(later - earlier > 0.001 for earlier, later in pairwise(spread))
    assert 0 <= spread[0] < spread[-1] < 1


async def test_news_that_an_ended_attempt_lost_its_job_do_not_reach_the_one_after_it(alice: Account) -> None:
    """A heartbeat was under way when the upstream turned the job away: by then the job is drawn anew."""
    painter = Painter(trouble=lambda order, index: UpstreamBusy("Too much to do."))
    tools = Tools(
        patiently=in_thread,
        in_picture_thread=in_thread,
        publish=lambda channel, message: None,
        measures=Measures(),
        lease_seconds=30,
        max_attempts=3,
        resend=(),
    )
    await asking(alice)
    (claimed,) = await in_thread(ledger.claim, LANE, holder="house", boot="1", lease_seconds=30)
    attempt = Attempt(claimed, painter, tools)
    await attempt.run()
    await attempt.lose()
    await attempt.cancel()
    assert painter.cancelled == []

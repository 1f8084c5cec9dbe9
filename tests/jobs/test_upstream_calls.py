"""Jobs that an upstream draws: what is sent is on record first, and what is not answered is not sent twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from limner.accounts.models import Account
from limner.engines import catalog
from limner.engines.contract import Answered, DrawOrder, Sending
from limner.errors import Uncertain
from limner.jobs import calls, ledger
from limner.jobs.models import UpstreamCall
from limner.jobs.services import cancel, submit
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.jobs.conftest import Disk
from tests.jobs.house import (
    LANE,
    PRICE,
    REQUEST,
    ask,
    asking,
    assert_books_balance,
    dispatching,
    ended,
    entries,
    kept,
    now,
    until,
)
from tests.jobs.placements import Painter
from tests.jobs.upstreams import FarAway, called, outcomes, rows

pytestmark = pytest.mark.django_db(transaction=True)

LOST = Uncertain("openai did not answer in time.")


def first_time(error: Exception) -> object:
    return lambda order, index: error if order.attempt == 1 else None


# Lanes and prices ---------------------------------------------------------------------------------------------


def test_the_models_of_an_upstream_share_a_lane_and_each_has_its_price(alice: Account) -> None:
    storybook = catalog.model(LANE)
    able = replace(storybook.capabilities, qualities=("medium", "low"))
    far = [
        replace(
            storybook, name=f"far-{number}", upstream="far", capabilities=able, prices={"low": 700, "medium": 4000}
        )
        for number in (1, 2)
    ]
    catalog.install(far)
    try:
        first = submit(alice, replace(REQUEST, model="far-1", n=2))
        second = submit(alice, replace(REQUEST, model="far-2", quality="low"))
    finally:
        catalog.install([])
    assert (now(first).lane, now(second).lane) == ("far", "far")
    assert (now(first).price, now(second).price) == (8000, 700)
    claims = ledger.claim("far", holder="house", boot="1", lease_seconds=30, limit=5)
    assert [claimed.request.model for claimed in claims] == ["far-1", "far-2"]


# On record ----------------------------------------------------------------------------------------------------


async def test_a_call_is_on_record_before_it_is_sent_and_completed_when_it_is_answered(alice: Account) -> None:
    seen: list[str] = []

    def look(order: DrawOrder, index: int) -> None:
        seen.append("answering")

    far = FarAway(answer=look, seconds=0.1)
    async with dispatching(far, called=[called()]):
        job = await asking(alice, n=2)
        [open_call, *_] = await until(lambda: rows(job))
        assert (open_call.outcome, open_call.answered_at, open_call.indices) == ("", None, [0])
        assert seen == []
        await ended(job)
    first, second = await in_thread(rows, job)
    assert (first.outcome, first.cost, first.usage) == ("ok", 1100, {"total_tokens": 196})
    assert (first.upstream, first.model, first.estimate) == (LANE, LANE, PRICE // 2)
    assert second.indices == [1]
    assert first.answered_at is not None
    assert first.sent_at <= first.answered_at <= second.sent_at
    await in_thread(assert_books_balance)


async def test_a_model_of_this_machine_leaves_no_record(alice: Account) -> None:
    async with dispatching(Painter()):
        await ended(await asking(alice))
    assert not await in_thread(UpstreamCall.objects.exists)


def test_a_call_of_an_attempt_that_lost_its_job_must_not_be_sent(alice: Account) -> None:
    job = ask(alice)
    (old,) = ledger.claim(LANE, holder="house", boot="1", lease_seconds=30)
    call = Sending(str(job.public_id), 0, (0,), LANE)
    assert ledger.sending(old, call, lease_seconds=30)
    assert ledger.sending(old, call, lease_seconds=30), "nobody knows whether the first one was written"
    assert len(rows(job)) == 1
    ledger.take_back("house", "2", resend={LANE})
    assert not ledger.sending(old, replace(call, call=1), lease_seconds=30)
    (new,) = ledger.claim(LANE, holder="house", boot="2", lease_seconds=30)
    cancel(alice, job.public_id)
    assert not ledger.sending(new, call, lease_seconds=30)
    assert len(rows(job)) == 1


def test_an_answer_that_comes_after_all_is_written_down(alice: Account) -> None:
    job = ask(alice)
    (claimed,) = ledger.claim(LANE, holder="house", boot="1", lease_seconds=30)
    ledger.sending(claimed, Sending(str(job.public_id), 0, (0,), LANE), lease_seconds=30)
    ledger.take_back("house", "2")
    assert outcomes(job) == ["uncertain"]
    ledger.answered(claimed, Answered(str(job.public_id), 0, "ok", 900))
    assert outcomes(job) == ["ok"]
    assert now(job).state == State.FAILED


# Not answered -------------------------------------------------------------------------------------------------


async def test_what_was_sent_and_not_answered_ends_the_job_and_says_so(alice: Account) -> None:
    far = FarAway(answer=lambda order, index: LOST if index == 1 else None)
    async with dispatching(far, called=[called()]):
        job = await ended(await asking(alice, n=3))
    assert (job.state, job.error_code) == (State.FAILED, "uncertain")
    assert f"{LANE} may have drawn it, for about 0.4 credits" in job.error_message
    assert "What is missing costs you nothing; ask for it again" in job.error_message
    assert await in_thread(kept, job) == [0]
    assert await in_thread(entries, job) == {"hold": PRICE, "capture": PRICE // 3, "release": PRICE - PRICE // 3}
    assert await in_thread(outcomes, job) == ["ok", "uncertain"]
    assert len(far.sent) == 2
    await in_thread(assert_books_balance)


async def test_an_upstream_that_may_be_asked_twice_is_and_the_record_shows_it(alice: Account) -> None:
    far = FarAway(answer=first_time(LOST))  # type: ignore[arg-type]
    async with dispatching(far, called=[called(resend=True)]):
        job = await ended(await asking(alice))
    assert (job.state, job.attempt, job.failures) == (State.DONE, 2, 1)
    first, second = await in_thread(rows, job)
    assert (first.outcome, first.resent, second.outcome, second.resent) == ("uncertain", True, "ok", False)
    assert await in_thread(entries, job) == {"hold": PRICE, "capture": PRICE}
    await in_thread(assert_books_balance)


async def test_asking_again_and_again_without_an_answer_has_an_end(alice: Account) -> None:
    far = FarAway(answer=lambda order, index: LOST)
    async with dispatching(far, called=[called(resend=True)]):
        job = await ended(await asking(alice))
    assert (job.state, job.error_code, len(far.sent)) == (State.FAILED, "uncertain", 3)
    assert [row.resent for row in await in_thread(rows, job)] == [True, True, False]


async def test_a_bug_in_the_engine_after_sending_is_no_reason_to_send_it_again(alice: Account) -> None:
    far = FarAway(answer=lambda order, index: ZeroDivisionError())
    async with dispatching(far, called=[called()]):
        job = await ended(await asking(alice))
    assert (job.state, job.error_code, len(far.sent)) == (State.FAILED, "uncertain", 1)
    assert await in_thread(outcomes, job) == ["uncertain"]


async def test_a_cancel_after_sending_ends_the_call_and_says_what_it_may_cost(alice: Account) -> None:
    far = FarAway(answer=lambda order, index: ...)
    async with dispatching(far, called=[called()]):
        job = await asking(alice)
        await until(lambda: far.sent)
        await in_thread(cancel, alice, job.public_id)
        row = await ended(job)
        assert far.at_once == 0
    assert row.state == State.CANCELLED
    assert (
        row.error_message == f"It was cancelled after it was sent: {LANE} may have drawn it, for about 1.2 credits."
    )
    assert await in_thread(outcomes, job) == ["cancelled"]
    assert await in_thread(entries, job) == {"hold": PRICE, "release": PRICE}


async def test_a_stop_in_the_middle_of_a_call_is_uncertain_at_once(alice: Account) -> None:
    far = FarAway(answer=lambda order, index: ...)
    async with dispatching(far, called=[called()]):
        job = await asking(alice)
        await until(lambda: far.sent)
    row = await in_thread(now, job)
    assert (row.state, row.error_code) == (State.FAILED, "uncertain")
    assert await in_thread(outcomes, job) == ["uncertain"]


async def test_a_patient_stop_waits_for_the_answer_and_sends_nothing_more(alice: Account) -> None:
    far = FarAway(seconds=0.5)
    async with dispatching(far, called=[called()]) as dispatcher:
        job = await asking(alice, n=2)
        await until(lambda: far.sent)
        await dispatcher.stop(0, sent_seconds=20)
    row = await in_thread(now, job)
    assert (row.state, row.failures) == (State.QUEUED, 0)
    assert await in_thread(kept, job) == [0]
    assert await in_thread(outcomes, job) == ["ok"]
    assert len(far.sent) == 1


def test_a_crash_is_found_by_the_record_when_the_lease_runs_out(alice: Account, bob: Account) -> None:
    sent, unsent = ask(alice), ask(bob)
    claims = ledger.claim(LANE, holder="house", boot="1", lease_seconds=0, limit=2)
    of_alice = next(claimed for claimed in claims if claimed.job == sent.public_id)
    ledger.sending(of_alice, Sending(str(sent.public_id), 0, (0,), LANE), lease_seconds=-1)
    assert ledger.reap() == 2
    assert (now(sent).state, now(sent).error_code) == (State.FAILED, "uncertain")
    assert now(unsent).state == State.QUEUED
    cancel(bob, unsent.public_id)
    assert_books_balance()


def test_a_dispatcher_that_was_held_up_does_not_take_from_itself_what_it_draws(alice: Account) -> None:
    ask(alice)
    (claimed,) = ledger.claim(LANE, holder="house", boot="1", lease_seconds=-1)
    assert ledger.reap(but=[claimed.pk]) == 0
    assert ledger.reap() == 1


def test_a_call_whose_pictures_are_all_kept_was_answered(alice: Account) -> None:
    job = ask(alice, n=2)
    (claimed,) = ledger.claim(LANE, holder="house", boot="1", lease_seconds=30)
    call = Sending(str(job.public_id), 0, (0,), LANE)
    ledger.sending(claimed, call, lease_seconds=30)
    assert calls.give_up(job.public_id, 1, calls.UNCERTAIN, kept={0}) == []
    assert outcomes(job) == ["ok"]


# Kept ---------------------------------------------------------------------------------------------------------


async def test_a_picture_that_was_paid_for_waits_for_space_and_is_not_asked_for_again(
    alice: Account, disk: Disk
) -> None:
    disk.full = True
    far = FarAway()
    async with dispatching(far, called=[called()]):
        job = await asking(alice)
        await until(lambda: outcomes(job) == ["ok"])
        disk.full = False
        row = await ended(job)
    assert (row.state, row.attempt, len(far.sent)) == (State.DONE, 1, 1)


def test_sending_and_answering_are_short_writes(alice: Account) -> None:
    job = ask(alice)
    (claimed,) = ledger.claim(LANE, holder="house", boot="1", lease_seconds=30)
    with CaptureQueriesContext(connection) as queries:
        ledger.sending(claimed, Sending(str(job.public_id), 0, (0,), LANE), lease_seconds=30)
        ledger.answered(claimed, Answered(str(job.public_id), 0))
    assert len(queries) <= 5, [query["sql"] for query in queries]

"""Submitting: one job, one hold, whatever happens on the way; and what it may cost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from limner.accounts import credits
from limner.accounts.models import Account, CreditEntry, Plan
from limner.engines.contract import ASKED_WITH, DrawRequest
from limner.errors import EngineCrashed, InvalidRequest, NotFound, OutOfCredits
from limner.jobs import ledger, services
from limner.jobs.models import Event, Job
from limner.jobs.queries import events_after, job_visible_to, jobs_visible_to
from limner.jobs.services import cancel
from limner.jobs.states import State
from limner.jobs.threads import give_back_connections
from tests.jobs.house import LANE, PRICE, REQUEST, ask, assert_books_balance, entries, now, story

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_submitted_job_waits_with_its_price_held(alice: Account) -> None:
    job = ask(alice, n=2)
    row = now(job)
    assert (row.state, row.n, row.lane, row.attempt) == (State.QUEUED, 2, LANE, 0)
    assert DrawRequest.from_json(row.request) == replace(REQUEST, n=2)
    assert entries(job) == {"hold": PRICE}
    assert [(event.number, event.kind) for event in events_after(alice.pk, 0)] == [(1, "state")]


def test_a_local_model_costs_the_seconds_that_are_predicted_at_submit(alice: Account) -> None:
    job = services.submit(alice, replace(REQUEST, n=3), predicted=12.0)
    assert (now(job).price, now(job).model) == (1200, LANE)
    assert entries(job) == {"hold": job.price}


def test_what_costs_nothing_is_not_in_the_book(alice: Account) -> None:
    job = ask(alice, price=0)
    cancel(alice, job.public_id)
    assert entries(job) == {}


def test_the_same_key_is_the_same_job(alice: Account, bob: Account) -> None:
    first = ask(alice, idempotency_key="k1")
    again = ask(alice, idempotency_key="k1", seed=first.request["seed"] + 1)
    assert again.public_id == first.public_id
    assert Job.objects.count() == 1
    assert CreditEntry.objects.count() == 1
    assert ask(alice, idempotency_key="k2").public_id != first.public_id
    assert ask(bob, idempotency_key="k1").public_id != first.public_id
    assert story(first) == ["queued"]


def test_the_same_key_for_something_else_is_refused(alice: Account) -> None:
    ask(alice, idempotency_key="k1")
    with pytest.raises(InvalidRequest) as caught:
        ask(alice, idempotency_key="k1", prompt="something else")
    assert caught.value.code == "idempotency_key_reused"
    assert Job.objects.count() == 1


def test_a_digest_tells_requests_under_one_key_apart_where_both_have_one(alice: Account) -> None:
    first = ask(alice, idempotency_key="k1", options={ASKED_WITH: "a seed"})
    assert ask(alice, idempotency_key="k1", options={ASKED_WITH: "a seed"}) == first
    with pytest.raises(InvalidRequest):
        ask(alice, idempotency_key="k1", options={ASKED_WITH: "another"})
    older = ask(alice, idempotency_key="k2")
    assert ask(alice, idempotency_key="k2", options={ASKED_WITH: "a seed"}) == older


def test_the_same_key_at_the_same_moment_is_one_job_and_one_hold(alice: Account) -> None:
    together = Barrier(8)

    def submit() -> str:
        together.wait()
        try:
            return str(ask(alice, idempotency_key="once").public_id)
        finally:
            give_back_connections()

    with ThreadPoolExecutor(8) as threads:
        ids = [future.result() for future in [threads.submit(submit) for _ in range(8)]]
    assert len(set(ids)) == 1
    assert Job.objects.count() == CreditEntry.objects.count() == Event.objects.count() == 1


def test_numbers_of_one_account_have_no_gap_however_many_write_at_once(alice: Account) -> None:
    def submit(_: int) -> None:
        try:
            ask(alice)
        finally:
            give_back_connections()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(submit, range(40)))
    assert [event.number for event in events_after(alice.pk, 0)] == list(range(1, 41))


def test_a_stranger_reads_nothing(alice: Account, charlie: Account) -> None:
    job = ask(alice)
    assert list(jobs_visible_to(charlie)) == []
    with pytest.raises(NotFound):
        job_visible_to(charlie, job.public_id)
    assert job_visible_to(alice, job.public_id) == job
    assert events_after(charlie.pk, 0) == []


def test_events_of_one_job_can_be_read_alone(alice: Account) -> None:
    first, second = ask(alice), ask(alice)
    cancel(alice, first.public_id)
    assert [event.number for event in events_after(alice.pk, 0, job=first.public_id)] == [1, 3]
    assert [event.number for event in events_after(alice.pk, 1, job=second.public_id)] == [2]
    assert [event.number for event in events_after(alice.pk, 0, limit=2)] == [1, 2]


def test_submitting_asks_the_database_a_bounded_number_of_times(alice: Account) -> None:
    for _ in range(3):
        ask(alice)
    with CaptureQueriesContext(connection) as queries:
        ask(alice, idempotency_key="k")
    assert len(queries) <= 10, [query["sql"] for query in queries]


# Credits ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_plan(alice: Account) -> Plan:
    """Alice may spend 3 credits a month."""
    alice.plan = Plan.objects.create(name="small", credits_per_month=3000)
    alice.save()
    return alice.plan


def test_without_a_limit_there_is_no_balance(alice: Account) -> None:
    assert credits.balance(alice) is None


def test_a_hold_never_goes_below_zero(alice: Account, small_plan: Plan) -> None:
    ask(alice, price=2000)
    assert credits.balance(alice) == 1000
    with pytest.raises(OutOfCredits, match=r"needs 1\.001 credits and you have 1 left"):
        ask(alice, price=1001)
    assert Job.objects.count() == 1
    ask(alice, price=1000)
    assert credits.balance(alice) == 0


def test_what_is_released_can_be_spent_again(alice: Account, small_plan: Plan) -> None:
    job = ask(alice, price=3000)
    cancel(alice, job.public_id)
    assert credits.balance(alice) == 3000


def test_a_new_month_begins_with_all_credits(alice: Account, small_plan: Plan) -> None:
    job = ask(alice, price=3000)
    CreditEntry.objects.update(created_at=Now() - timedelta(days=32))
    assert credits.balance(alice) == 3000
    cancel(alice, job.public_id)
    assert credits.balance(alice) == 3000


def test_many_at_once_cannot_spend_more_than_there_is(alice: Account, small_plan: Plan) -> None:
    def submit(_: int) -> bool:
        try:
            ask(alice, price=1000)
        except OutOfCredits:
            return False
        finally:
            give_back_connections()
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(submit, range(8))) == 3
    assert credits.balance(alice) == 0


# Cancelling ---------------------------------------------------------------------------------------------------


def test_a_waiting_job_is_cancelled_at_once(alice: Account) -> None:
    job = ask(alice)
    assert cancel(alice, job.public_id).state == State.CANCELLED
    assert entries(job) == {"hold": PRICE, "release": PRICE}
    assert story(job) == ["queued", "cancelled"]


def test_a_second_cancel_changes_nothing(alice: Account) -> None:
    job = ask(alice)
    cancel(alice, job.public_id)
    ended_at = now(job).ended_at
    assert cancel(alice, job.public_id).state == State.CANCELLED
    assert now(job).ended_at == ended_at
    assert_books_balance()


def test_nobody_cancels_anothers_job(alice: Account, charlie: Account) -> None:
    job = ask(alice)
    with pytest.raises(NotFound):
        cancel(charlie, job.public_id)
    assert now(job).state == State.QUEUED


def test_cancelling_a_job_that_waits_for_its_second_attempt_ends_it(alice: Account) -> None:
    job = ask(alice)
    (claimed,) = ledger.claim(LANE, holder="house", boot="boot", lease_seconds=30)
    ledger.fail(claimed, EngineCrashed("gone"))
    assert cancel(alice, job.public_id).state == State.CANCELLED
    assert ledger.claim(LANE, holder="house", boot="boot", lease_seconds=30) == []
    assert_books_balance()

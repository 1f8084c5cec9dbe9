"""The ledger's verbs: what they write, and what they refuse to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now

from limner.accounts.models import Account
from limner.engines.contract import DrawOrder
from limner.errors import EngineCrashed, EngineError, InvalidRequest, UpstreamError
from limner.jobs import ledger, pipeline
from limner.jobs.ledger import MAX_LOST, Claim
from limner.jobs.models import Event, Job
from limner.jobs.moves import backoff
from limner.jobs.services import cancel
from limner.jobs.states import State
from limner.storage import blobs
from tests.jobs.house import LANE, PRICE, ask, assert_books_balance, entries, kept, now, story
from tests.jobs.placements import square

pytestmark = pytest.mark.django_db(transaction=True)


def take(*, boot: str = "boot", holder: str = "house", lease: float = 30.0) -> Claim:
    """Claim the next job."""
    (claimed,) = ledger.claim(LANE, holder=holder, boot=boot, lease_seconds=lease)
    return claimed


def nothing_to_take() -> bool:
    return ledger.claim(LANE, holder="house", boot="boot", lease_seconds=30) == []


def draw(claimed: Claim, index: int, *, last: bool) -> bool:
    """Draw and keep one picture of a claim."""
    order = DrawOrder(str(claimed.job), claimed.attempt, claimed.request, claimed.indices)
    drawn = square(order, index)
    return pipeline.keep(claimed, drawn, pipeline.store(claimed, drawn), last=last, lease_seconds=30)


def let_lease_run_out(claimed: Claim) -> None:
    Job.objects.filter(pk=claimed.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_a_claim_names_its_holder_its_boot_and_a_new_attempt(alice: Account) -> None:
    job = ask(alice, n=3)
    claimed = take(boot="second")
    row = now(job)
    assert (row.state, row.holder, row.boot, row.attempt) == (State.RUNNING, "house", "second", 1)
    assert (claimed.attempt, claimed.indices, claimed.n) == (1, (0, 1, 2), 3)
    assert row.started_at is not None
    assert row.lease_until is not None
    assert 25 < (row.lease_until - row.started_at).total_seconds() < 31
    assert nothing_to_take()


def test_a_heartbeat_renews_a_lease_and_tells_which_are_lost(alice: Account) -> None:
    ask(alice)
    ask(alice)
    held, lost = take(lease=1), take(lease=1)
    Job.objects.filter(pk=lost.pk).update(attempt=2)
    assert ledger.heartbeat([held, lost], lease_seconds=100) == {held}
    row = now(held.job)
    assert row.lease_until is not None
    assert row.started_at is not None
    assert (row.lease_until - row.started_at).total_seconds() > 90
    assert ledger.heartbeat([], lease_seconds=1) == set()


def test_a_job_whose_lease_ran_out_is_drawn_again_by_somebody_else(alice: Account) -> None:
    job = ask(alice)
    dead = take()
    assert ledger.reap() == 0
    let_lease_run_out(dead)
    assert ledger.reap() == 1
    assert ledger.reap() == 0
    again = take(boot="other")
    assert (again.job, again.attempt) == (job.public_id, 2)
    assert now(job).lost == 1
    assert story(job) == ["queued", "running", "queued", "running"]


def test_whatever_a_late_attempt_writes_changes_nothing(alice: Account) -> None:
    job = ask(alice)
    zombie = take()
    let_lease_run_out(zombie)
    ledger.reap()
    newest = take()
    before = now(job)
    assert draw(zombie, 0, last=True) is False
    assert ledger.finish(zombie) is None
    assert ledger.requeue(zombie) is None
    assert ledger.fail(zombie, EngineCrashed("gone")) is None
    assert ledger.heartbeat([zombie], lease_seconds=30) == set()
    after = now(job)
    assert (after.state, after.attempt, after.failures) == (before.state, before.attempt, before.failures)
    assert kept(job) == []
    assert draw(newest, 0, last=True) is True
    assert draw(zombie, 0, last=True) is False
    assert_books_balance()


def test_a_discarded_picture_leaves_no_blob(alice: Account, pictures: Path) -> None:
    ask(alice)
    zombie = take()
    let_lease_run_out(zombie)
    ledger.reap()
    draw(zombie, 0, last=True)
    assert [file for file in pictures.rglob("*") if file.is_file()] == []


def test_keeping_again_after_a_lost_answer_keeps_once(alice: Account) -> None:
    job = ask(alice, n=2)
    claimed = take()
    order = DrawOrder(str(claimed.job), claimed.attempt, claimed.request, claimed.indices)
    for index, last in ((0, False), (1, True)):
        drawn = square(order, index)
        stored = pipeline.store(claimed, drawn)
        for _ in range(2):
            assert pipeline.keep(claimed, drawn, stored, last=last, lease_seconds=30) is True
            assert blobs.exists(stored.key)
        assert kept(job) == list(range(index + 1))
    assert_books_balance()


def test_another_attempt_draws_only_what_is_missing(alice: Account) -> None:
    job = ask(alice, n=3)
    claimed = take()
    draw(claimed, 1, last=False)
    ledger.requeue(claimed)
    assert take().indices == (0, 2)
    assert story(job) == ["queued", "running", "picture", "queued", "running"]


def test_a_new_start_takes_back_what_its_own_dead_start_held_and_nothing_else(alice: Account) -> None:
    mine, others = ask(alice), ask(alice)
    take(holder="house", boot="dead")
    take(holder="neighbour", boot="alive")
    assert ledger.take_back("house", "new") == 1
    assert now(mine).state == State.QUEUED
    assert now(others).state == State.RUNNING
    assert take(boot="new").job == mine.public_id
    assert ledger.take_back("house", "new") == 0


def test_handing_a_job_back_counts_for_nothing(alice: Account) -> None:
    job = ask(alice)
    for _ in range(MAX_LOST + 5):
        assert ledger.requeue(take()) == State.QUEUED
    row = now(job)
    assert (row.failures, row.lost, row.state) == (0, 0, State.QUEUED)


def test_a_job_that_takes_its_dispatcher_down_again_and_again_is_given_up(alice: Account) -> None:
    job = ask(alice)
    for start in range(MAX_LOST):
        take(boot=f"boot {start}")
        ledger.take_back("house", f"boot {start + 1}")
    row = now(job)
    assert (row.state, row.error_code) == (State.FAILED, "interrupted")
    assert "10 times" in row.error_message
    assert entries(job) == {"hold": PRICE, "release": PRICE}
    assert_books_balance()


def test_an_error_that_may_pass_is_tried_again_after_a_while(alice: Account) -> None:
    job = ask(alice)
    assert ledger.fail(take(), EngineCrashed("the model's process ended")) == State.QUEUED
    assert nothing_to_take()
    Job.objects.filter(pk=job.pk).update(not_before=Now())
    assert take().attempt == 2


def test_an_error_that_stays_ends_the_job_at_once(alice: Account) -> None:
    job = ask(alice)
    assert ledger.fail(take(), InvalidRequest("Not like this.")) == State.FAILED
    row = now(job)
    assert (row.error_code, row.error_message) == ("invalid_value", "Not like this.")
    assert entries(job) == {"hold": PRICE, "release": PRICE}


def test_the_last_failure_is_said_in_a_sentence(alice: Account) -> None:
    job = ask(alice)
    for _ in range(3):
        ledger.fail(take(), EngineCrashed("The model's process ended."))
        Job.objects.filter(pk=job.pk).update(not_before=None)
    row = now(job)
    assert row.state == State.FAILED
    assert row.error_message == "Limner tried 3 times and gave up. The last time: The model's process ended."
    assert_books_balance()


def test_each_wait_is_twice_the_one_before_and_bounded() -> None:
    assert [backoff(failures) for failures in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert backoff(30) == 60
    assert backoff(1, retry_after=7) == 7


def test_an_upstream_that_names_a_time_is_asked_again_then(alice: Account) -> None:
    job = ask(alice)
    busy = UpstreamError("Try later.", retry_after=20)
    busy.retryable = True
    ledger.fail(take(), busy)
    row = Job.objects.annotate(now=Now()).get(pk=job.pk)
    assert row.not_before is not None
    assert 15 < (row.not_before - row.now).total_seconds() <= 20


def test_a_failed_job_keeps_and_pays_what_was_drawn(alice: Account) -> None:
    job = ask(alice, n=3, price=1000)
    claimed = take()
    draw(claimed, 0, last=False)
    draw(claimed, 2, last=False)
    ledger.fail(claimed, EngineError("broken"))
    assert kept(job) == [0, 2]
    assert entries(job) == {"hold": 1000, "capture": 666, "release": 334}
    assert_books_balance()


def test_a_cancelled_job_that_fails_or_is_lost_ends_as_cancelled(alice: Account) -> None:
    failing, lost, handed_back = ask(alice), ask(alice), ask(alice)
    claims = [take(boot="dead") for _ in range(3)]
    for job in (failing, lost, handed_back):
        cancel(alice, job.public_id)
    ledger.fail(claims[0], EngineCrashed("gone"))
    ledger.requeue(claims[2])
    ledger.take_back("house", "new")
    assert {now(job).state for job in (failing, lost, handed_back)} == {State.CANCELLED}
    assert_books_balance()


@pytest.mark.parametrize(
    "change", [{"wings": 2}, {"size": None}, {"size": "large"}, {"task": "carve"}, {"images": 3}]
)
def test_a_job_of_another_version_is_failed_with_a_sentence_and_the_rest_goes_on(
    alice: Account, change: dict[str, object]
) -> None:
    strange, plain = ask(alice), ask(alice)
    Job.objects.filter(pk=strange.pk).update(request={**strange.request, **change})
    claims = ledger.claim(LANE, holder="house", boot="boot", lease_seconds=30, limit=2)
    assert [claimed.job for claimed in claims] == [plain.public_id]
    row = now(strange)
    assert (row.state, row.error_code) == (State.FAILED, "unreadable_job")
    assert entries(strange) == {"hold": PRICE, "release": PRICE}


def test_old_events_are_swept_and_new_ones_stay(alice: Account) -> None:
    old = ask(alice)
    Event.objects.filter(job=old).update(created_at=Now() - timedelta(days=8))
    fresh = ask(alice)
    assert ledger.sweep_events() == 1
    assert story(old) == []
    assert story(fresh) == ["queued"]

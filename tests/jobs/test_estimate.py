"""How long pictures take, and how long jobs have to wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from limner.accounts.models import Account
from limner.engines.catalog import model
from limner.engines.contract import Size
from limner.errors import LimnerError
from limner.jobs import ledger, pace
from limner.jobs.estimate import Average, SpeedClass, bucket, predict, record, seconds_left, trusted_error
from limner.jobs.models import Job, Pace
from limner.jobs.queries import longest_wait, outlook
from limner.jobs.services import cancel
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.jobs.house import LANE, REQUEST, ask, asking, dispatching, ended, now, until
from tests.jobs.placements import Painter

SLOW = SpeedClass(seconds=4.0, size=Size(1024, 1024), steps=20)


@pytest.mark.parametrize(
    ("size", "its"),
    [
        (Size(512, 512), "2^18"),
        (Size(1024, 1024), "2^20"),
        (Size(768, 512), "2^18.5"),
        (Size(512, 768), "2^18.5"),
        (Size(1, 1), "2^0"),
    ],
)
def test_sizes_that_take_as_long_share_a_bucket(size: Size, its: str) -> None:
    assert bucket(size) == its


def test_before_anything_is_measured_the_speed_class_is_scaled_by_pixels_and_steps() -> None:
    assert predict(None, SLOW, size=Size(1024, 1024), steps=20).seconds == 4.0
    assert predict(None, SLOW, size=Size(512, 512), steps=20).seconds == 1.0
    assert predict(None, SLOW, size=Size(512, 512), steps=10).seconds == 0.5


def test_a_prediction_says_how_wrong_it_tends_to_be() -> None:
    guess = predict(None, SLOW, size=Size(1024, 1024), steps=20)
    measured = predict(Average(2.0, 0.2, 50), SLOW, size=Size(1024, 1024), steps=20)
    assert guess.low < guess.seconds < guess.high
    assert measured.seconds == 2.0
    assert measured.low == pytest.approx(1.6)
    assert measured.high == pytest.approx(2.4)


def test_one_measurement_is_not_trusted_as_five_are() -> None:
    assert trusted_error(Average(1.0, 0.0, 1)) > trusted_error(Average(1.0, 0.0, 5)) == 0.1


def test_the_average_follows_a_machine_that_has_become_slower() -> None:
    average = record(None, 1.0, predicted=4.0)
    assert (average.seconds, average.error) == (1.0, 0.75)
    for _ in range(30):
        average = record(average, 3.0, predicted=average.seconds)
    assert average.seconds == pytest.approx(3.0, abs=0.01)
    assert average.error < 0.05
    assert average.measured == 31


def test_what_is_left_is_guessed_first_and_measured_later() -> None:
    assert seconds_left(10, elapsed=0, share_done=0) == 10
    assert seconds_left(10, elapsed=2, share_done=0) == 8
    assert seconds_left(10, elapsed=10, share_done=0.5) == pytest.approx(7.5)
    assert seconds_left(10, elapsed=19, share_done=0.95) == pytest.approx(1.0, abs=0.1)
    assert seconds_left(10, elapsed=20, share_done=1.0) == 0


# With the database --------------------------------------------------------------------------------------------

with_rows = pytest.mark.django_db(transaction=True)


@with_rows
def test_without_measurements_the_catalog_predicts(alice: Account) -> None:
    able = model(LANE).capabilities
    assert pace.predict_picture(LANE, able.offered_sizes[0], able.default_steps).seconds == model(LANE).seconds


@with_rows
async def test_drawn_pictures_teach_the_pace(alice: Account) -> None:
    async with dispatching(Painter(seconds=3.0)):
        await ended(await asking(alice, n=2, seconds=2.0))
        row = await until(lambda: Pace.objects.filter(model=LANE, measured=2).first())
    assert (row.bucket, row.steps) == (bucket(REQUEST.draw_size), REQUEST.steps)
    assert row.seconds == 3.0
    assert row.error == pytest.approx(2.0)
    assert (await in_thread(pace.predict, REQUEST)).seconds == 3.0


@with_rows
def test_a_job_waits_for_those_before_it(alice: Account, bob: Account) -> None:
    first, second, third = ask(alice, seconds=2), ask(alice, seconds=2), ask(alice, seconds=2)
    early = ask(bob, seconds=1)
    assert [outlook(job).ahead for job in (early, first, second, third)] == [0, 1, 2, 3]
    its = outlook(third)
    assert its.low < 7.0 < its.high
    assert (its.low + its.high) / 2 == pytest.approx(7.0)


@with_rows
def test_the_longest_wait_is_never_shorter_than_the_likely_one(alice: Account, bob: Account) -> None:
    assert longest_wait(LANE) == 0
    for seconds in (10, 4, 2):
        ask(alice, seconds=seconds)
    ledger.claim(LANE, holder="house", boot="boot", lease_seconds=30, limit=2)
    begun = Job.objects.filter(state=State.RUNNING)
    begun.update(started_at=Now() - timedelta(seconds=3), created_at=Now() - timedelta(seconds=3))
    most = longest_wait(LANE)
    last = outlook(ask(bob, seconds=1))
    assert most == pytest.approx(8.0)
    assert (last.low + last.high) / 2 - 1 < most


@with_rows
def test_a_running_job_counts_with_what_is_left_of_it(alice: Account) -> None:
    running, waiting = ask(alice, seconds=10), ask(alice, seconds=1)
    ledger.claim(LANE, holder="house", boot="boot", lease_seconds=30)
    Job.objects.filter(pk=running.pk).update(
        started_at=Now() - timedelta(seconds=6), created_at=Now() - timedelta(seconds=7)
    )
    its = outlook(now(running))
    assert its.ahead == 0
    assert (its.low + its.high) / 2 == pytest.approx(4.0, abs=0.5)
    its = outlook(now(waiting))
    assert its.ahead == 1
    assert (its.low + its.high) / 2 == pytest.approx(5.0, abs=0.5)


@with_rows
def test_an_ended_job_has_nothing_left(alice: Account) -> None:
    job = ask(alice)
    ended_job = cancel(alice, job.public_id)
    its = outlook(ended_job)
    assert (its.ahead, its.low, its.high) == (0, 0.0, 0.0)


@with_rows
def test_a_model_that_nobody_knows_is_a_plain_error(alice: Account) -> None:
    with pytest.raises(LimnerError):
        pace.predict_picture("nobody", Size(8, 8), 4)

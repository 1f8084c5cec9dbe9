"""How fast an upstream is called: on paper, with a clock that the test moves."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.jobs.pacing import BEGIN_WITH, LONGEST_PAUSE, LONGEST_STORM_PAUSE, Bucket, Pacing

SECONDS = 5.0
SLOTS = 50
JOBS = 500


def test_it_begins_with_a_few_calls_at_a_time_and_takes_one_more_for_each_answer() -> None:
    pacing = Pacing(10)
    assert pacing.room(0, now=0) == BEGIN_WITH
    for _ in range(3):
        pacing.answered()
    assert pacing.room(2, now=0) == BEGIN_WITH + 3 - 2


def test_it_never_calls_more_often_at_a_time_than_there_are_slots() -> None:
    pacing = Pacing(6)
    for _ in range(50):
        pacing.answered()
    assert pacing.limit == 6
    assert Pacing(2).limit == 2


def test_a_busy_upstream_is_called_half_as_often_at_a_time_and_never_less_than_once() -> None:
    pacing = Pacing(4)
    for now, limit in [(1, 2), (2, 1), (3, 1)]:
        pacing.busy(begun=now - 0.5, now=now)
        assert pacing.limit == limit


def test_all_that_was_under_way_when_it_was_slowed_slows_it_no_further() -> None:
    pacing = Pacing(4)
    pacing.busy(begun=0, now=1)
    pacing.busy(begun=0.9, now=1.5)
    assert pacing.limit == 2
    pacing.busy(begun=1.1, now=2)
    assert pacing.limit == 1


def test_more_under_way_than_allowed_leaves_no_room() -> None:
    assert Pacing(4).room(9, now=0) == 0


def test_what_the_upstream_asks_to_wait_the_whole_lane_waits() -> None:
    pacing = Pacing(4)
    pacing.busy(begun=9, now=10, retry_after=7)
    assert pacing.room(0, now=16.9) == 0
    assert pacing.wait(now=11) == 6
    assert pacing.room(0, now=17) == 2
    assert pacing.wait(now=17) == 0


def test_a_shorter_wish_does_not_shorten_a_longer_one() -> None:
    pacing = Pacing(4)
    pacing.busy(begun=0, now=1, retry_after=20)
    pacing.busy(begun=0, now=2, retry_after=1)
    assert pacing.wait(now=2) == 19


def test_one_that_wants_to_be_left_alone_for_a_day_is_asked_again_before() -> None:
    pacing = Pacing(4)
    pacing.busy(begun=0, now=0, retry_after=86400)
    assert pacing.room(0, now=LONGEST_PAUSE) > 0


def test_one_that_is_busy_at_every_single_call_is_called_less_and_less_often_until_it_answers() -> None:
    pacing, now, waits = Pacing(1), 0.0, []
    for _ in range(12):
        begun, now = now, now + 0.01
        pacing.busy(begun=begun, now=now)
        waits.append(round(pacing.wait(now), 3))
        now += pacing.wait(now)
    assert waits == sorted(waits)
    assert waits[0] < 1
    assert waits[-1] == LONGEST_STORM_PAUSE
    pacing.answered()
    pacing.busy(begun=now, now=now + 1)
    assert pacing.wait(now + 1) < 1


# A minute's worth ---------------------------------------------------------------------------------------------


def test_one_that_is_always_busy_and_says_come_back_at_once_is_called_less_and_less_often_too() -> None:
    pacing, now = Pacing(1), 0.0
    for _ in range(10):
        now += pacing.wait(now)
        pacing.busy(begun=now, now=now, retry_after=0.0)
    assert pacing.wait(now) == LONGEST_STORM_PAUSE


def test_a_minutes_worth_of_calls_may_be_made_at_once_then_they_come_evenly() -> None:
    pacing = Pacing(100, per_minute=3, now=0)
    for _ in range(3):
        assert pacing.room(0, now=0) > 0
        pacing.begin(now=0)
    assert pacing.room(0, now=0) == 0
    assert pacing.wait(now=0) == pytest.approx(20)
    assert pacing.room(0, now=20) == 1
    assert pacing.room(0, now=3600) == 3


def test_a_call_that_was_not_sent_counts_for_nothing() -> None:
    pacing = Pacing(1, per_minute=1, now=0)
    pacing.begin(now=0)
    pacing.not_begun(now=0)
    pacing.not_begun(now=0)
    assert pacing.room(0, now=0) == 1
    assert Bucket(5, now=0).holds(now=0) == 5


def test_less_than_one_a_minute_is_one_now_and_then() -> None:
    pacing = Pacing(4, per_minute=0.5, now=0)
    assert pacing.room(0, now=0) == 1
    pacing.begin(now=0)
    assert pacing.wait(now=0) == pytest.approx(120)


@given(
    per_minute=st.floats(0.5, 600),
    steps=st.lists(st.floats(0, 10), min_size=1, max_size=200),
)
def test_in_no_stretch_of_time_are_there_more_calls_than_a_bucket_and_what_ran_into_it(
    per_minute: float, steps: list[float]
) -> None:
    pacing, now, made = Pacing(1000, per_minute, now=0), 0.0, 0
    for _ in range(1000):
        pacing.answered()
    for step in steps:
        now += step
        for _ in range(pacing.room(0, now)):
            pacing.begin(now)
            made += 1
        assert made <= max(per_minute, 1) + per_minute * now / 60 + 1e-6


# Five hundred jobs, on paper ----------------------------------------------------------------------------------


class Rush:
    """One account's jobs, and newcomers who come later; every tenth call is turned away, by chance."""

    def __init__(self, seed: int, retry_after: float | None) -> None:
        self.dice = random.Random(seed)
        self.retry_after = retry_after
        self.pacing = Pacing(SLOTS)
        self.waiting = [(1.0, number, 0.0) for number in range(JOBS)]  # turn, job, not before
        self.coming = [3.1 * SECONDS, 4.4 * SECONDS, 6.3 * SECONDS]
        self.under_way: list[tuple[float, float, int]] = []  # end, begin, job
        self.calls = self.done = 0
        self.waits: list[float] = []
        self.now = 0.0

    def run(self) -> None:
        while self.waiting or self.under_way:
            self._begin()
            moments = [end for end, _, _ in self.under_way] + [later for _, _, later in self.waiting]
            moments += [self.now + self.pacing.wait(self.now), *self.coming]
            self.now = min(moment for moment in moments if moment > self.now)
            self._come_and_end()

    def _begin(self) -> None:
        ready = sorted(row for row in self.waiting if row[2] <= self.now)
        for row in ready[: self.pacing.room(len(self.under_way), self.now)]:
            self.waiting.remove(row)
            self.under_way.append((self.now + SECONDS * self.dice.uniform(0.95, 1.05), self.now, row[1]))
            self.calls += 1
            if row[0] == 0:
                self.waits.append(self.now - row[1] / 1000)

    def _come_and_end(self) -> None:
        for moment in [moment for moment in self.coming if moment <= self.now]:
            self.coming.remove(moment)
            self.waiting.append((0.0, int(moment * 1000), 0.0))
        for row in sorted(row for row in self.under_way if row[0] <= self.now):
            self.under_way.remove(row)
            if self.dice.random() < 0.1:
                self.pacing.busy(row[1], self.now, self.retry_after)
                self.waiting.append((0.5, row[2], self.now + (self.retry_after or 0.5)))
            else:
                self.pacing.answered()
                self.done += 1


@pytest.mark.parametrize("retry_after", [None, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_a_tenth_of_429s_costs_less_than_the_same_time_again_and_newcomers_wait_for_one_service_time(
    seed: int, retry_after: float | None
) -> None:
    rush = Rush(seed, retry_after)
    rush.run()
    assert rush.done == JOBS + 3
    assert rush.now <= 2 * rush.calls * SECONDS / SLOTS
    assert max(rush.waits) <= SECONDS

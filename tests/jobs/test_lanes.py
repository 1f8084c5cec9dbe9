"""A lane: who is woken when a drawing ends."""

from __future__ import annotations

from limner.jobs.lanes import Lane
from tests.jobs.upstreams import FarAway, called


def test_an_answer_that_makes_room_for_more_wakes_a_lane_whose_jobs_wait() -> None:
    lane = Lane("far", FarAway(slots=8), called())
    drawing = [lane.take() for _ in range(lane.room)]
    lane.more = True  # the last claim took as many as there was room for
    lane.wake.clear()
    drawing[0].answered()
    drawing[0].over(None)
    lane.leave()
    assert lane.room == 2
    assert lane.wake.is_set()


def test_a_lane_that_nobody_waits_for_is_woken_only_when_it_is_idle() -> None:
    lane = Lane("far", FarAway(slots=8), called())
    for _ in range(2):
        lane.take()
    lane.more = False
    lane.wake.clear()
    lane.leave()
    assert not lane.wake.is_set()
    lane.leave()
    assert lane.wake.is_set()

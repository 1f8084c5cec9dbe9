"""The table of a job's moves."""

from __future__ import annotations

import pytest

from limner.jobs.states import ENDED, TRANSITIONS, State, may_become


def test_an_ended_job_stays_as_it_is() -> None:
    assert {State.DONE, State.FAILED, State.CANCELLED} == ENDED
    assert not any(may_become(ended, after) for ended in ENDED for after in State)


def test_every_state_has_its_line_in_the_table() -> None:
    assert set(TRANSITIONS) == set(State)


@pytest.mark.parametrize(
    ("before", "after", "may"),
    [
        (State.QUEUED, State.RUNNING, True),
        (State.QUEUED, State.CANCELLED, True),
        (State.QUEUED, State.DONE, False),
        (State.RUNNING, State.QUEUED, True),
        (State.RUNNING, State.DONE, True),
        (State.RUNNING, State.RUNNING, False),
    ],
)
def test_moves(before: State, after: State, may: bool) -> None:
    assert may_become(before, after) is may

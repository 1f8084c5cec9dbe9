"""Sentences that depend on numbers."""

from __future__ import annotations

import pytest

from limner.engines.contract import Size
from limner.jobs.states import State
from limner.studio import wording


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.0, 0.2, "about 1 s"),
        (2.6, 5.2, "3–6 s"),
        (3.9, 4.0, "about 4 s"),
        (70, 100, "1–2 min"),
        (110, 118, "about 2 min"),
    ],
)
def test_time_is_a_range_that_does_not_pretend(low: float, high: float, said: str) -> None:
    assert wording.seconds(low, high) == said


def test_the_first_in_line_is_told_so() -> None:
    assert wording.waiting(0, 3, 5) == "Next in line · 3–5 s left"


def test_many_unknown_words_are_counted_not_listed() -> None:
    said = wording.passes_over("Storybook", ["one", "two", "three", "four", "five", "six"])
    assert said == "Storybook does not know “one”, “two”, “three”, “four” and 2 more yet and passes over them."


def test_known_words_need_no_sentence() -> None:
    assert wording.passes_over("Storybook", []) == ""


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_announced_with_a_short_prompt(state: State) -> None:
    said = wording.announcement(state, "a robot " * 40, 0, 2)
    assert 0 < len(said) < 100


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (Size(1024, 1024), "Square 1024"),
        (Size(1536, 1024), "Landscape 1536 × 1024"),
        (Size(8, 9), "Portrait 8 × 9"),
        (Size(896, 512), "Wide 896 × 512"),
        (Size(512, 896), "Tall 512 × 896"),
    ],
)
def test_a_size_is_named_by_its_shape(size: Size, said: str) -> None:
    assert wording.size_title(size) == said


@pytest.mark.parametrize(
    ("price", "left", "said"),
    [
        (1000, None, "1 credit"),
        (2500, None, "2.5 credits"),
        (2000, 40_000, "2 of your 40 credits"),
        (2000, -5, "2 of your 0 credits"),
    ],
)
def test_credits_are_said_with_what_is_left_of_them(price: int, left: int | None, said: str) -> None:
    assert wording.credits(price, left) == said


def test_a_problem_nobody_has_words_for_still_says_what_to_do() -> None:
    assert "Trying again may help" in wording.problem("", "")

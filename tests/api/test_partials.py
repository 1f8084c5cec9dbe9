"""Which previews a stream shows."""

from __future__ import annotations

import pytest

from limner.api.openai.partials import Partials
from limner.engines.contract import DrawRequest, Size
from limner.engines.previews import preview_steps

SIZE = Size(256, 256)


def request(steps: int = 20, n: int = 1) -> DrawRequest:
    return DrawRequest("a cat", "storybook", SIZE, SIZE, seed=1, steps=steps, guidance=3.0, n=n)


def seen(partials: Partials, index: int, step: int) -> tuple[int, int, int] | None:
    """What is shown after this preview: of which picture, as which one, of which step."""
    partials.preview({"index": index, "step": step, "image": "data:,"})
    shown = partials.next()
    return (shown.index, shown.number, shown.step) if shown else None


@pytest.mark.parametrize("most", [0, 1, 2, 3])
@pytest.mark.parametrize("steps", [2, 3, 4, 6, 8, 12, 20, 28, 50])
def test_as_many_are_shown_as_were_asked_for_where_the_engine_has_as_many(steps: int, most: int) -> None:
    partials = Partials(request(steps), most)
    previews = sorted(preview_steps(steps))
    shown = [found for step in previews if (found := seen(partials, 0, step))]
    assert [number for _, number, _ in shown] == list(range(min(most, len(previews))))


@pytest.mark.parametrize(("most", "steps"), [(1, [10]), (2, [7, 13]), (3, [7, 10, 17])])
def test_they_are_spread_over_the_steps(most: int, steps: list[int]) -> None:
    partials = Partials(request(20), most)
    assert [found[2] for step in (3, 7, 10, 13, 17) if (found := seen(partials, 0, step))] == steps


def test_one_that_was_lost_on_the_way_is_made_up_for_by_a_later_one() -> None:
    partials = Partials(request(20), 2)
    assert [seen(partials, 0, step) for step in (13, 17)] == [(0, 0, 13), (0, 1, 17)]


def test_a_second_attempt_at_the_same_picture_goes_on_counting() -> None:
    partials = Partials(request(4), 3)
    again = [seen(partials, 0, step) for step in (1, 2, 1, 2, 3)]
    assert again == [(0, 0, 1), (0, 1, 2), None, None, (0, 2, 3)]


def test_how_many_steps_there_are_is_heard_while_they_are_taken() -> None:
    partials = Partials(request(20), 1)
    partials.progress({"steps": 4})
    assert [seen(partials, 0, step) for step in (1, 2, 3)] == [None, (0, 0, 2), None]


def test_the_next_picture_is_shown_once_the_one_before_is_kept() -> None:
    partials = Partials(request(4, n=2), 3)
    assert seen(partials, 0, 1) == (0, 0, 1)
    assert seen(partials, 1, 1) is None
    partials.kept(0)
    shown = partials.next()
    assert shown is not None
    assert (shown.index, shown.number, shown.step) == (1, 0, 1)


def test_nothing_is_shown_of_a_picture_that_is_kept() -> None:
    partials = Partials(request(4, n=2), 3)
    partials.kept(0)
    assert seen(partials, 0, 1) is None

"""What every engine does, whatever it draws with: inherit `Conformance` and give it an engine."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import ClassVar

import pytest
from PIL import Image

from limner.engines.contract import (
    BatchingEngine,
    DrawEvent,
    Drawn,
    DrawOrder,
    DrawRequest,
    Engine,
    Preview,
    Progress,
    Size,
)
from limner.errors import LimnerError


def never() -> bool:
    return False


def apart(one: Drawn, other: Drawn) -> int:
    """The largest difference between two pictures' pixels, of 255."""
    return max(abs(a - b) for a, b in zip(one.data, other.data, strict=True))


class Conformance:
    """Tests of one engine. A subclass names it and brings the fixture `engine`, with the sizes its model draws."""

    engine_name: ClassVar[str]
    draw_size: ClassVar[Size]
    prompt: ClassVar[str] = "a red robot"
    steps: ClassVar[int] = 8
    tolerance: ClassVar[int] = 0
    """How far apart, of 255, pictures may be that are the same but for how many were drawn with them."""

    def order(self, *indices: int, size: Size | None = None, seed: int = 11, steps: int | None = None) -> DrawOrder:
        request = DrawRequest(
            prompt=self.prompt,
            model="model",
            size=size or self.draw_size,
            draw_size=self.draw_size,
            seed=seed,
            steps=steps or self.steps,
            guidance=3.0,
            n=max(indices) + 1,
        )
        return DrawOrder("job", 1, request, indices)

    def drawn(self, engine: Engine, order: DrawOrder) -> list[Drawn]:
        return [event for event in engine.draw(order, never) if isinstance(event, Drawn)]

    def test_every_step_is_told_once_and_then_the_picture(self, engine: Engine) -> None:
        events = [event for event in engine.draw(self.order(0, 1), never) if not isinstance(event, Preview)]
        for index in (0, 1):
            *steps, picture = (event for event in events if getattr(event, "index", None) == index)
            assert steps == [Progress("job", index, step, self.steps) for step in range(1, self.steps + 1)]
            assert isinstance(picture, Drawn)
        assert [event.index for event in events if isinstance(event, Drawn)] == [0, 1]
        assert isinstance(events[-1], Drawn)

    def test_eight_steps_bring_three_different_small_previews(self, engine: Engine) -> None:
        events = list(engine.draw(self.order(0, steps=8), never))
        previews = [event for event in events if isinstance(event, Preview)]
        assert len({preview.image for preview in previews}) >= 3
        assert all(first.step < second.step for first, second in pairwise(previews))
        for preview in previews:
            assert len(preview.image) <= 64 * 1024
            with Image.open(io.BytesIO(preview.image)) as image:
                assert image.format == "WEBP"
                assert max(image.size) <= 256
        # The picture itself follows its last preview.
        assert isinstance(events[-1], Drawn)

    def test_only_the_pictures_of_the_order_are_drawn(self, engine: Engine) -> None:
        assert [picture.index for picture in self.drawn(engine, self.order(2, 5))] == [2, 5]

    @pytest.mark.parametrize("factor", [1, 2])
    def test_a_picture_has_the_size_that_was_asked_for(self, engine: Engine, factor: int) -> None:
        size = Size(self.draw_size.width * factor, self.draw_size.height * factor)
        [picture] = self.drawn(engine, self.order(0, size=size))
        assert (picture.size, picture.mode) == (size, "RGB")
        assert len(picture.data) == size.pixels * 3
        assert picture.seconds > 0

    def test_the_same_seed_draws_the_same_picture_and_another_seed_another(self, engine: Engine) -> None:
        [first], [again], [other] = (self.drawn(engine, self.order(0, seed=seed)) for seed in (11, 11, 12))
        assert first.data == again.data
        assert first.data != other.data

    def test_a_picture_does_not_depend_on_the_others_of_its_job(self, engine: Engine) -> None:
        _, second = self.drawn(engine, self.order(0, 1))
        [alone] = self.drawn(engine, self.order(1))
        [moved] = self.drawn(engine, self.order(0, seed=12))
        assert alone.data == moved.data
        assert apart(second, alone) <= self.tolerance

    def test_a_cancelled_drawing_ends_within_a_step_and_the_next_is_untouched(self, engine: Engine) -> None:
        seen: list[DrawEvent] = []
        for event in engine.draw(self.order(0, 1, steps=50), lambda: bool(seen)):
            seen.append(event)
        assert not any(isinstance(event, Drawn) for event in seen)
        assert len([event for event in seen if isinstance(event, Progress)]) <= 3
        assert len(self.drawn(engine, self.order(0))) == 1

    def test_a_drawing_cancelled_before_it_begins_says_nothing(self, engine: Engine) -> None:
        assert list(engine.draw(self.order(0), lambda: True)) == []

    def test_a_reader_may_leave_in_the_middle(self, engine: Engine) -> None:
        drawing = engine.draw(self.order(0, steps=50), never)
        next(drawing)
        drawing.close()  # type: ignore[attr-defined]
        assert len(self.drawn(engine, self.order(0))) == 1

    def test_the_request_is_left_as_it_was(self, engine: Engine) -> None:
        order = self.order(0)
        before = replace(order)
        list(engine.draw(order, never))
        assert order == before


class BatchingConformance(Conformance):
    """And of one that can draw several orders at once, four pictures at a time."""

    engine_name = "an engine that draws together"

    def of(self, job: str, *indices: int, seed: int = 11, prompt: str = "") -> DrawOrder:
        order = self.order(*indices, seed=seed)
        return replace(order, job=job, request=replace(order.request, prompt=prompt or self.prompt))

    def together(
        self, engine: BatchingEngine, orders: list[DrawOrder], cancelled: Callable[[int], bool] = lambda _: False
    ) -> list[list[DrawEvent]]:
        """The events of each order."""
        events: list[list[DrawEvent]] = [[] for _ in orders]
        for place, event in engine.draw_together(orders, cancelled):
            assert not isinstance(event, LimnerError)
            events[place].append(event)
        return events

    def test_orders_that_are_drawn_together_are_told_apart(self, engine: BatchingEngine) -> None:
        alone = [self.of("a", 0, 1), self.of("b", 2, seed=40, prompt="a blue moon"), self.of("c", 0, seed=60)]
        for order, events in zip(alone, self.together(engine, alone), strict=True):
            assert {event.job for event in events} == {order.job}
            pictures = [event for event in events if isinstance(event, Drawn)]
            assert [picture.index for picture in pictures] == list(order.indices)
            for picture, one in zip(pictures, self.drawn(engine, order), strict=True):
                assert apart(picture, one) <= self.tolerance

    def test_who_else_is_drawn_and_where_it_stands_changes_no_byte_of_a_picture(self, engine: BatchingEngine) -> None:
        first = [self.of("a", 0), self.of("b", 0, seed=40, prompt="a blue moon"), self.of("c", 0, 1, seed=60)]
        other = [self.of("d", 0, 1, 2, seed=80, prompt="with a flower"), self.of("a", 0)]
        [one], [same] = (
            [event for event in events if isinstance(event, Drawn)]
            for events in (self.together(engine, first)[0], self.together(engine, other)[1])
        )
        assert one.data == same.data

    def test_one_that_is_cancelled_ends_and_the_others_stay_as_they_were(self, engine: BatchingEngine) -> None:
        orders = [self.of("a", 0), self.of("b", 0, seed=40), self.of("c", 0, 1, seed=60)]
        whole = self.together(engine, orders)
        asked: list[int] = []

        def cancelled(place: int) -> bool:
            asked.append(place)
            return place == 1 and len(asked) > 20

        left = self.together(engine, orders, cancelled)
        assert not any(isinstance(event, Drawn) for event in left[1])
        assert len(left[1]) < len(whole[1])
        for place in (0, 2):
            assert [event.data for event in left[place] if isinstance(event, Drawn)] == [
                event.data for event in whole[place] if isinstance(event, Drawn)
            ]

    def test_when_all_are_cancelled_nothing_more_is_drawn(self, engine: BatchingEngine) -> None:
        orders = [self.of("a", 0), self.of("b", 0, seed=40)]
        assert self.together(engine, orders, lambda _: True) == [[], []]

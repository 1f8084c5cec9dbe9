"""What every engine does, whatever it draws with: inherit `Conformance` and give it an engine."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise
from typing import ClassVar

import pytest
from PIL import Image

from limner.engines.contract import DrawEvent, Drawn, DrawOrder, DrawRequest, Engine, Preview, Progress, Size


def never() -> bool:
    return False


class Conformance:
    """Tests of one engine. A subclass names it and brings the fixture `engine`, with the sizes its model draws."""

    engine_name: ClassVar[str]
    draw_size: ClassVar[Size]
    prompt: ClassVar[str] = "a red robot"
    steps: ClassVar[int] = 8

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
        assert [event for event in events if isinstance(event, Progress)] == [
            Progress("job", index, step, self.steps) for index in (0, 1) for step in range(1, self.steps + 1)
        ]
        assert [event.index for event in events if isinstance(event, Drawn)] == [0, 1]
        assert isinstance(events[self.steps], Drawn)
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
        assert second.data == alone.data == moved.data

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

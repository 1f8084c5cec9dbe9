"""Every engine that Limner brings passes the same tests."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import cast

import pytest

from limner.engines.catalog import Model, catalog
from limner.engines.contract import DrawOrder, Engine, ImageRef, Preview, Size, Task
from limner.engines.registry import ENGINES, build_engine
from limner.engines.upstreams import Offered
from limner.engines.weights import look
from tests.api.files import picture
from tests.engines.asked_upstream import ALL, configured, described
from tests.engines.conformance import BatchingConformance, Conformance, never
from tests.engines.larger import larger
from tests.engines.puppet import puppet, troupe
from tests.engines.tiny_model import tiny
from tests.engines.waited import Waited
from tests.upstream import stand_in

STORYBOOK = catalog()["storybook"]


def loaded(model: Model) -> Engine:
    """The engine of a model that a process of its own would hold."""
    return cast("Engine", build_engine(model))


class TestPuppet(Conformance):
    engine_name = "tests.engines.puppet:Puppet"
    draw_size = Size(8, 8)

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> Engine:
        return loaded(puppet())


class TestTroupe(BatchingConformance):
    engine_name = "tests.engines.puppet:Troupe"
    draw_size = Size(8, 8)

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> Engine:
        return loaded(troupe())


class TestOpenVino(Conformance):
    engine_name = "openvino"
    draw_size = Size(256, 256)

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, tmp_path_factory: pytest.TempPathFactory) -> Engine:
        return loaded(tiny(tmp_path_factory.mktemp("tiny")))


class TestStorybook(Conformance):
    engine_name = "openvino"
    draw_size = STORYBOOK.capabilities.sizes[0]

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> Engine:
        return loaded(STORYBOOK)


class TestEnlarging(Conformance):
    """A step is a piece of the picture. Who waits has seen it already, and chance has no part in it."""

    engine_name = "openvino-enlarging"
    draw_size = Size(200, 180)
    steps = 4

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, tmp_path_factory: pytest.TempPathFactory) -> Engine:
        return loaded(look(larger(tmp_path_factory.mktemp("models") / "sharp"), "sharp"))

    def order(self, *indices: int, size: Size | None = None, seed: int = 11, steps: int | None = None) -> DrawOrder:
        twice = Size(2 * self.draw_size.width, 2 * self.draw_size.height)
        before = picture((self.draw_size.width, self.draw_size.height))
        order = super().order(*indices, size=size or twice, seed=seed)
        named = (ImageRef("before", self.draw_size.width, self.draw_size.height),)
        request = replace(order.request, task=Task.UPSCALE, images=named)
        return replace(order, request=request, images={"before": before})

    def test_eight_steps_bring_three_different_small_previews(self, engine: Engine) -> None:
        """None at all."""
        assert not any(isinstance(event, Preview) for event in engine.draw(self.order(0), never))

    @pytest.mark.parametrize("factor", [2, 4])
    def test_a_picture_has_the_size_that_was_asked_for(self, engine: Engine, factor: int) -> None:
        super().test_a_picture_has_the_size_that_was_asked_for(engine, factor)

    def test_the_same_seed_draws_the_same_picture_and_another_seed_another(self, engine: Engine) -> None:
        """The same picture, whatever the seed."""
        [first], [other] = (self.drawn(engine, self.order(0, seed=seed)) for seed in (11, 12))
        assert first.data == other.data


class TestOpenAi(Conformance):
    """An upstream that takes our seeds and streams; its steps are its partial pictures and the last."""

    engine_name = "openai"
    draw_size = Size(64, 64)
    steps = 4

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> Generator[Engine]:
        free = (Offered("model", sizes=(cls.draw_size,), prices={"": 0}),)
        named = {"seed": "seed"}
        with (
            stand_in() as upstream,
            configured(described(upstream, kind="other", models=free, supports=ALL, extra=named)) as model,
            Waited(build_engine(model)) as engine,
        ):
            yield engine

    @pytest.mark.parametrize("factor", [1, 2])
    def test_a_picture_has_the_size_that_was_asked_for(self, engine: Engine, factor: int) -> None:
        """It comes as a file, in the size that the upstream draws: larger ones are made where it is kept."""
        [picture] = self.drawn(engine, self.order(0, size=Size(64 * factor, 64 * factor)))
        assert (picture.size, picture.mode) == (self.draw_size, "file")
        assert picture.data.startswith(b"\x89PNG")
        assert picture.seconds > 0


def test_every_registered_engine_is_tested_here() -> None:
    assert {tested.engine_name for tested in Conformance.__subclasses__()} >= set(ENGINES)

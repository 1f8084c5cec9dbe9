"""Every engine that Limner brings passes the same tests."""

from __future__ import annotations

from typing import cast

import pytest

from limner.engines.catalog import Model, catalog
from limner.engines.contract import Engine, Size
from limner.engines.registry import ENGINES, build_engine
from tests.engines.conformance import Conformance
from tests.engines.puppet import puppet
from tests.engines.tiny_model import tiny

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


def test_every_registered_engine_is_tested_here() -> None:
    assert {tested.engine_name for tested in Conformance.__subclasses__()} >= set(ENGINES)

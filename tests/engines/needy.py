"""Engines that lack something: a library (it finds out when it is built, as real ones do), or a writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from limner.engines.catalog import Model
from limner.engines.contract import DrawEvent, DrawOrder


class Needy:
    """Cannot be built."""

    def __init__(self, model: Model) -> None:
        import_module("no_such_library.inner")


class Mute:
    """Can be built, and has no writer."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]:
        return iter(())

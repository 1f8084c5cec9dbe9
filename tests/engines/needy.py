"""Engines that lack something: a library (it finds out when it is built, as real ones do), a writer, or room."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

from limner.engines.catalog import Model
from limner.engines.contract import DrawEvent, DrawOrder
from limner.errors import LimnerError, NoRoom
from tests.engines.puppet import Puppet, Troupe


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


class Spreading(Puppet):
    """Has all of the memory while it is loaded: a file of its model, which it locks."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self._memory = memory_of(model).open()
        fcntl.flock(self._memory, fcntl.LOCK_EX)


class Cramped(Troupe):
    """Needs that memory to draw: for the picture whose number its description is, and for those after it."""

    def _run(
        self, orders: Sequence[DrawOrder], pieces: list[tuple[int, int]], cancelled: Callable[[int], bool]
    ) -> Iterator[tuple[int, DrawEvent | LimnerError]]:
        if any(index >= int(self.model.description) for _, index in pieces):
            with memory_of(self.model).open() as memory:
                try:
                    fcntl.flock(memory, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise NoRoom("There is no room to draw.") from error
        yield from super()._run(orders, pieces, cancelled)


def memory_of(model: Model) -> Path:
    assert model.path is not None
    return model.path / "model_index.json"

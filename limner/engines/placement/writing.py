"""Where texts are written: a line before each writer's model, which is in a process of its own or in one that draws.

The process that draws lends its placement (`lend`), so that its child writes beside its pictures. Where nothing is
lent, as in `limner web` and `limner prompt`, the first text opens a child that only writes. Both belong to the event
loop that they are first used in.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Protocol, cast

from limner.engines.catalog import Model
from limner.engines.contract import Capabilities, WriteOrder
from limner.engines.placement.child import ChildPlacement
from limner.engines.registry import writing_engine
from limner.engines.weights import title_of
from limner.errors import Unavailable, say

LONGEST_LINE = 100
"""Texts that are written and wait for one model at most: the next is told to come again."""


class WritingPlacement(Protocol):
    """A placement whose model has a writer beside it."""

    def write(self, order: WriteOrder) -> AsyncIterator[str]: ...

    async def close(self) -> None: ...


class Desk:
    """One writer's model, and the line before it."""

    def __init__(self, placement: WritingPlacement) -> None:
        self.placement = placement
        self._line: list[asyncio.Event] = []

    async def write(self, order: WriteOrder) -> AsyncGenerator[str | int, None]:
        """Pieces of the text. Before them, while others come first: how many, whenever that has changed. Leaving the
        iterator leaves the line. Raises Unavailable where the line is too long, and what `Placement` raises."""
        if len(self._line) >= LONGEST_LINE:
            raise Unavailable(say("Too many prompts are being written just now. Try again in a moment."))
        mine = asyncio.Event()
        self._line.append(mine)
        try:
            while (ahead := self._line.index(mine)) > 0:
                yield ahead
                await mine.wait()
                mine.clear()
            async with aclosing(cast("AsyncGenerator[str, None]", self.placement.write(order))) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            place = self._line.index(mine)
            del self._line[place]
            for behind in self._line[place:]:
                behind.set()


_desks: dict[Path, Desk] = {}


def lend(folder: Path, placement: WritingPlacement) -> None:
    """From now on the writer in `folder` writes in this placement, which stays its owner's to close."""
    _desks[folder] = Desk(placement)


def desk(folder: Path) -> Desk:
    """Where the writer in `folder` writes. Raises NotConfigured."""
    return _desks.get(folder) or _desks.setdefault(folder, Desk(ChildPlacement(_only_writing(folder))))


async def close_desks() -> None:
    """End the processes that only write, and forget those that were lent (closing one twice does nothing)."""
    desks = list(_desks.values())
    _desks.clear()
    await asyncio.gather(*(desk.placement.close() for desk in desks))


def _only_writing(folder: Path) -> Model:
    return Model(
        name=folder.name,
        engine=writing_engine(folder),
        title=title_of(folder),
        description="",
        path=None,
        capabilities=Capabilities(frozenset(), (), ()),
        seconds=0,
        licence="",
        millicredits=0,
        writer=folder,
    )

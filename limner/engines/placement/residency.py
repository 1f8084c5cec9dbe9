"""Which models are in memory: all that fit. Where another needs room, the one that has rested longest goes; one that
is drawn with never does, and who needs its room waits for it to rest."""

from __future__ import annotations

import asyncio
import os
from typing import Protocol

SHARE = 0.75
"""Of the memory: the rest is for pictures on their way, and for everybody else's programs."""
BESIDE_WEIGHTS = 1.25
"""What a model takes while it draws, by what its weights take."""


class Resident(Protocol):
    """One model's place."""

    @property
    def busy(self) -> bool: ...

    async def unload(self) -> None: ...


class Residency:
    """The memory of one machine, or of its one GPU. Belongs to the event loop it is first used in."""

    def __init__(self, most: int | None = None) -> None:
        self._most = int(_memory() * SHARE) if most is None else most
        self._held: dict[Resident, int] = {}
        """Who is in memory, who rested longest first."""
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    async def enter(self, resident: Resident, weights: int) -> None:
        """Make room for one that is about to load `weights` bytes; those of none, Limner's own, are not counted. One
        that is larger than everything is tried when it is alone."""
        if not weights:
            return
        need = int(weights * BESIDE_WEIGHTS)
        async with self._turn:
            self._held.pop(resident, None)
            while self._held and sum(self._held.values()) + need > self._most:
                if not await self._one_less(resident):
                    self._changed.clear()
                    await self._changed.wait()
            self._held[resident] = need

    def rest(self, resident: Resident) -> None:
        """It has nothing to draw now."""
        if resident in self._held:
            self._held[resident] = self._held.pop(resident)  # it rests shorter than all others
        self._changed.set()

    def leave(self, resident: Resident) -> None:
        """It is not in memory any more."""
        self._held.pop(resident, None)
        self._changed.set()

    async def clear(self, resident: Resident) -> bool:
        """Let all that rest go, except this one; whether there were any."""
        went = False
        while await self._one_less(resident):
            went = True
        return went

    def limit(self, room: int) -> None:
        """The memory that models are loaded into has so many bytes: a GPU's own."""
        self._most = min(self._most, int(room * SHARE))

    async def _one_less(self, kept: Resident) -> bool:
        idle = next((one for one in self._held if one is not kept and not one.busy), None)
        if idle is None:
            return False
        del self._held[idle]  # before: it may be asked for, and enter again, while it goes
        await idle.unload()
        return True


def _memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")

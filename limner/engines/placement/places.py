"""The placements of everything that can draw: models come and go while they are used."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from limner.engines.catalog import Model, catalog
from limner.engines.contract import Placement
from limner.engines.placement import open_placement
from limner.engines.placement.child import ChildPlacement
from limner.engines.placement.residency import Residency
from limner.engines.placement.writing import close_desks, lend


class Places:
    """One placement for each lane, and one memory for all. Belongs to the event loop it is first used in."""

    def __init__(self) -> None:
        self._residency = Residency()
        self._opened: dict[str, Placement] = {}
        self._open(catalog())

    @property
    def opened(self) -> Mapping[str, Placement]:
        """All of them, those of removed models too: whoever waits for one is told there."""
        return self._opened

    async def now(self) -> Mapping[str, Placement]:
        """Those of the models that can draw now. A new model gets one; a new version of one is loaded when it is next
        drawn with."""
        known = await asyncio.to_thread(catalog)
        self._open(known)
        for lane, placement in self._opened.items():
            if isinstance(placement, ChildPlacement):
                await placement.follow(known.get(lane))
        lanes = {model.lane for model in known.values()}
        return {lane: placement for lane, placement in self._opened.items() if lane in lanes}

    async def close(self) -> None:
        """All of them, and the desks of writers."""
        await asyncio.gather(*(placement.close() for placement in self._opened.values()), close_desks())

    def _open(self, known: Mapping[str, Model]) -> None:
        for model in known.values():
            if model.lane not in self._opened:  # an upstream's models share one
                self._opened[model.lane] = placement = open_placement(model, self._residency)
                if model.writer is not None and isinstance(placement, ChildPlacement):
                    lend(model.writer, placement)

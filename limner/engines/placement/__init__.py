"""Where engines live: in the loop (`inline`), in a child process (`child`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limner.engines.placement.child import ChildPlacement

if TYPE_CHECKING:
    from limner.engines.catalog import Model
    from limner.engines.contract import Placement

__all__ = ["open_placement"]


def open_placement(model: Model) -> Placement:
    """A placement for `model`, not started yet."""
    return ChildPlacement(model)

"""Where engines live: in the loop (`inline`), in a child process (`child`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from limner.engines.catalog import Model
    from limner.engines.contract import InlineEngine, Placement

__all__ = ["open_placement"]


def open_placement(model: Model) -> Placement:
    """A placement for `model`, not started yet: inline where the model says so, else a process of its own."""
    # Here and not above: the process that draws is in this package too, and has no use for asyncio and its ssl.
    from limner.engines.placement.child import ChildPlacement
    from limner.engines.placement.inline import InlinePlacement
    from limner.engines.registry import build_engine

    if model.inline_slots:
        return InlinePlacement(cast("InlineEngine", build_engine(model)), model.inline_slots)
    return ChildPlacement(model)

"""Where engines live: in the loop (`inline`), in a child process (`child`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from limner.engines.catalog import Model
    from limner.engines.contract import InlineEngine, Placement
    from limner.engines.placement.residency import Residency

__all__ = ["open_placement"]


SLOWEST_DISK = 20_000_000
"""Bytes a second."""


def open_placement(model: Model, residency: Residency | None = None) -> Placement:
    """A placement for `model`, not started yet: inline where the model says so, else a process of its own. Those that
    were brought to this machine are loaded when they are drawn with, as `residency` has room."""
    # Here and not above: the process that draws is in this package too, and has no use for asyncio and its ssl.
    from limner.engines.placement.child import ChildPlacement
    from limner.engines.placement.inline import InlinePlacement
    from limner.engines.registry import build_engine

    if model.inline_slots:
        return InlinePlacement(cast("InlineEngine", build_engine(model)), model.inline_slots)
    patience = max(120.0, model.bytes / SLOWEST_DISK)
    return ChildPlacement(model, start_timeout=patience, residency=residency, on_demand=model.bytes > 0)

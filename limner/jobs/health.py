"""What a running dispatcher knows of itself: can it draw?"""

from __future__ import annotations

from dataclasses import dataclass, field

SCOPE_KEY = "limner.health"
"""Where `limner serve` leaves its `Callable[[], Health]` for the pages: in the ASGI scope of every request."""


@dataclass(frozen=True)
class Health:
    """`ready` is True when a picture can be drawn now; `reasons` says why not, in sentences."""

    ready: bool
    reasons: tuple[str, ...] = ()
    models: dict[str, bool] = field(default_factory=dict)

"""What the painters of subjects share: the register, faces, and a trim that shows.

A painter draws one subject in the frame -0.5..0.5 around its middle, y downwards, facing right or to the front, in
the colour given: the colour is what a caption will name, so it covers most of what is seen.
"""

from __future__ import annotations

from collections.abc import Callable

from ..canvas import Canvas, Point, arc, disc
from ..palette import BLACK, COLOURS, CREAM, INK, Colour

Painter = Callable[[Canvas, Colour], None]
PAINTERS: dict[str, Painter] = {}
"""Every subject's painter by name; the names are those of ``world.SUBJECTS``, plus "robot holding" and so on: the
pose with a hand lifted of each of ``world.HOLDERS``."""

HANDS: dict[str, Point] = {}
"""Where the hand is, in the subject's own frame, when it holds something."""


def subject(name: str) -> Callable[[Painter], Painter]:
    """Register a painter."""

    def register(painter: Painter) -> Painter:
        PAINTERS[name] = painter
        return painter

    return register


def eye(canvas: Canvas, x: float, y: float, radius: float) -> None:
    canvas.flat(disc(x, y, radius), BLACK)
    canvas.flat(disc(x - radius * 0.3, y - radius * 0.35, radius * 0.38), (255, 255, 255))


def smile(canvas: Canvas, x: float, y: float, width: float, ink: Colour = INK) -> None:
    canvas.stroke(arc(x, y, width, width * 0.8, 20, 140), ink, 0.02)


def contrast(colour: Colour) -> Colour:
    """A trim that shows on the colour: cream, or a warm red where the colour is already pale."""
    return COLOURS["red"] if min(colour) > 200 else CREAM

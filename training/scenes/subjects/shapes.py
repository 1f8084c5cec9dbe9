"""Plain geometry."""

from __future__ import annotations

from ..canvas import Canvas, box, curve, disc, polygon
from ..palette import Colour
from .kit import subject


@subject("circle")
def circle(canvas: Canvas, colour: Colour) -> None:
    """A disc."""
    canvas.shape(disc(0, 0, 0.46), colour)


@subject("square")
def square(canvas: Canvas, colour: Colour) -> None:
    """A square on its side."""
    canvas.shape(box(0, 0, 0.88, 0.88), colour)


@subject("triangle")
def triangle(canvas: Canvas, colour: Colour) -> None:
    """A triangle with equal sides, one below."""
    canvas.shape(polygon((0, -0.42), (0.48, 0.41), (-0.48, 0.41)), colour)


@subject("heart")
def heart(canvas: Canvas, colour: Colour) -> None:
    """A heart with two round lobes."""
    lobes = curve(
        (0, 0.44),
        ((-0.1, 0.33), (-0.29, 0.17)),
        ((-0.46, 0.02), (-0.46, -0.17)),
        ((-0.46, -0.29), (-0.378, -0.35)),
        ((-0.3, -0.41), (-0.22, -0.4)),
        ((-0.07, -0.39), (0, -0.22)),
        ((0.07, -0.39), (0.22, -0.4)),
        ((0.3, -0.41), (0.378, -0.35)),
        ((0.46, -0.29), (0.46, -0.17)),
        ((0.46, 0.02), (0.29, 0.17)),
        ((0.1, 0.33), (0, 0.44)),
        closed=True,
    )
    canvas.shape(lobes, colour)


@subject("diamond")
def diamond(canvas: Canvas, colour: Colour) -> None:
    """A rhombus that stands on its point."""
    canvas.shape(polygon((0, -0.48), (0.34, 0), (0, 0.48), (-0.34, 0)), colour)

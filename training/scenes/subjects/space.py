"""What is in the sky at night."""

from __future__ import annotations

import math

import skia

from ..canvas import OUTLINE, Canvas, arc, box, curve, disc, oval, polygon, star
from ..palette import BLUSH, COLOURS, GLASS, GLOW, INK, Colour, darker, lighter
from .kit import eye, subject


@subject("moon")
def moon(canvas: Canvas, colour: Colour) -> None:
    """A sleeping crescent moon with small stars."""
    crescent = curve(
        (0.12, -0.5),
        ((-0.5, -0.42), (-0.48, 0.02)),
        ((-0.44, 0.46), (0.12, 0.5)),
        ((0.4, 0.46), (0.48, 0.24)),
        ((0.02, 0.36), (-0.06, 0.0)),
        ((-0.1, -0.34), (0.12, -0.5)),
        closed=True,
    )
    canvas.halo(-0.05, 0.0, 0.75, GLOW, 0.35)
    canvas.shape(crescent, colour)
    canvas.stroke(arc(-0.24, -0.06, 0.13, 0.1, 15, 150), INK, 0.022)
    canvas.stroke(arc(-0.14, 0.14, 0.14, 0.1, 20, 120), INK, 0.022)
    canvas.flat(oval(-0.3, 0.09, 0.11, 0.08), BLUSH, 0.7)
    for x, y, radius in ((0.24, -0.14, 0.1), (0.42, -0.38, 0.06), (0.38, 0.06, 0.05)):
        canvas.shape(star(x, y, radius), GLOW, OUTLINE * 0.6)


def _plump_star(radius: float, inner: float) -> skia.Path:
    """A five-pointed star with rounded tips."""
    corners = []
    for step in range(10):
        reach = radius if step % 2 == 0 else radius * inner
        corners.append((math.sin(math.pi * step / 5) * reach, -math.cos(math.pi * step / 5) * reach))
    path, soft = skia.Path(), 0.3
    for number, (x, y) in enumerate(corners):
        (before_x, before_y), (after_x, after_y) = corners[number - 1], corners[(number + 1) % 10]
        enter = (x + (before_x - x) * soft, y + (before_y - y) * soft)
        if number:
            path.lineTo(*enter)
        else:
            path.moveTo(*enter)
        path.quadTo(x, y, x + (after_x - x) * soft, y + (after_y - y) * soft)
    return path.close()


@subject("star")
def sleepy_star(canvas: Canvas, colour: Colour) -> None:
    """A plump five-pointed star with a small sleeping face."""
    canvas.halo(0, 0.02, 0.72, GLOW, 0.4)
    with canvas.placed(0, 0.04, 1):
        canvas.shape(_plump_star(0.56, 0.5), colour)
        ink = INK if max(colour) > 120 else (255, 246, 226)
        for side in (-1, 1):
            canvas.stroke(arc(side * 0.1, -0.05, 0.11, 0.1, 15, 150), ink, 0.024)
            canvas.flat(oval(side * 0.17, 0.05, 0.09, 0.06), BLUSH, 0.75)
        canvas.stroke(arc(0, 0.05, 0.09, 0.08, 20, 140), ink, 0.024)


@subject("planet")
def planet(canvas: Canvas, colour: Colour) -> None:
    """A banded planet inside its tilted ring."""
    ring = lighter(colour, 0.62) if min(colour) < 150 and sum(colour) < 500 else (226, 150, 84)
    with canvas.placed(0, 0, 1, -20):
        hoop = oval(0, 0, 0.86, 0.25)
        canvas.stroke(hoop, darker(ring, 0.72), 0.115)
        canvas.stroke(hoop, ring, 0.075)
        ball = disc(0, 0, 0.33)
        canvas.shape(ball, colour)
        with canvas.inside(ball):
            canvas.flat(box(0, -0.17, 1, 0.08), lighter(colour, 0.35))
            canvas.flat(box(0, 0.22, 1, 0.09), darker(colour, 0.22))
        canvas.stroke(ball, darker(colour, 0.72), OUTLINE)
        with canvas.inside(box(0, 0.3, 1.2, 0.6)):
            canvas.stroke(hoop, darker(ring, 0.72), 0.115)
            canvas.stroke(hoop, ring, 0.075)


@subject("ufo")
def ufo(canvas: Canvas, colour: Colour) -> None:
    """A flying saucer: a small visitor under a glass dome, lamps, a beam of light."""
    beam = polygon((-0.16, 0.16), (0.16, 0.16), (0.34, 0.48), (-0.34, 0.48))
    canvas.flat(beam, (255, 240, 150), 0.75)
    dome = curve((-0.24, 0.0), ((-0.26, -0.42), (0, -0.42)), ((0.26, -0.42), (0.24, 0.0)), closed=True)
    canvas.shape(dome, GLASS)
    with canvas.inside(dome):
        canvas.shape(oval(0, -0.1, 0.22, 0.32), COLOURS["lime"], OUTLINE * 0.8)
        for side in (-1, 1):
            eye(canvas, side * 0.05, -0.15, 0.034)
    saucer = oval(0, 0.06, 0.96, 0.28)
    canvas.shape(saucer, colour)
    with canvas.inside(saucer):
        canvas.flat(oval(0, 0.19, 0.9, 0.22), darker(colour, 0.28))
    canvas.stroke(saucer, darker(colour, 0.72), OUTLINE)
    for x, y in ((-0.34, 0.05), (-0.12, 0.09), (0.12, 0.09), (0.34, 0.05)):
        canvas.flat(disc(x, y, 0.043), GLOW if colour[0] < 220 else COLOURS["red"])

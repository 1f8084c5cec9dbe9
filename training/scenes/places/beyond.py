"""Off the ground: space, and the plain tone."""

from __future__ import annotations

import random

from ..canvas import Canvas, box, disc, oval
from ..palette import Colour
from .light import Light
from .scenery import spread, together


def space(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """The dark between stars, with a pale band of mist and the edge of a far planet, unless the light is bare."""
    wide, high = canvas.width, canvas.height
    canvas.sky((16, 10, 38), (46, 20, 78), high)
    for share, colour in ((0.22, (150, 62, 170)), (0.62, (70, 84, 200)), (0.95, (170, 70, 150))):
        x, y = wide * share + rng.uniform(-0.06, 0.06), high * (1 - share) * 0.9 + 0.05
        canvas.halo(x, y, 0.48, colour, 0.5)
    small, large = [], []
    for row, y in enumerate(spread(0.0, high, 0.125, rng)):
        for index, x in enumerate(spread(0.0, wide, 0.14, rng, 0.045)):
            dot = (x, y + rng.uniform(-0.045, 0.045))
            if (row + index) % 3 == 0:
                large.append(disc(*dot, 0.0125))
            elif (row + index) % 3 == 1:
                small.append(disc(*dot, 0.007))
    canvas.flat(together(small), (186, 190, 255))
    canvas.flat(together(large), (255, 248, 226))
    if not light.bare:
        _planet(canvas, rng, wide + 0.1, high + 0.16)


def _planet(canvas: Canvas, rng: random.Random, x: float, y: float) -> None:
    """A planet that comes in at a corner, so that only its curve is seen."""
    radius = 0.46 * rng.uniform(0.9, 1.1)
    canvas.halo(x, y, radius * 1.3, (130, 200, 255), 0.8)
    globe = disc(x, y, radius)
    canvas.flat(globe, (150, 214, 246))
    with canvas.inside(globe):
        canvas.flat(disc(x + 0.03, y + 0.035, radius), (72, 136, 214))
        canvas.flat(oval(x - radius * 0.34, y - radius * 0.6, 0.2, 0.05), (118, 184, 236))
        canvas.flat(oval(x - radius * 0.62, y - radius * 0.38, 0.12, 0.04), (118, 184, 236))


_TONES: tuple[Colour, ...] = (
    (250, 240, 222),
    (222, 236, 246),
    (248, 226, 230),
    (226, 242, 226),
    (234, 228, 246),
    (236, 236, 234),
)


def plain(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """One pale tone over the whole picture, without any change in it, so that it can be keyed out."""
    middle = (canvas.width / 2, canvas.height / 2)
    canvas.flat(box(*middle, canvas.width + 0.2, canvas.height + 0.2), rng.choice(_TONES))

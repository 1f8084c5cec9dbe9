"""What several places share: where their ground begins, how things spread over a frame, clouds, hills and trees."""

from __future__ import annotations

import random
from collections.abc import Iterable

import skia

from ..canvas import Canvas, box, curve, disc, oval, polygon
from ..palette import Colour
from .light import Light

FEET = 0.86
"""Where figures stand, as a share of the frame's height: ``PlaceKind.ground`` of ``world.PLACES``."""


def horizon(canvas: Canvas, above: float = 0.12) -> float:
    """Where the ground begins: a little above the feet, so that a tall frame has more sky and no more ground."""
    return FEET * canvas.height - above


def spread(start: float, end: float, step: float, rng: random.Random, sway: float = 0.0) -> list[float]:
    """Middles of things about ``step`` apart that fill a stretch evenly."""
    count = max(1, round((end - start) / step))
    wide = (end - start) / count
    return [start + (index + 0.5) * wide + rng.uniform(-sway, sway) for index in range(count)]


def flanks(canvas: Canvas, offsets: Iterable[float], rng: random.Random, sway: float = 0.0) -> list[float]:
    """The offsets measured from the left edge and from the right one: what stands beside the figures, not behind."""
    left = list(offsets)
    return [x + rng.uniform(-sway, sway) for x in (*left, *(canvas.width - x for x in left))]


def together(paths: Iterable[skia.Path]) -> skia.Path:
    """Many shapes as one, filled in one go."""
    whole = skia.Path()
    for path in paths:
        whole.addPath(path)
    return whole


def puff(x: float, y: float, scale: float) -> skia.Path:
    """A cloud's outline, about 0.25 wide."""
    lobes = [disc(x + dx * scale, y + dy * scale, radius * scale) for dx, dy, radius in _LOBES]
    return together([*lobes, box(x, y + 0.02 * scale, 0.25 * scale, 0.056 * scale, 0.028 * scale)])


_LOBES = ((-0.07, 0.0, 0.046), (0.0, -0.026, 0.062), (0.075, -0.002, 0.046))


def hills(canvas: Canvas, foot: float, rise: float, step: float, colour: Colour, rng: random.Random) -> None:
    """A row of round hills that stand on ``foot``."""
    shift = rng.uniform(-0.25, 0.25) * step
    tops = spread(-step, canvas.width + step, step, rng, step * 0.06)
    ovals = [oval(x + shift, foot, step * 1.5, 2 * rise * rng.uniform(0.8, 1.1)) for x in tops]
    canvas.flat(together(ovals), colour)


def fir(canvas: Canvas, x: float, base: float, tall: float, needles: Colour, trunk: Colour) -> None:
    """A fir of three tiers."""
    canvas.flat(box(x, base - tall * 0.06, tall * 0.09, tall * 0.16), trunk)
    tiers = []
    for tier in range(3):
        foot = base - tall * (0.1 + 0.25 * tier)
        half = tall * (0.3 - 0.065 * tier)
        tiers.append(polygon((x - half, foot), (x, foot - tall * 0.42), (x + half, foot)))
    canvas.flat(together(tiers), needles)


def leafy(canvas: Canvas, x: float, base: float, tall: float, crown: Colour, trunk: Colour) -> None:
    """A round tree."""
    canvas.flat(box(x, base - tall * 0.2, tall * 0.11, tall * 0.42), trunk)
    lobes = ((-0.17, -0.55, 0.2), (0.17, -0.55, 0.2), (0.0, -0.75, 0.25))
    canvas.flat(together(disc(x + dx * tall, base + dy * tall, radius * tall) for dx, dy, radius in lobes), crown)


def blossoms(canvas: Canvas, light: Light, rng: random.Random, top: float, hues: Iterable[Colour]) -> None:
    """Small flowers scattered over the ground below ``top``, more of them at the sides."""
    choice = list(hues)
    for index, x in enumerate(spread(0.0, canvas.width, 0.145, rng, 0.045)):
        y = top + (canvas.height - top) * (0.3, 0.74, 0.5)[index % 3] + rng.uniform(-0.015, 0.015)
        canvas.flat(disc(x, y, 0.019), light.on(choice[index % len(choice)], rng))
        canvas.flat(disc(x, y, 0.008), light.on((255, 224, 110), rng))


def grass(canvas: Canvas, colour: Colour, top: float, rng: random.Random) -> None:
    """A few tufts."""
    tufts = []
    for index, x in enumerate(spread(0.0, canvas.width, 0.28, rng, 0.08)):
        y = top + (canvas.height - top) * (0.45, 0.85)[index % 2]
        for lean in (-0.024, 0.0, 0.024):
            bend = ((x + lean * 0.4, y - 0.03), (x + lean, y - 0.042))
            back = ((x + lean * 0.4 + 0.012, y - 0.02), (x + 0.012, y))
            tufts.append(curve((x - 0.004, y), bend, back, closed=True))
    canvas.flat(together(tufts), colour)

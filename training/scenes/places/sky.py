"""The sky of each time and weather, for a frame of any width and a horizon at any height."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from ..canvas import Canvas, arc, box, disc, oval, polygon
from ..palette import Colour, mix, vary
from .light import LIGHTS, Light
from .scenery import horizon, puff, spread, together

Painter = Callable[[Canvas, Light, random.Random, float], None]


def sky(canvas: Canvas, time: str, rng: random.Random, bare: bool = False, until: float | None = None) -> None:
    """The sky of a time down to a horizon at ``until``; a ``bare`` one has no moon of its own."""
    light = replace(LIGHTS[time], bare=bare)
    low = horizon(canvas) if until is None else until
    canvas.sky(vary(light.top, rng), vary(light.bottom, rng), low)
    _SKIES[time](canvas, light, rng, low)


def _clouds(canvas: Canvas, rng: random.Random, spots: list[tuple[float, float, float]], colour: Colour) -> None:
    for x, y, scale in spots:
        canvas.flat(puff(x + rng.uniform(-0.03, 0.03), y + rng.uniform(-0.02, 0.02), scale), colour)


def _day(canvas: Canvas, light: Light, rng: random.Random, low: float) -> None:
    """A sun in the upper right and white clouds."""
    x, y = canvas.width - 0.15 + rng.uniform(-0.015, 0.015), 0.14
    canvas.halo(x, y, 0.22, (255, 240, 170), 0.85)
    canvas.flat(disc(x, y, 0.082), (255, 220, 88))
    spots = [(0.16, 0.17, 1.1), (canvas.width - 0.09, 0.38, 0.85)]
    if canvas.width > 1.3:
        spots.append((canvas.width * 0.52, 0.12, 0.95))
    if low > 1.1:
        spots.extend(((0.3, low * 0.38, 1.0), (0.12, low * 0.62, 0.85)))
    _clouds(canvas, rng, spots, (255, 255, 255))


def _sunset(canvas: Canvas, light: Light, rng: random.Random, low: float) -> None:
    """A great low sun in an orange-red sky, with long clouds."""
    x = canvas.width / 2 + rng.uniform(-0.04, 0.04)
    canvas.halo(x, low - 0.12, 0.62, (255, 226, 130), 0.8)
    canvas.flat(disc(x, low - 0.16, 0.28), (255, 226, 124))
    for index, middle in enumerate(spread(0.0, canvas.width, 0.5, rng, 0.05)):
        y = low * (0.16, 0.3)[index % 2] + rng.uniform(-0.02, 0.02)
        bars = [box(middle - 0.05, y, 0.32, 0.04, 0.02), box(middle + 0.06, y + 0.036, 0.26, 0.04, 0.02)]
        canvas.flat(together(bars), (255, 150, 108))


def _night(canvas: Canvas, light: Light, rng: random.Random, low: float) -> None:
    """Stars, and a small moon unless bare."""
    moon = (canvas.width - 0.15, 0.15)
    dots = []
    for row, y in enumerate(spread(0.0, low * 0.72, 0.13, rng)):
        for index, x in enumerate(spread(0.0, canvas.width, 0.24, rng, 0.07)):
            up = y + rng.uniform(-0.04, 0.04)
            if abs(x - moon[0]) + abs(up - moon[1]) > 0.17:
                dots.append(disc(x, max(0.02, up), (0.011, 0.007)[(row + index) % 2]))
    canvas.flat(together(dots), (255, 244, 206))
    if not light.bare:
        canvas.halo(*moon, 0.2, (250, 240, 190), 0.5)
        canvas.flat(disc(*moon, 0.078), (252, 242, 200))
        canvas.flat(disc(moon[0] - 0.022, moon[1] - 0.018, 0.017), (232, 218, 172))
        canvas.flat(disc(moon[0] + 0.026, moon[1] + 0.026, 0.012), (232, 218, 172))


def _dawn(canvas: Canvas, light: Light, rng: random.Random, low: float) -> None:
    """A pale sun just up at the right in a lilac-pink sky, with thin bands of cloud."""
    x = canvas.width - 0.18 + rng.uniform(-0.02, 0.02)
    canvas.halo(x, low - 0.1, 0.46, (255, 246, 214), 0.95)
    canvas.flat(disc(x, low - 0.13, 0.12), (255, 249, 226))
    for index, middle in enumerate(spread(0.0, canvas.width, 0.5, rng, 0.05)):
        y = low * (0.3, 0.17)[index % 2] + rng.uniform(-0.02, 0.02)
        canvas.flat(box(middle, y, 0.4, 0.034, 0.017), (244, 196, 226))
        canvas.flat(box(middle + 0.09, y + 0.05, 0.26, 0.026, 0.013), (244, 196, 226))


def _bank(canvas: Canvas, rng: random.Random, y: float, scale: float, colour: Colour) -> None:
    """Heavy clouds that hang from the frame's top."""
    shapes = [box(canvas.width / 2, y / 2 - 0.2, canvas.width + 0.4, y + 0.4)]
    for x in spread(-0.1, canvas.width + 0.1, 0.2 * scale, rng, 0.03):
        shapes.append(oval(x, y, 0.27 * scale, 0.17 * scale * rng.uniform(0.85, 1.15)))
    canvas.flat(together(shapes), colour)


def streaks(canvas: Canvas, rng: random.Random, low: float, step: float, alpha: float) -> None:
    """Slanting rain."""
    drops = []
    for row, y in enumerate(spread(0.0, low, step, rng)):
        for x in spread(0.0, canvas.width, step * 1.15, rng, 0.035):
            left = x + (row % 2) * step * 0.55
            top = y + rng.uniform(-0.03, 0.03)
            drops.append(
                polygon((left, top), (left + 0.014, top), (left - 0.016, top + 0.09), (left - 0.03, top + 0.09))
            )
    canvas.flat(together(drops), (226, 240, 252), alpha)


def _rain(canvas: Canvas, light: Light, rng: random.Random, low: float) -> None:
    """Grey clouds and slanting rain."""
    _bank(canvas, rng, 0.1, 1.2, (128, 142, 162))
    _bank(canvas, rng, 0.02, 1.0, (98, 112, 134))
    streaks(canvas, rng, low + 0.1, 0.17, 0.85)


def _storm(canvas: Canvas, light: Light, rng: random.Random, low: float) -> None:
    """Dark clouds and a bolt of lightning at the right."""
    x = canvas.width - 0.27 + rng.uniform(-0.02, 0.02)
    canvas.halo(x + 0.03, 0.32, 0.44, (214, 206, 255), 0.55)
    scale = 0.42 * max(1.0, 1 + 0.5 * (low - 0.74))
    bolt = [(x + dx * scale, 0.1 + dy * scale) for dx, dy in _BOLT]
    canvas.flat(polygon(*bolt), (255, 232, 96))
    _bank(canvas, rng, 0.1, 1.2, (66, 66, 88))
    _bank(canvas, rng, 0.02, 1.0, (38, 38, 56))


_BOLT = ((0.0, 0.0), (0.24, 0.0), (0.12, 0.4), (0.3, 0.4), (-0.08, 1.06), (0.02, 0.55), (-0.16, 0.55))


def _fog(canvas: Canvas, light: Light, rng: random.Random, low: float) -> None:
    """A pale disc behind long pale bands."""
    canvas.flat(disc(canvas.width - 0.2, 0.19, 0.085), (250, 250, 246))
    mist(canvas, rng, (0.08 * low, 0.36 * low, 0.66 * low), 0.62)


def mist(canvas: Canvas, rng: random.Random, heights: tuple[float, ...], alpha: float) -> None:
    """Long bands of fog."""
    bands = []
    for index, y in enumerate(heights):
        for x in spread(0.0, canvas.width, 0.9, rng, 0.06):
            shift = (-0.24, 0.26)[index % 2]
            bands.append(box(x + shift, y, 0.72, 0.06, 0.03))
            bands.append(box(x - shift * 0.5, y + 0.048, 0.46, 0.05, 0.025))
    canvas.flat(together(bands), (248, 250, 250), alpha)


def _rainbow(canvas: Canvas, light: Light, rng: random.Random, low: float) -> None:
    """A broad rainbow over the middle, with a white cloud at each side."""
    x, wide = canvas.width / 2 + rng.uniform(-0.02, 0.02), 0.029
    foot = max(low, 0.73)
    for index, hue in enumerate(_BOW):
        radius = 0.645 - index * wide
        band = arc(x, foot, 2 * radius, 2 * radius, 180, 180)
        canvas.stroke(band, mix(hue, light.bottom, 0.14), wide + 0.003)
    spots = [(0.1, 0.14, 1.0), (canvas.width - 0.1, 0.11, 1.0)]
    if low > 1.1:
        spots.append((0.4, low * 0.24, 1.1))
    _clouds(canvas, rng, spots, (255, 255, 255))


_BOW: tuple[Colour, ...] = (
    (236, 76, 76),
    (250, 156, 62),
    (252, 220, 84),
    (104, 196, 104),
    (84, 150, 232),
    (158, 104, 206),
)

_SKIES: dict[str, Painter] = {
    "day": _day,
    "sunset": _sunset,
    "night": _night,
    "dawn": _dawn,
    "rain": _rain,
    "storm": _storm,
    "fog": _fog,
    "rainbow": _rainbow,
}

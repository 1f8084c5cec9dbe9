"""In town: city and market."""

from __future__ import annotations

import random

import skia

from ..canvas import Canvas, box, disc, oval, polygon
from ..palette import GLOW, Colour
from .light import Light
from .scenery import horizon, spread, together

_WALLS: tuple[Colour, ...] = (
    (122, 142, 186),
    (176, 140, 158),
    (104, 128, 172),
    (158, 158, 190),
    (132, 122, 170),
    (168, 148, 164),
)


def city(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """A street before tall houses, the tallest at the sides, their windows lit when it is dark."""
    low = horizon(canvas, 0.1)
    skyline = light.on((164, 182, 212), rng)
    for x in spread(0.0, canvas.width, 0.1, rng, 0.01):
        tall = rng.uniform(0.24, 0.44)
        canvas.flat(box(x, low - tall / 2, 0.085, tall), skyline)
    houses = spread(0.0, canvas.width, 0.165, rng)
    step = canvas.width / len(houses)
    stretch = 1 + 0.4 * (canvas.height - 1)
    for index, x in enumerate(houses):
        side = abs(x / canvas.width - 0.5) * 2
        tall = (0.23 + 0.26 * side**1.3 + rng.uniform(-0.04, 0.05)) * stretch
        _house(canvas, light, rng, x, low, step * 0.94, tall, index)
    canvas.ground(light.on((140, 142, 158), rng), light.on((108, 110, 128), rng), low)
    canvas.flat(box(canvas.width / 2, low + 0.016, canvas.width + 0.1, 0.034), light.on((196, 194, 200), rng))
    for x in spread(0.0, canvas.width, 0.36, rng):
        canvas.flat(box(x, canvas.height - 0.05, 0.18, 0.02, 0.01), light.near((250, 240, 214), rng))


def _house(
    canvas: Canvas, light: Light, rng: random.Random, x: float, base: float, wide: float, tall: float, index: int
) -> None:
    wall = light.on(_WALLS[index % len(_WALLS)], rng)
    canvas.flat(box(x, base - tall / 2, wide, tall), wall)
    top = base - tall
    if index % 3 == 0:
        canvas.flat(polygon((x - wide * 0.5, top), (x + wide * 0.5, top - 0.07), (x + wide * 0.5, top)), wall)
    elif index % 3 == 1:
        canvas.flat(box(x, top - 0.02, wide * 0.55, 0.05), wall)
        canvas.flat(box(x, top - 0.07, 0.014, 0.09), wall)
    shining: list[skia.Path] = []
    plain: list[skia.Path] = []
    for row in range(int((tall - 0.05) / 0.082)):
        for side in (-1, 1):
            pane = box(x + side * wide * 0.23, top + 0.055 + row * 0.082, wide * 0.26, 0.046)
            (shining if light.lit and rng.random() < 0.8 else plain).append(pane)
    canvas.flat(together(shining), GLOW)
    canvas.flat(together(plain), light.on((216, 234, 246) if not light.lit else (110, 122, 156), rng))


_AWNINGS: tuple[Colour, ...] = ((228, 78, 70), (40, 160, 156), (248, 176, 56), (126, 92, 186))
_FRUITS: tuple[Colour, ...] = ((222, 66, 56), (250, 170, 50), (134, 190, 70), (160, 92, 176))


def market(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """Stalls with striped awnings and crates of fruit on a paved square, with flags strung above."""
    low = horizon(canvas)
    houses = [(x, 0.28 * rng.uniform(0.85, 1.2)) for x in spread(0.0, canvas.width, 0.2, rng)]
    walls = together(box(x, low - tall / 2, 0.21, tall + 0.02) for x, tall in houses)
    canvas.flat(walls, light.on((226, 202, 180), rng))
    canvas.ground(light.on((214, 196, 176), rng), light.on((188, 166, 150), rng), low)
    _paving(canvas, light.on((172, 150, 136), rng), low, rng)
    _flags(canvas, light, rng)
    stalls = spread(0.0, canvas.width, 0.42, rng)
    first = rng.randrange(len(_AWNINGS))
    for index, x in enumerate(stalls):
        hue = _AWNINGS[(first + index) % len(_AWNINGS)]
        _stall(canvas, light, rng, x + rng.uniform(-0.015, 0.015), low + 0.05, hue)


def _paving(canvas: Canvas, colour: Colour, low: float, rng: random.Random) -> None:
    """Long flat stones."""
    stones = []
    for row, y in enumerate((low + 0.1, low + 0.17, low + 0.23)):
        for x in spread(-0.1, canvas.width + 0.1, 0.24, rng, 0.02):
            stones.append(box(x + 0.12 * (row % 2), y, 0.15, 0.016, 0.008))
    canvas.flat(together(stones), colour)


def _flags(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """Two strings of little flags."""
    hang = 0.06 + 0.12 * (canvas.height - 1)
    count = round(canvas.width / 0.105)
    for index in range(count):
        x = (index + 0.5) * canvas.width / count
        swing = abs((x / canvas.width * 2) % 1 - 0.5) * 2
        y = hang + 0.07 * (1 - swing**2)
        flag = polygon((x - 0.034, y), (x + 0.034, y), (x, y + 0.066))
        canvas.flat(flag, light.near(_AWNINGS[index % len(_AWNINGS)], rng))


def _stall(canvas: Canvas, light: Light, rng: random.Random, x: float, base: float, hue: Colour) -> None:
    """A stall, about 0.4 wide and 0.42 tall; a lantern shines in it when it is dark."""
    wood, dark = light.on((176, 124, 80), rng), light.on((118, 82, 62), rng)
    canvas.flat(box(x, base - 0.19, 0.32, 0.22), light.on((150, 108, 84), rng))
    if light.lit:
        canvas.halo(x, base - 0.2, 0.2, (255, 206, 110), 0.75)
        canvas.flat(disc(x, base - 0.235, 0.028), (255, 232, 150))
    for side in (-0.165, 0.165):
        canvas.flat(box(x + side, base - 0.17, 0.022, 0.34), dark)
    canvas.flat(box(x, base - 0.05, 0.36, 0.1), wood)
    canvas.flat(box(x, base - 0.094, 0.38, 0.022), dark)
    for index in range(6):
        fruit = light.near(_FRUITS[(index // 2 + round(x * 7)) % len(_FRUITS)], rng)
        canvas.flat(disc(x - 0.14 + index * 0.056, base - 0.118, 0.028), fruit)
    _awning(canvas, light, rng, x, base - 0.4, hue)


def _awning(canvas: Canvas, light: Light, rng: random.Random, x: float, top: float, hue: Colour) -> None:
    colour, white = light.on(hue, rng), light.on((252, 248, 240), rng)
    stripes, wide = 6, 0.4
    drop = 0.12
    for index in range(stripes):
        shares = [(index + step) / stripes - 0.5 for step in (0, 1)]
        upper, lower = [x + share * wide * 0.82 for share in shares], [x + share * wide for share in shares]
        band: skia.Path = polygon((upper[0], top), (upper[1], top), (lower[1], top + drop), (lower[0], top + drop))
        scallop = oval((lower[0] + lower[1]) / 2, top + drop, wide / stripes, 0.05)
        canvas.flat(together((band, scallop)), colour if index % 2 == 0 else white)

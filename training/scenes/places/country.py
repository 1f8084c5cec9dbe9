"""Open land: meadow, forest, snow, desert, mountain."""

from __future__ import annotations

import random

import skia

from ..canvas import Canvas, box, curve, disc, oval, polygon
from ..palette import COLOURS, Colour, mix
from .light import Light
from .scenery import blossoms, fir, flanks, grass, hills, horizon, spread, together


def meadow(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """Round green hills, grass and a few flowers."""
    low = horizon(canvas)
    hills(canvas, low + 0.06, 0.17, 0.7, light.on((168, 216, 122), rng), rng)
    hills(canvas, low + 0.07, 0.1, 0.6, light.on((140, 202, 104), rng), rng)
    canvas.ground(light.on((122, 190, 84), rng), light.on((88, 164, 66), rng), low)
    grass(canvas, light.on((64, 140, 58), rng), low, rng)
    blossoms(canvas, light, rng, low, (COLOURS["white"], COLOURS["pink"], COLOURS["yellow"]))


def _trunk(x: float, top: float, base: float, wide: float) -> skia.Path:
    """A trunk that widens at its foot."""
    return curve(
        (x - wide * 0.4, top),
        ((x - wide * 0.42, base - 0.1), (x - wide, base)),
        ((x, base + 0.02), (x + wide, base)),
        ((x + wide * 0.42, base - 0.1), (x + wide * 0.4, top)),
        closed=True,
    )


def _great_tree(canvas: Canvas, light: Light, rng: random.Random, x: float, base: float) -> None:
    """A tree that reaches almost to the frame's top; by night its crown glows."""
    top = max(0.16, base - 0.78) + rng.uniform(-0.03, 0.03)
    crown = (0.0, top, 0.145), (-0.1, top + 0.12, 0.12), (0.1, top + 0.12, 0.12), (0.0, top + 0.18, 0.12)
    leaves = together(disc(x + dx, y, radius) for dx, y, radius in crown)
    night = light.time == "night"
    if night:
        canvas.halo(x, top + 0.1, 0.36, (96, 240, 200), 0.6)
    canvas.flat(_trunk(x, top, base, 0.06), light.on((112, 76, 52), rng))
    green = light.on((52, 134, 72), rng)
    canvas.flat(leaves, mix(green, (72, 220, 178), 0.55) if night else green)
    paler = mix(green, (150, 255, 214), 0.6) if night else light.on((84, 164, 88), rng)
    for dx, dy in ((-0.05, -0.04), (0.05, 0.08), (-0.09, 0.14)):
        canvas.flat(oval(x + dx, top + dy, 0.09, 0.055), paler)


def forest(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """Great trees at both sides before a wall of firs; by night glowing mushrooms and fireflies."""
    low = horizon(canvas)
    far, bark = light.on((94, 160, 116), rng), light.on((98, 80, 66), rng)
    for x in spread(-0.05, canvas.width + 0.05, 0.15, rng, 0.03):
        fir(canvas, x, low + 0.03, 0.36 * rng.uniform(0.8, 1.15), far, bark)
    near = light.on((62, 130, 92), rng)
    for x in spread(-0.1, canvas.width + 0.1, 0.24, rng, 0.03):
        fir(canvas, x, low + 0.03, 0.24 * rng.uniform(0.85, 1.15), near, bark)
    canvas.ground(light.on((78, 138, 72), rng), light.on((48, 102, 56), rng), low)
    offsets = (0.34, 0.01) if canvas.width > 1.3 else (0.01,)
    for x in flanks(canvas, offsets, rng, 0.025):
        _great_tree(canvas, light, rng, x, low + 0.08)
    tufts = light.on((96, 164, 80), rng)
    for x in flanks(canvas, (0.02, 0.2), rng, 0.03):
        canvas.flat(oval(x, canvas.height - 0.01, 0.24, 0.12), tufts)
    if light.time == "night":
        _glow(canvas, rng, low)


def _glow(canvas: Canvas, rng: random.Random, low: float) -> None:
    """Fireflies among the trees and mushrooms that shine."""
    for x in spread(0.04, canvas.width - 0.04, 0.16, rng, 0.04):
        y = rng.uniform(low - 0.34, low + 0.04)
        canvas.halo(x, y, 0.045, (250, 250, 130), 0.8)
        canvas.flat(disc(x, y, 0.011), (255, 252, 170))
    for x in flanks(canvas, (0.1, 0.22), rng, 0.02):
        base = canvas.height - rng.uniform(0.04, 0.1)
        canvas.halo(x, base - 0.05, 0.11, (110, 230, 255), 0.7)
        canvas.flat(box(x, base - 0.02, 0.022, 0.05, 0.01), (214, 240, 244))
        cap = curve((x - 0.048, base - 0.034), ((x, base - 0.125), (x + 0.048, base - 0.034)), closed=True)
        canvas.flat(cap, (130, 236, 250))


def snow(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """White hills, snowy firs and falling flakes."""
    low = horizon(canvas)
    hills(canvas, low + 0.06, 0.2, 0.72, light.on((206, 222, 242), rng), rng)
    hills(canvas, low + 0.07, 0.11, 0.62, light.on((224, 234, 248), rng), rng)
    canvas.ground(light.on((244, 248, 253), rng), light.on((210, 224, 244), rng), low)
    needles, bark = light.on((54, 118, 104), rng), light.on((112, 80, 62), rng)
    white = light.on((248, 251, 254), rng)
    offsets = (0.08, 0.27, 0.42) if canvas.width > 1.3 else (0.08,)
    for index, x in enumerate(flanks(canvas, offsets, rng, 0.025)):
        tall, base = rng.uniform(0.3, 0.42) * (1, 0.7)[index % len(offsets) % 2], low + 0.03
        fir(canvas, x, base, tall, needles, bark)
        for foot, half in ((0.35, 0.1), (0.6, 0.085), (0.84, 0.055)):
            y = base - tall * foot
            tip = (x, y - tall * half * 1.6)
            canvas.flat(polygon((x - tall * half, y), tip, (x + tall * half, y)), white)
    if light.time != "rain":
        flakes(canvas, rng, low)


def flakes(canvas: Canvas, rng: random.Random, low: float) -> None:
    """Falling snow."""
    dots = []
    for row, y in enumerate(spread(0.0, low, 0.14, rng)):
        for x in spread(0.0, canvas.width, 0.22, rng, 0.06):
            dots.append(disc(x + 0.1 * (row % 2), y + rng.uniform(-0.03, 0.03), 0.013))
    canvas.flat(together(dots), (255, 255, 255))


def desert(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """Red table mountains behind bare golden dunes."""
    low = horizon(canvas)
    rock, shade = light.on((206, 116, 76), rng), light.on((176, 92, 64), rng)
    for index, x in enumerate(flanks(canvas, (0.3, 0.1) if canvas.width > 1.3 else (0.1,), rng, 0.03)):
        tall, half = (0.34, 0.26, 0.28)[index % 3] * rng.uniform(0.9, 1.15), (0.12, 0.09)[index % 2]
        _mesa(canvas, x, low + 0.1, half, tall, rock, shade)
    ends: list[tuple[float, Colour]] = [(0.0, (246, 214, 140)), (0.05, (240, 196, 112))]
    for drop, sand in ends:
        _dunes(canvas, low - 0.05 + drop, light.on(sand, rng), rng)
    canvas.ground(light.on((244, 202, 118), rng), light.on((226, 172, 88), rng), low + 0.09)
    ripple = light.on((214, 160, 82), rng)
    for index, x in enumerate(spread(0.0, canvas.width, 0.34, rng, 0.04)):
        y = canvas.height - (0.05, 0.09)[index % 2]
        bend = ((x, y - 0.045), (x + 0.09, y))
        canvas.flat(curve((x - 0.09, y), bend, ((x, y - 0.02), (x - 0.09, y)), closed=True), ripple)


def _mesa(canvas: Canvas, x: float, base: float, half: float, tall: float, rock: Colour, shade: Colour) -> None:
    top, flare = base - tall, half * 1.5
    canvas.flat(polygon((x - flare, base), (x - half, top), (x + half, top), (x + flare, base)), rock)
    band = top + tall * 0.3
    upper, lower = half * 1.15, half * 1.22
    stripe = ((x - upper, band), (x + upper, band), (x + lower, band + 0.04), (x - lower, band + 0.04))
    canvas.flat(polygon(*stripe), shade)


def _dunes(canvas: Canvas, crest: float, sand: Colour, rng: random.Random) -> None:
    """Dunes with a long slope and a short one."""
    step = canvas.width / max(1, round(canvas.width / 0.75))
    start = -rng.uniform(0.2, 0.8) * step
    path = skia.Path().moveTo(start, canvas.height)
    path.lineTo(start, crest + 0.1)
    while start < canvas.width:
        peak = crest - rng.uniform(0.0, 0.05)
        path.quadTo(start + step * 0.45, crest + 0.08, start + step * 0.62, peak)
        path.quadTo(start + step * 0.75, crest + 0.09, start + step, crest + 0.1)
        start += step
    canvas.flat(path.lineTo(start, canvas.height).close(), sand)


def mountain(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """High grey peaks with snow on them, and boulders on a green slope."""
    low = horizon(canvas)
    reach = max(0.52, low * 0.62)
    far = light.on((168, 178, 204), rng)
    for x in spread(-0.1, canvas.width + 0.1, 0.4, rng, 0.04):
        tall = 0.34 * rng.uniform(0.85, 1.15)
        canvas.flat(polygon((x - 0.32, low + 0.04), (x, low - tall), (x + 0.32, low + 0.04)), far)
    for index, x in enumerate(flanks(canvas, (0.5, 0.12) if canvas.width > 1.3 else (0.12,), rng, 0.03)):
        tall = reach * (1.0, 0.86)[index % 2] * rng.uniform(0.92, 1.08)
        _peak(canvas, light, rng, x, low + 0.05, tall)
    hills(canvas, low + 0.04, 0.07, 0.7, light.on((146, 178, 120), rng), rng)
    canvas.ground(light.on((132, 166, 112), rng), light.on((98, 132, 92), rng), low + 0.02)
    stone, top = light.on((138, 142, 156), rng), light.on((172, 176, 188), rng)
    for x in flanks(canvas, (0.07, 0.24), rng, 0.03):
        y, wide = canvas.height - rng.uniform(0.03, 0.1), rng.uniform(0.1, 0.15)
        canvas.flat(oval(x, y, wide, wide * 0.62), stone)
        canvas.flat(oval(x - wide * 0.1, y - wide * 0.12, wide * 0.6, wide * 0.28), top)


def _peak(canvas: Canvas, light: Light, rng: random.Random, x: float, base: float, tall: float) -> None:
    half, top = tall * 0.62, base - tall
    canvas.flat(polygon((x - half, base), (x, top), (x + half, base)), light.on((122, 130, 158), rng))
    canvas.flat(polygon((x, top), (x + half, base), (x + half * 0.15, base)), light.on((98, 104, 134), rng))
    edge, foot = half * 0.36, top + tall * 0.36
    jag = ((x + edge, foot), (x + edge * 0.4, foot - 0.05), (x, foot + 0.02), (x - edge * 0.45, foot - 0.045))
    canvas.flat(polygon((x, top), *jag, (x - edge, foot)), light.near((250, 252, 255), rng))

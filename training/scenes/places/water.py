"""Water: the open sea, the beach, under water."""

from __future__ import annotations

import random
from dataclasses import replace

import skia

from ..canvas import Canvas, box, curve, disc, oval, polygon
from ..palette import Colour, mix
from .light import Light
from .scenery import flanks, horizon, spread, together


def _waves(canvas: Canvas, top: float, step: float, high: float, rng: random.Random) -> skia.Path:
    """Water down to the frame's foot with a scalloped top."""
    count = round(canvas.width / step) + 2
    start = -step * rng.uniform(0.1, 0.9)
    path = skia.Path().moveTo(start, top)
    for index in range(count):
        left = start + index * step
        path.quadTo(left + step / 2, top + 2 * high, left + step, top)
    path.lineTo(start + count * step, canvas.height + 0.1)
    return path.lineTo(start, canvas.height + 0.1).close()


def _wet(light: Light) -> Light:
    """The light as water has it: an orange tint would turn blue into grey."""
    return replace(light, tint=(226, 76, 112), strength=0.42) if light.time == "sunset" else light


def sea(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """Open water to the horizon in rows of waves, each darker and larger than the one behind it."""
    low, light = horizon(canvas, 0.26), _wet(light)
    canvas.ground(light.on((112, 194, 224), rng), light.on((96, 184, 220), rng), low)
    _path_of_light(canvas, light, low)
    rows: tuple[tuple[float, float, Colour], ...] = (
        (0.07, 0.13, (78, 168, 214)),
        (0.155, 0.19, (54, 144, 202)),
        (0.255, 0.27, (38, 120, 186)),
    )
    foam = light.on((206, 238, 248), rng)
    for drop, step, blue in rows:
        top = low + drop + rng.uniform(-0.008, 0.008)
        crest = _waves(canvas, top, step, step * 0.13, rng)
        canvas.flat(crest, foam)
        with canvas.placed(0.0, 0.016, 1.0):
            canvas.flat(crest, light.on(blue, rng))


def _path_of_light(canvas: Canvas, light: Light, low: float) -> None:
    """The sun's or moon's mirror image, straight below it."""
    spots: dict[str, tuple[float, float, Colour]] = {
        "sunset": (canvas.width / 2, 0.5, (255, 206, 118)),
        "night": (canvas.width - 0.15, 0.16, (222, 220, 216)),
        "dawn": (canvas.width - 0.18, 0.26, (255, 240, 220)),
    }
    if light.time in spots and not (light.time == "night" and light.bare):
        x, wide, colour = spots[light.time]
        for step in range(3):
            canvas.flat(box(x, low + 0.018 + step * 0.024, wide * (1 - 0.2 * step), 0.013, 0.006), colour)


def beach(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """Sand with a palm and a sunshade, and a strip of sea behind."""
    low, water = horizon(canvas), _wet(light)
    canvas.ground(water.on((86, 182, 218), rng), water.on((66, 160, 206), rng), low - 0.13)
    foam = water.on((222, 244, 248), rng)
    for x in spread(0.0, canvas.width, 0.3, rng, 0.05):
        canvas.flat(box(x, low - 0.085 + rng.uniform(-0.02, 0.02), 0.12, 0.014, 0.007), foam)
    shore = _waves(canvas, low, 0.5, -0.022, rng)
    with canvas.placed(0.0, -0.028, 1.0):
        canvas.flat(shore, foam)
    canvas.flat(shore, light.on((248, 222, 160), rng))
    canvas.ground(light.on((248, 222, 160), rng), light.on((236, 200, 130), rng), low + 0.03)
    palm(canvas, light, rng, 0.1 + rng.uniform(-0.015, 0.015), low + 0.07)
    if canvas.width > 1.3:
        palm(canvas, light, rng, canvas.width * 0.3, low + 0.03)
    sunshade(canvas, light, rng, canvas.width - 0.15 + rng.uniform(-0.015, 0.015), low + 0.09)


def palm(canvas: Canvas, light: Light, rng: random.Random, x: float, base: float) -> None:
    """A bent palm, about 0.6 tall."""
    tall = 0.58 * rng.uniform(0.93, 1.07)
    top = (x + 0.03, base - tall)
    trunk = curve(
        (x - 0.035, base),
        ((x - 0.05, base - tall * 0.6), (top[0] - 0.014, top[1])),
        ((top[0], top[1]), (top[0] + 0.016, top[1])),
        ((x + 0.0, base - tall * 0.55), (x + 0.035, base)),
        closed=True,
    )
    canvas.flat(trunk, light.on((164, 116, 72), rng))
    fronds: list[skia.Path] = []
    for across, drop in ((-0.2, 0.12), (-0.17, -0.06), (0.2, 0.12), (0.18, -0.06), (0.01, -0.14)):
        tip, lift = (top[0] + across, top[1] + drop), 0.09 if drop > 0 else 0.05
        upper = ((top[0] + across * 0.55, top[1] + drop * 0.2 - lift), tip)
        lower = ((top[0] + across * 0.42 + 0.02, top[1] + drop * 0.4 + 0.01), (top[0], top[1] + 0.03))
        fronds.append(curve((top[0], top[1] - 0.01), upper, lower, closed=True))
    for frond in fronds:
        canvas.flat(frond, light.on((66, 160, 88), rng))
    for dx in (-0.02, 0.024):
        canvas.flat(disc(top[0] + dx, top[1] + 0.03, 0.02), light.on((122, 78, 50), rng))


def sunshade(canvas: Canvas, light: Light, rng: random.Random, x: float, base: float) -> None:
    """A striped sunshade stuck into the sand, with a towel."""
    canvas.flat(oval(x + 0.02, base + 0.005, 0.26, 0.035), light.on((214, 174, 108), rng))
    red, white = light.on((236, 92, 84), rng), light.on((252, 248, 240), rng)
    with canvas.placed(x, base, 1.0, 9):
        canvas.flat(box(0, -0.14, 0.018, 0.3), light.on((240, 236, 228), rng))
        dome = curve((-0.16, -0.24), ((-0.14, -0.4), (0.0, -0.4)), ((0.14, -0.4), (0.16, -0.24)), closed=True)
        canvas.flat(dome, red)
        with canvas.inside(dome):
            for left, right in ((-0.1, -0.035), (0.035, 0.1)):
                canvas.flat(polygon((0.0, -0.42), (left, -0.2), (right, -0.2)), white)


_DEEPS: dict[str, tuple[Colour, Colour, Colour]] = {
    "day": ((132, 226, 232), (24, 112, 176), (232, 255, 250)),
    "sunset": ((255, 158, 104), (92, 58, 132), (255, 216, 146)),
    "night": ((34, 58, 124), (8, 14, 52), (150, 176, 236)),
}


def underwater(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """Rays from above, seaweed at the sides, bubbles, a sandy floor."""
    top, deep, ray = _DEEPS.get(light.time, _DEEPS["day"])
    wide, high = canvas.width, canvas.height
    canvas.sky(top, deep, high)
    for x in spread(-0.1, wide + 0.1, 0.34, rng, 0.05):
        lean, half = -0.2, rng.uniform(0.035, 0.06)
        foot = high * rng.uniform(0.8, 0.92)
        end, flare = x + lean, 2.4 * half
        beam = polygon((x - half, -0.02), (x + half, -0.02), (end + flare, foot), (end - flare, foot))
        canvas.flat(beam, ray, 0.12 if light.time == "night" else 0.24)
    bed = mix((238, 214, 156), deep, {"day": 0.16, "sunset": 0.42}.get(light.time, 0.68))
    for x in spread(-0.2, wide + 0.2, 0.5, rng, 0.05):
        canvas.flat(oval(x, high + 0.02, 0.8, rng.uniform(0.22, 0.3)), bed)
    share = {"day": 0.08, "sunset": 0.36}.get(light.time, 0.58)
    for index, x in enumerate(flanks(canvas, (0.06, 0.15, 0.24), rng, 0.015)):
        green = mix(((44, 160, 104), (76, 186, 96), (30, 134, 110))[index % 3], deep, share)
        _weed(canvas, x, high - 0.05, (0.5, 0.34, 0.22)[index % 3] * rng.uniform(0.85, 1.15), green)
    _corals(canvas, rng, deep, share)
    glow = light.time == "night"
    for index, x in enumerate(flanks(canvas, (0.1, 0.28), rng, 0.04)):
        for step in range(3):
            y = high * (0.16 + 0.16 * step) + rng.uniform(-0.05, 0.05)
            _bubble(canvas, x + rng.uniform(-0.03, 0.03), y, (0.018, 0.03, 0.022)[(index + step) % 3], glow)


def _weed(canvas: Canvas, x: float, base: float, tall: float, green: Colour) -> None:
    """A swaying ribbon of seaweed."""
    bends = 4
    right, left = [], []
    for index in range(bends):
        y0, y1 = base - tall * index / bends, base - tall * (index + 1) / bends
        wide, side = 0.026 * (1 - 0.75 * (index + 1) / bends), (1, -1)[index % 2] * 0.045
        right.append(((x + side + wide, (y0 + y1) / 2), (x + wide, y1)))
        left.append(((x + side - wide, (y0 + y1) / 2), (x - 0.026 * (1 - 0.75 * index / bends), y0)))
    tip = (x, base - tall - 0.01)
    canvas.flat(curve((x + 0.026, base), *right, (tip, tip), *reversed(left), closed=True), green)


def _corals(canvas: Canvas, rng: random.Random, deep: Colour, share: float) -> None:
    for index, x in enumerate(flanks(canvas, (0.32,), rng, 0.02)):
        hue = mix(((244, 112, 122), (250, 164, 84))[index % 2], deep, share)
        base = canvas.height - 0.05
        stems = [(-0.03, 0.06), (0.0, 0.1), (0.034, 0.07)]
        canvas.flat(together(box(x + dx, base - tall / 2, 0.026, tall, 0.013) for dx, tall in stems), hue)
        canvas.flat(oval(x, base, 0.1, 0.04), hue)


def _bubble(canvas: Canvas, x: float, y: float, radius: float, glow: bool) -> None:
    if glow:
        canvas.halo(x, y, radius * 2.6, (120, 230, 255), 0.6)
    canvas.flat(disc(x, y, radius), (220, 246, 255), 0.55)
    canvas.flat(disc(x - radius * 0.3, y - radius * 0.3, radius * 0.35), (255, 255, 255), 0.9)

"""Places and times: what lies behind a subject, in calm shapes that leave the subject the loudest thing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from .canvas import Canvas, box, disc, oval, polygon
from .palette import COLOURS, GLOW, Colour, mix, vary


@dataclass(frozen=True)
class Light:
    """How a time of day colours the world: the sky's ends, and a tint laid over everything behind the subject."""

    top: Colour
    bottom: Colour
    tint: Colour
    strength: float

    def on(self, colour: Colour, rng: random.Random) -> Colour:
        """A thing's colour in this light."""
        return mix(vary(colour, rng, 4), self.tint, self.strength)


LIGHTS: dict[str, Light] = {
    "day": Light((116, 190, 240), (232, 244, 244), (255, 250, 230), 0.0),
    "sunset": Light((236, 122, 110), (255, 220, 150), (240, 120, 70), 0.26),
    "night": Light((22, 24, 74), (74, 78, 150), (24, 26, 84), 0.6),
}

STARS = (
    (0.08, 0.1),
    (0.22, 0.05),
    (0.36, 0.12),
    (0.64, 0.06),
    (0.88, 0.16),
    (0.94, 0.3),
    (0.05, 0.34),
    (0.14, 0.22),
    (0.8, 0.05),
)


def _cloud(canvas: Canvas, x: float, y: float, scale: float, colour: Colour) -> None:
    for across, up, radius in ((-0.075, 0.0, 0.045), (0.0, -0.022, 0.06), (0.08, 0.0, 0.045)):
        canvas.flat(disc(x + across * scale, y + up * scale, radius * scale), colour)
    canvas.flat(box(x, y + 0.022 * scale, 0.22 * scale, 0.046 * scale, 0.022 * scale), colour)


def sky(canvas: Canvas, time: str, rng: random.Random, bare: bool = False) -> None:
    """The sky of a time: sun and clouds, a low sun, or stars and a small moon (none when ``bare``)."""
    light = LIGHTS[time]
    canvas.sky(vary(light.top, rng), vary(light.bottom, rng), 0.72)
    if time == "day":
        canvas.halo(0.86, 0.13, 0.2, (255, 240, 170), 0.8)
        canvas.flat(disc(0.86, 0.13, 0.075), (255, 222, 96))
        _cloud(canvas, 0.15 + rng.uniform(-0.03, 0.03), 0.16 + rng.uniform(-0.02, 0.02), 1.05, (255, 255, 255))
        _cloud(canvas, 0.9 + rng.uniform(-0.03, 0.03), 0.36 + rng.uniform(-0.02, 0.02), 0.8, (250, 252, 255))
    elif time == "sunset":
        canvas.halo(0.5, 0.56, 0.5, (255, 236, 170), 0.8)
        canvas.flat(disc(0.5 + rng.uniform(-0.02, 0.02), 0.5, 0.27), (255, 206, 112))
        _cloud(canvas, 0.13 + rng.uniform(-0.03, 0.03), 0.15, 0.95, (255, 196, 176))
        _cloud(canvas, 0.88 + rng.uniform(-0.03, 0.03), 0.22, 0.85, (255, 190, 168))
    else:
        for x, y in STARS:
            canvas.flat(disc(x + rng.uniform(-0.012, 0.012), y + rng.uniform(-0.012, 0.012), 0.008), (255, 244, 200))
        if not bare:
            canvas.halo(0.85, 0.15, 0.17, (250, 240, 190), 0.45)
            canvas.flat(disc(0.85, 0.15, 0.065), (252, 242, 200))


def meadow(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """Round green hills with a few flowers."""
    sway = rng.uniform(-0.04, 0.04)
    canvas.flat(oval(0.2 + sway, 0.86, 0.95, 0.42), light.on((150, 206, 112), rng))
    canvas.flat(oval(0.85 + sway, 0.88, 0.9, 0.4), light.on((128, 194, 100), rng))
    canvas.ground(light.on((122, 188, 88), rng), light.on((92, 164, 74), rng), 0.76)
    for x, y, name in ((0.1, 0.86, "white"), (0.22, 0.95, "pink"), (0.8, 0.95, "white"), (0.91, 0.85, "yellow")):
        canvas.flat(
            disc(x + rng.uniform(-0.02, 0.02), y + rng.uniform(-0.01, 0.01), 0.017), light.on(COLOURS[name], rng)
        )


def sea(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """The sea with slow waves and a strip of sand."""
    canvas.ground(light.on((70, 158, 206), rng), light.on((44, 118, 184), rng), 0.6)
    foam = light.on((176, 222, 238), rng)
    for x, y, width in ((0.14, 0.65, 0.16), (0.84, 0.67, 0.18), (0.1, 0.75, 0.14), (0.9, 0.77, 0.14)):
        canvas.flat(box(x + rng.uniform(-0.03, 0.03), y, width, 0.012, 0.006), foam)
    canvas.flat(oval(0.5 + rng.uniform(-0.05, 0.05), 1.0, 1.5, 0.3), foam)
    canvas.flat(oval(0.5 + rng.uniform(-0.05, 0.05), 1.02, 1.5, 0.3), light.on((240, 216, 158), rng))


def city(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """A row of tall houses with windows, and a street."""
    walls: tuple[Colour, ...] = (
        (146, 156, 184),
        (176, 150, 160),
        (130, 146, 176),
        (164, 164, 182),
        (142, 138, 172),
        (170, 156, 166),
    )
    heights = (0.46, 0.34, 0.26, 0.3, 0.4, 0.5)
    window = GLOW if light.strength > 0.2 else (214, 232, 242)
    for index, (wall, tall) in enumerate(zip(walls, heights, strict=True)):
        middle = (index + 0.5) / 6
        top = 0.8 - tall + rng.uniform(-0.025, 0.025)
        canvas.flat(box(middle, (top + 0.82) / 2, 0.158, 0.82 - top), light.on(wall, rng))
        for row in range(int((0.74 - top) / 0.085)):
            for side in (-1, 1):
                canvas.flat(box(middle + side * 0.036, top + 0.055 + row * 0.085, 0.034, 0.042), window)
    canvas.ground(light.on((150, 150, 162), rng), light.on((118, 118, 134), rng), 0.79)
    for x in (0.12, 0.5, 0.88):
        canvas.flat(box(x, 0.945, 0.18, 0.018, 0.009), light.on((240, 236, 220), rng))


def snow(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """White hills, two firs and falling snow."""
    sway = rng.uniform(-0.03, 0.03)
    canvas.flat(oval(0.2 + sway, 0.84, 0.95, 0.4), light.on((214, 228, 244), rng))
    canvas.flat(oval(0.85 + sway, 0.86, 0.9, 0.4), light.on((226, 236, 248), rng))
    for x, tall in ((0.09, 0.32), (0.92, 0.28)):
        base = 0.76
        canvas.flat(box(x + sway, base, 0.024, 0.07), light.on((112, 80, 62), rng))
        needles, cap = light.on((58, 122, 104), rng), light.on((244, 248, 252), rng)
        for step in range(3):
            foot = base - step * tall * 0.25
            half = 0.095 - step * 0.02
            canvas.flat(
                polygon((x + sway - half, foot), (x + sway, foot - tall * 0.45), (x + sway + half, foot)), needles
            )
        peak = base - tall * 0.95
        canvas.flat(polygon((x + sway - 0.03, peak + 0.07), (x + sway, peak), (x + sway + 0.03, peak + 0.07)), cap)
    canvas.ground(light.on((242, 247, 252), rng), light.on((214, 226, 244), rng), 0.76)
    for x, y in (
        (0.06, 0.08),
        (0.3, 0.06),
        (0.2, 0.3),
        (0.68, 0.1),
        (0.93, 0.24),
        (0.78, 0.36),
        (0.12, 0.46),
        (0.9, 0.48),
    ):
        canvas.flat(disc(x + rng.uniform(-0.02, 0.02), y + rng.uniform(-0.02, 0.02), 0.011), (255, 255, 255))


GROUNDS: dict[str, Callable[[Canvas, Light, random.Random], None]] = {
    "meadow": meadow,
    "sea": sea,
    "city": city,
    "snow": snow,
}
"""Every place's painter by name; the names are those of ``world.PLACES``."""

"""Around the house: room, garden, farm."""

from __future__ import annotations

import random

from ..canvas import Canvas, box, curve, disc, oval, polygon
from ..palette import COLOURS, GLOW, Colour
from .light import Light
from .scenery import hills, horizon, leafy, spread, together
from .sky import sky, streaks


def room(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """A papered wall with a large window that shows the time, and a rug on a wooden floor."""
    low = horizon(canvas, 0.14)
    dim = light.strength * (0.62 if light.lit else 0.25)
    indoor = Light(light.time, light.top, light.bottom, (84, 62, 96), dim, light.lit, light.bare)
    wall, stripe = indoor.on((250, 220, 184), rng), indoor.on((244, 206, 168), rng)
    canvas.flat(box(canvas.width / 2, low / 2, canvas.width + 0.1, low + 0.1), wall)
    bands = [box(x, low / 2, 0.05, low + 0.1) for x in spread(0.0, canvas.width, 0.125, rng)]
    canvas.flat(together(bands), stripe)
    top, bottom = 0.05 * canvas.height, low - 0.13
    _window(canvas, light, indoor, rng, top, bottom)
    canvas.flat(box(canvas.width / 2, low - 0.014, canvas.width + 0.1, 0.05), indoor.on((252, 244, 230), rng))
    canvas.ground(indoor.on((190, 132, 84), rng), indoor.on((160, 104, 64), rng), low)
    boards = [box(canvas.width / 2, low + drop, canvas.width + 0.1, 0.009) for drop in (0.055, 0.125, 0.205)]
    canvas.flat(together(boards), indoor.on((138, 90, 58), rng))
    rug = indoor.on((92, 150, 160), rng)
    middle, foot = canvas.width / 2, canvas.height - 0.1
    canvas.flat(oval(middle, foot, canvas.width * 0.84, 0.17), rug)
    canvas.flat(oval(middle, foot, canvas.width * 0.7, 0.125), indoor.on((140, 190, 190), rng))


def _window(canvas: Canvas, light: Light, indoor: Light, rng: random.Random, top: float, bottom: float) -> None:
    """The window from 0.1 of the frame's width to 0.9 with its own small sky, and curtains."""
    scale, edge = 0.8, canvas.width * 0.1
    middle, high = canvas.width / 2, bottom - top
    pane = box(middle, (top + bottom) / 2, canvas.width * scale, high)
    low = high / scale - 0.07
    with canvas.inside(pane), canvas.placed(edge, top, scale):
        sky(canvas, light.time, rng, light.bare, low)
        hills(canvas, low + 0.05, 0.09, 0.5, light.on((126, 190, 108), rng), rng)
        canvas.ground(light.on((126, 190, 108), rng), light.on((110, 174, 96), rng), low + 0.04)
        if light.time == "rain":
            streaks(canvas, rng, low, 0.26, 0.8)
    frame = indoor.on((252, 246, 236), rng)
    canvas.stroke(pane, frame, 0.034)
    bars = max(1, round(canvas.width / 0.8))
    gap = canvas.width * scale / (bars + 1)
    uprights = (box(edge + gap * (step + 1), (top + bottom) / 2, 0.02, high) for step in range(bars))
    canvas.flat(together(uprights), frame)
    canvas.flat(box(middle, bottom + 0.02, canvas.width * scale + 0.1, 0.036, 0.01), frame)
    cloth = indoor.on((222, 104, 104), rng)
    for side, x in ((1, edge - 0.05), (-1, canvas.width - edge + 0.05)):
        hem, side_hem = (x + side * 0.05, bottom + 0.05), (x, bottom + 0.05)
        rail = (x + side * 0.13, top - 0.03)
        bends = ((rail, rail), ((x + side * 0.1, top + high * 0.4), hem), (hem, side_hem))
        canvas.flat(curve((x, top - 0.03), *bends, closed=True), cloth)
    canvas.flat(box(middle, top - 0.028, canvas.width * 0.98, 0.024, 0.012), indoor.on((150, 104, 72), rng))


def garden(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """A clipped hedge, a white fence, and beds full of flowers beside a pale path."""
    low, middle = horizon(canvas), canvas.width / 2
    hedge, leaves = light.on((66, 142, 82), rng), light.on((88, 164, 96), rng)
    for index, x in enumerate(spread(-0.05, canvas.width + 0.05, 0.3, rng, 0.02)):
        canvas.flat(disc(x, low - 0.21 - (0.01, 0.04)[index % 2], 0.1), hedge)
    canvas.flat(box(middle, low - 0.1, canvas.width + 0.1, 0.26, 0.02), hedge)
    for index, x in enumerate(spread(0.0, canvas.width, 0.13, rng, 0.02)):
        canvas.flat(oval(x, low - (0.2, 0.165)[index % 2], 0.07, 0.036), leaves)
    canvas.ground(light.on((140, 204, 104), rng), light.on((112, 182, 84), rng), low)
    _fence(canvas, light.on((252, 250, 244), rng), low + 0.03, rng)
    foot = canvas.height + 0.02
    corners = ((-0.13, low + 0.03), (0.13, low + 0.03), (0.26, foot), (-0.26, foot))
    canvas.flat(polygon(*((middle + dx, y) for dx, y in corners)), light.on((236, 216, 178), rng))
    beds = ((low + 0.115, 0.16, 0.034), (canvas.height - 0.035, 0.24, 0.044))
    for row, (y, near, radius) in enumerate(beds):
        for start, end in ((-0.03, middle - near), (middle + near, canvas.width + 0.03)):
            _bed(canvas, light, rng, start, end, y, radius, row)


def _bed(
    canvas: Canvas, light: Light, rng: random.Random, start: float, end: float, y: float, radius: float, row: int
) -> None:
    """A row of bright flowers above dark leaves."""
    wide = end - start
    soil = box((start + end) / 2, y + radius * 0.6, wide, radius * 1.5, radius * 0.7)
    canvas.flat(soil, light.on((58, 128, 66), rng))
    hues = [COLOURS[name] for name in ("red", "yellow", "pink", "purple")]
    for index, x in enumerate(spread(start, end, radius * 2.3, rng, 0.006)):
        top = y - radius * (0.75 if index % 2 else 0.35)
        canvas.flat(disc(x, top, radius), light.near(hues[(index + 2 * row) % 4], rng))
        canvas.flat(disc(x, top, radius * 0.38), light.near((255, 236, 150), rng))


def _fence(canvas: Canvas, colour: Colour, base: float, rng: random.Random) -> None:
    """A white picket fence."""
    parts = [box(canvas.width / 2, base - drop, canvas.width + 0.1, 0.02) for drop in (0.045, 0.115)]
    for x in spread(0.0, canvas.width, 0.082, rng):
        top = base - 0.16
        parts.append(polygon((x - 0.02, base), (x - 0.02, top), (x, top - 0.03), (x + 0.02, top), (x + 0.02, base)))
    canvas.flat(together(parts), colour)


def farm(canvas: Canvas, light: Light, rng: random.Random) -> None:
    """A red barn with a silo, furrows of green and gold, a rail fence, and a bale of hay."""
    low = horizon(canvas)
    hills(canvas, low + 0.05, 0.11, 0.8, light.on((176, 208, 116), rng), rng)
    tree, bark = light.on((92, 162, 84), rng), light.on((122, 86, 60), rng)
    for x in (canvas.width - 0.07, canvas.width - 0.24) if canvas.width < 1.3 else (0.75, 1.3, canvas.width - 0.1):
        leafy(canvas, x + rng.uniform(-0.02, 0.02), low + 0.02, rng.uniform(0.24, 0.32), tree, bark)
    canvas.ground(light.on((212, 186, 92), rng), light.on((190, 158, 72), rng), low)
    _furrows(canvas, light.on((134, 176, 76), rng), low)
    _barn(canvas, light, rng, 0.17 + rng.uniform(-0.015, 0.015), low + 0.02)
    _rails(canvas, light.on((172, 122, 80), rng), low + 0.055, rng)
    for x in (canvas.width - 0.13, canvas.width - 0.37)[: 2 if canvas.width > 1.3 else 1]:
        y = canvas.height - 0.11 + rng.uniform(-0.015, 0.015)
        canvas.flat(box(x, y, 0.19, 0.14, 0.03), light.on((246, 206, 96), rng))
        canvas.flat(disc(x - 0.05, y, 0.07), light.on((226, 178, 74), rng))
        canvas.flat(disc(x - 0.05, y, 0.036), light.on((246, 206, 96), rng))


def _furrows(canvas: Canvas, green: Colour, low: float) -> None:
    """Green rows that run to the horizon."""
    middle, rows = canvas.width / 2, []
    count = round(canvas.width / 0.13)
    for index in range(-count, count + 1):
        near, far = index * 0.3, index * 0.13
        foot = canvas.height + 0.01
        corners = ((far - 0.03, low), (far + 0.03, low), (near + 0.075, foot), (near - 0.075, foot))
        rows.append(polygon(*((middle + x, y) for x, y in corners)))
    canvas.flat(together(rows), green)


def _barn(canvas: Canvas, light: Light, rng: random.Random, x: float, base: float) -> None:
    red, white = light.on((204, 62, 52), rng), light.on((250, 244, 234), rng)
    silver, roof = light.on((178, 188, 204), rng), light.on((120, 72, 66), rng)
    canvas.flat(box(x + 0.2, base - 0.19, 0.1, 0.38), silver)
    canvas.flat(oval(x + 0.2, base - 0.38, 0.1, 0.1), light.on((140, 150, 172), rng))
    eaves = ((-0.17, 0.0), (-0.17, 0.22), (-0.11, 0.34), (0.0, 0.41), (0.11, 0.34), (0.17, 0.22), (0.17, 0.0))
    canvas.flat(polygon(*((x + dx, base - up) for dx, up in eaves)), red)
    bends = ((-0.2, 0.2), (-0.125, 0.35), (0.0, 0.43), (0.125, 0.35), (0.2, 0.2))
    crest = [(x + dx, base - up) for dx, up in bends]
    inner = [(dx + (x - dx) * 0.17, dy + 0.035) for dx, dy in reversed(crest)]
    canvas.flat(polygon(*crest, *inner), roof)
    canvas.flat(box(x, base - 0.27, 0.07, 0.07), GLOW if light.lit else white)
    canvas.flat(box(x, base - 0.08, 0.15, 0.16), white)
    for side in (-1, 1):
        canvas.flat(box(x + side * 0.034, base - 0.073, 0.052, 0.13), light.on((172, 46, 42), rng))


def _rails(canvas: Canvas, wood: Colour, base: float, rng: random.Random) -> None:
    """A fence of two rails."""
    parts = [box(canvas.width / 2, base - drop, canvas.width + 0.1, 0.022, 0.01) for drop in (0.03, 0.085)]
    parts.extend(box(x, base - 0.055, 0.03, 0.14, 0.01) for x in spread(0.0, canvas.width, 0.24, rng, 0.01))
    canvas.flat(together(parts), wood)

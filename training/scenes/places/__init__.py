"""Places and times: what lies behind the figures, in calm shapes that leave the figures the loudest thing.

:func:`backdrop` paints all of it, :func:`veil` the little that comes in front of the figures.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from ..canvas import Canvas, oval
from . import beyond, country, homely, town, water
from .light import LIGHTS, Light
from .scenery import flanks, horizon
from .sky import mist, sky, streaks

__all__ = ["GROUNDS", "LIGHTS", "Light", "backdrop", "sky", "veil"]

GROUNDS: dict[str, Callable[[Canvas, Light, random.Random], None]] = {
    "meadow": country.meadow,
    "forest": country.forest,
    "sea": water.sea,
    "city": town.city,
    "snow": country.snow,
    "space": beyond.space,
    "desert": country.desert,
    "room": homely.room,
    "farm": homely.farm,
    "beach": water.beach,
    "mountain": country.mountain,
    "market": town.market,
    "garden": homely.garden,
    "underwater": water.underwater,
    "plain": beyond.plain,
}
"""Every place's painter by name; the names are those of ``world.PLACES``."""

_WITHOUT_SKY = ("space", "room", "underwater", "plain")
"""Places that fill the whole frame themselves; weather stays outside."""

_SKYLINES: dict[str, float] = {
    "forest": 0.1,
    "sea": 0.13,
    "city": 0.2,
    "desert": 0.1,
    "farm": 0.12,
    "beach": 0.12,
    "mountain": 0.14,
    "market": 0.24,
    "garden": 0.2,
}
"""How far things reach above the horizon in a place: a low sun stands above them."""

_WITHOUT_PUDDLES = (*_WITHOUT_SKY, "sea", "snow")


def backdrop(canvas: Canvas, place: str, time: str, rng: random.Random, *, bare: bool = False) -> None:
    """Paint all that is behind the figures. ``bare``: without the sky's own moon and far planet, where a figure is a
    moon, a star or a planet."""
    light = replace(LIGHTS[time], bare=bare)
    if place not in _WITHOUT_SKY:
        sky(canvas, time, rng, bare, horizon(canvas) - _SKYLINES.get(place, 0.0))
    GROUNDS[place](canvas, light, rng)
    if time == "rain" and place not in _WITHOUT_PUDDLES:
        for x in flanks(canvas, (0.2,), rng, 0.06):
            y = canvas.height - rng.uniform(0.04, 0.08)
            canvas.flat(oval(x, y, 0.2, 0.04), (186, 204, 220), 0.75)
    if time == "fog" and place not in _WITHOUT_SKY:
        low = horizon(canvas)
        mist(canvas, rng, (low - 0.2, low - 0.02), 0.5)


def veil(canvas: Canvas, place: str, time: str, rng: random.Random) -> None:
    """Paint what comes in front of the figures: a few streaks of rain, a thin band of fog; mostly nothing."""
    if place in _WITHOUT_SKY:
        return
    if time == "rain":
        streaks(canvas, rng, canvas.height, 0.3, 0.5)
    elif time == "fog":
        mist(canvas, rng, (canvas.height * 0.78,), 0.34)

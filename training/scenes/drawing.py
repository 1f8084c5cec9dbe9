"""Drawing of scenes: the same scene gives the same picture, every time."""

from __future__ import annotations

import random

import numpy as np

from .canvas import Canvas, oval
from .palette import COLOURS, INK, vary
from .places import GROUNDS, LIGHTS, sky
from .scene import Held, Scene
from .subjects import HANDS, PAINTERS
from .world import SUBJECTS


def _held(canvas: Canvas, held: Held, hand: tuple[float, float], rng: random.Random) -> None:
    scale, turn = (0.66, 5.0) if held.thing == "flower" else (0.78, 7.0)
    grip = 0.26 if held.thing == "flower" else 0.36
    with canvas.placed(hand[0], hand[1], scale, turn), canvas.placed(0, -grip, 1):
        PAINTERS[held.thing](canvas, vary(COLOURS[held.colour], rng))


def draw(scene: Scene, size: int) -> np.ndarray:
    """Draw a scene as ``uint8`` pixels of shape (size, size, 3), RGB."""
    rng = random.Random(scene.seed)
    kind = SUBJECTS[scene.subject]
    canvas = Canvas(size)
    sky(canvas, scene.time, rng, bare=scene.subject == "moon")
    GROUNDS[scene.place](canvas, LIGHTS[scene.time], rng)
    x = 0.5 + rng.uniform(-0.025, 0.025) - (0.1 if scene.held else 0.0)
    y = kind.middle + rng.uniform(-0.015, 0.015) + (0.03 if scene.held else 0.0)
    scale = kind.size * rng.uniform(0.95, 1.04)
    colour = vary(COLOURS[scene.colour], rng)
    if not kind.floats:
        foot = 0.33 if scene.subject == "car" else 0.5
        canvas.flat(oval(x, y + scale * (foot - 0.015), scale * 0.8, scale * 0.11), INK, 0.22)
    with canvas.placed(x, y, scale):
        if scene.held:
            hand = HANDS[scene.subject]
            PAINTERS[f"{scene.subject} holding"](canvas, colour)
            _held(canvas, scene.held, hand, rng)
            with canvas.placed(hand[0], hand[1], 1):
                canvas.shape(oval(0, 0, 0.1, 0.1), colour)
        else:
            PAINTERS[scene.subject](canvas, colour)
    return canvas.pixels()

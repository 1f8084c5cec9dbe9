"""Drawing of scenes: the same scene gives the same picture, every time."""

from __future__ import annotations

import random

import numpy as np

from .canvas import Canvas, box, oval
from .layout import Placed, grip, layout, pose
from .palette import COLOURS, INK, Colour, vary
from .places import backdrop, veil
from .scene import Figure, Scene
from .subjects import PAINTERS

LIKE_THE_SKY = ("moon", "star", "planet")
"""Where one of these is the subject, the sky shows none of its own."""


def draw(scene: Scene, short: int) -> np.ndarray:
    """Draw a scene as ``uint8`` pixels of shape (height, width, 3), RGB; ``short`` is the shorter side's length."""
    rng = random.Random(scene.seed)
    canvas = Canvas(round(scene.frame[0] * short), round(scene.frame[1] * short), scene.style)
    placed = layout(scene)
    bare = any(piece.figure.subject in LIKE_THE_SKY for piece in placed)
    backdrop(canvas, scene.place, scene.time, rng, bare=bare)
    for piece in placed:
        if piece.stands:
            _shadow(canvas, piece)
    colours = {
        figure: vary(COLOURS[figure.colour], rng) for figure in dict.fromkeys(piece.figure for piece in placed)
    }
    for piece in placed:
        _figure(canvas, piece, colours[piece.figure], rng)
    for piece in placed:
        if piece.edge is not None:
            _front(canvas, piece, colours[piece.figure])
    veil(canvas, scene.place, scene.time, rng)
    return canvas.pixels()


def _shadow(canvas: Canvas, piece: Placed) -> None:
    left, _, right, bottom = piece.base()
    width = (right - left) * 0.92
    canvas.flat(oval((left + right) / 2, bottom - 0.008, width, min(0.07, 0.16 * width)), INK, 0.22)


def _figure(canvas: Canvas, piece: Placed, colour: Colour, rng: random.Random) -> None:
    """A figure, before what it holds: so the hand closes around it."""
    with canvas.figure(), canvas.placed(piece.x, piece.y, piece.scale, piece.turn, piece.mirrored):
        if piece.figure.held:
            _held(canvas, piece.figure, rng)
        PAINTERS[pose(piece.figure)](canvas, colour)


def _held(canvas: Canvas, figure: Figure, rng: random.Random) -> None:
    if figure.held is None:
        return
    held = grip(figure.subject, figure.held)
    with canvas.placed(held.x, held.y, held.scale, held.turn):
        PAINTERS[figure.held.thing](canvas, vary(COLOURS[figure.held.colour], rng))


def _front(canvas: Canvas, piece: Placed, colour: Colour) -> None:
    """The part of a figure that is before the others."""
    below = box(0.0, (piece.edge or 0.0) + 1.0, 4.0, 2.0)
    placed = canvas.placed(piece.x, piece.y, piece.scale, piece.turn, piece.mirrored)
    with canvas.figure(), placed, canvas.inside(below):
        PAINTERS[pose(piece.figure)](canvas, colour)

"""Animals of the farm: duck, horse, cow, pig and sheep."""

from __future__ import annotations

import math

from ...canvas import OUTLINE, Canvas, arc, box, curve, disc, line, oval, polygon
from ...palette import BLACK, CREAM, Colour, darker
from ..kit import smile, subject
from .features import SNOUT, beak, bib, blush, cream_on, is_dark, is_pale, legs, limb, look, shade


@subject("duck")
def duck(canvas: Canvas, colour: Colour) -> None:
    """A duck in profile: a boat of a body with a raised tail, a neck and a flat bill."""
    foot = beak(colour)
    for x in (-0.08, 0.1):
        canvas.stroke(line((x, 0.34), (x, 0.43)), foot, 0.045)
        canvas.shape(oval(x + 0.04, 0.455, 0.17, 0.06), foot, OUTLINE * 0.7)
    canvas.shape(curve((0.3, -0.3), ((0.42, -0.32), (0.5, -0.24)), ((0.46, -0.14), (0.3, -0.15)), closed=True), foot)
    body = curve(
        (-0.48, -0.06),
        ((-0.34, 0.1), (-0.02, 0.04)),
        ((0.12, 0.0), (0.06, -0.14)),
        ((-0.04, -0.46), (0.18, -0.47)),
        ((0.4, -0.46), (0.36, -0.22)),
        ((0.32, -0.1), (0.36, 0.02)),
        ((0.44, 0.4), (0.02, 0.4)),
        ((-0.44, 0.4), (-0.48, -0.06)),
        closed=True,
    )
    canvas.shape(body, colour)
    wing = curve(
        (0.16, 0.12),
        ((0.14, 0.3), (-0.08, 0.3)),
        ((-0.24, 0.28), (-0.34, 0.14)),
        ((-0.12, 0.14), (-0.08, 0.1)),
        ((0.06, 0.04), (0.16, 0.12)),
        closed=True,
    )
    canvas.shape(wing, shade(colour, 0.2))
    look(canvas, 0.22, -0.29, 0.045, colour)
    blush(canvas, 0.22, -0.18, 0.09)


@subject("horse")
def horse(canvas: Canvas, colour: Colour) -> None:
    """A horse in profile with long legs, a mane and a flowing tail."""
    mane = shade(colour, 0.5)
    tail = curve((-0.3, -0.02), ((-0.5, -0.02), (-0.48, 0.32)), ((-0.38, 0.28), (-0.28, 0.12)), closed=True)
    canvas.shape(tail, mane)
    legs(canvas, (-0.16, 0.1), 0.12, 0.08, shade(colour, 0.24))
    legs(canvas, (-0.27, 0.22), 0.1, 0.09, colour)
    for x in (-0.27, -0.16, 0.1, 0.22):
        canvas.flat(box(x, 0.455, 0.1, 0.06, 0.015), (74, 54, 56) if not is_dark(colour) else bib(colour))
    canvas.shape(polygon((0.19, -0.36), (0.2, -0.5), (0.29, -0.39)), colour)
    body = curve(
        (-0.34, 0.04),
        ((-0.3, -0.06), (-0.14, -0.03)),
        ((0.0, 0.02), (0.04, -0.08)),
        ((0.08, -0.24), (0.14, -0.36)),
        ((0.22, -0.46), (0.32, -0.36)),
        ((0.4, -0.3), (0.48, -0.17)),
        ((0.5, -0.06), (0.4, -0.07)),
        ((0.32, -0.1), (0.28, -0.13)),
        ((0.28, -0.02), (0.3, 0.1)),
        ((0.28, 0.24), (0.1, 0.23)),
        ((-0.1, 0.2), (-0.22, 0.24)),
        ((-0.36, 0.22), (-0.34, 0.04)),
        closed=True,
    )
    canvas.shape(body, colour)
    hair = curve(
        (0.26, -0.44),
        ((0.1, -0.5), (0.03, -0.3)),
        ((0.0, -0.14), (-0.06, -0.02)),
        ((0.1, 0.02), (0.12, -0.16)),
        ((0.14, -0.3), (0.26, -0.44)),
        closed=True,
    )
    with canvas.inside(body):
        canvas.flat(oval(0.46, -0.09, 0.2, 0.18), bib(colour))
    canvas.stroke(body, darker(colour, 0.72), OUTLINE)
    canvas.shape(hair, mane)
    look(canvas, 0.29, -0.28, 0.036, colour)


def _cow_head(canvas: Canvas, colour: Colour, patch: Colour) -> None:
    x, y = 0.25, -0.14
    for side in (-1, 1):
        horn = curve(
            (x + side * 0.08, y - 0.18),
            ((x + side * 0.1, y - 0.28), (x + side * 0.2, y - 0.34)),
            ((x + side * 0.24, y - 0.2), (x + side * 0.14, y - 0.12)),
            closed=True,
        )
        canvas.shape(horn, (240, 214, 160))
        canvas.shape(oval(x + side * 0.17, y - 0.08, 0.14, 0.1), patch)
    head = box(x, y + 0.02, 0.34, 0.42, 0.15)
    canvas.shape(head, colour)
    with canvas.inside(head):
        canvas.flat(oval(x + 0.1, y - 0.1, 0.2, 0.26), patch)
    canvas.stroke(head, darker(colour, 0.72), OUTLINE)
    canvas.shape(oval(x, y + 0.14, 0.42, 0.22), (250, 176, 182))
    for side in (-1, 1):
        canvas.flat(oval(x + side * 0.08, y + 0.13, 0.05, 0.06), (150, 76, 92))
    look(canvas, x - 0.09, y - 0.06, 0.04, colour)
    look(canvas, x + 0.09, y - 0.06, 0.04, patch)


@subject("cow")
def cow(canvas: Canvas, colour: Colour) -> None:
    """A cow with patches, horns, a broad pink muzzle and an udder."""
    patch = (70, 58, 66) if is_pale(colour) else cream_on(colour)
    limb(canvas, curve((-0.4, 0.0), ((-0.5, 0.1), (-0.45, 0.28))), colour, 0.03)
    canvas.flat(oval(-0.45, 0.3, 0.08, 0.12), darker(patch, 0.2))
    legs(canvas, (-0.22, 0.1), 0.16, 0.11, shade(colour, 0.2))
    canvas.shape(oval(-0.12, 0.29, 0.2, 0.16), (250, 176, 182))
    legs(canvas, (-0.34, 0.21), 0.16, 0.12, colour)
    body = box(-0.08, 0.07, 0.68, 0.42, 0.15)
    canvas.shape(body, colour)
    with canvas.inside(body):
        canvas.flat(oval(-0.14, -0.06, 0.28, 0.28), patch)
        canvas.flat(oval(-0.4, 0.18, 0.2, 0.24), patch)
    canvas.stroke(body, darker(colour, 0.72), OUTLINE)
    _cow_head(canvas, colour, patch)


@subject("pig")
def pig(canvas: Canvas, colour: Colour) -> None:
    """A round pig with a disc of a snout, folded ears and a curly tail."""
    tail = curve(
        (-0.36, 0.08), ((-0.5, 0.1), (-0.46, -0.02)), ((-0.4, -0.1), (-0.38, 0.0)), ((-0.4, 0.06), (-0.49, 0.0))
    )
    limb(canvas, tail, colour, 0.03)
    legs(canvas, (-0.14, 0.12), 0.24, 0.12, shade(colour, 0.2))
    legs(canvas, (-0.26, 0.26), 0.24, 0.13, colour)
    canvas.shape(oval(-0.04, 0.1, 0.74, 0.6), colour)
    canvas.shape(oval(0.2, -0.06, 0.54, 0.5), colour)
    for side in (-1, 1):
        ear = curve(
            (0.2 + side * 0.06, -0.31),
            ((0.2 + side * 0.3, -0.5), (0.2 + side * 0.29, -0.16)),
            ((0.2 + side * 0.14, -0.17), (0.2 + side * 0.06, -0.31)),
            closed=True,
        )
        canvas.shape(ear, shade(colour, 0.2))
    snout = SNOUT if not (colour[0] > 220 and 100 < colour[1] < 200 and colour[2] > 100) else (232, 104, 140)
    canvas.shape(oval(0.22, 0.02, 0.28, 0.21), snout)
    for side in (-1, 1):
        canvas.flat(oval(0.22 + side * 0.06, 0.02, 0.055, 0.09), (140, 54, 82))
        look(canvas, 0.21 + side * 0.13, -0.11, 0.042, colour)


@subject("sheep")
def sheep(canvas: Canvas, colour: Colour) -> None:
    """A sheep: a cloud of wool on thin legs, with a smooth dark face."""
    skin = (250, 214, 184) if is_dark(colour) else (78, 64, 76)
    for x in (-0.26, -0.12, 0.06, 0.2):
        canvas.shape(box(x, 0.36, 0.085, 0.24, 0.03), skin)
    ring = [
        (-0.06 + 0.29 * math.cos(step * math.tau / 9), 0.05 + 0.2 * math.sin(step * math.tau / 9))
        for step in range(9)
    ]
    for x, y in ring:
        canvas.stroke(disc(x, y, 0.155), darker(colour, 0.6), OUTLINE * 2)
    for x, y in ring:
        canvas.flat(disc(x, y, 0.155), colour)
    canvas.flat(oval(-0.06, 0.05, 0.5, 0.36), colour)
    for x, y in ((-0.24, 0.0), (-0.1, 0.14), (-0.08, -0.1), (-0.3, 0.16)):
        canvas.stroke(arc(x, y, 0.13, 0.11, 200, 200), shade(colour, 0.16), 0.02)
    for side in (-1, 1):
        canvas.shape(oval(0.28 + side * 0.14, -0.11, 0.16, 0.09), skin)
    canvas.shape(oval(0.28, -0.06, 0.28, 0.38), skin)
    tuft = ((0.2, -0.24), (0.36, -0.24), (0.28, -0.28))
    for x, y in tuft:
        canvas.stroke(disc(x, y, 0.085), darker(colour, 0.6), OUTLINE * 2)
    for x, y in tuft:
        canvas.flat(disc(x, y, 0.085), colour)
    for side in (-1, 1):
        look(canvas, 0.28 + side * 0.065, -0.08, 0.034, skin)
    smile(canvas, 0.28, 0.03, 0.1, CREAM if is_dark(skin) else BLACK)

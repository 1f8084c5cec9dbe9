"""A girl and a boy."""

from __future__ import annotations

from ...canvas import OUTLINE, Canvas, box, curve, disc, oval, polygon
from ...palette import CREAM, Colour, darker
from ..kit import contrast
from .body import arms, face, legs, person


@person("girl")
def girl(canvas: Canvas, colour: Colour, holding: bool) -> None:
    """A girl in a wide dress, with two bunches of hair and bows."""
    skin, hair = (248, 206, 172), (158, 78, 44)
    for side in (-1, 1):
        canvas.shape(oval(side * 0.31, -0.12, 0.17, 0.28), hair)
    legs(canvas, 0.085, skin, darker(colour, 0.4))
    arms(canvas, 0.1, holding, colour, skin)
    dress = curve(
        (-0.1, 0.0),
        ((0, 0.04), (0.1, 0.0)),
        ((0.16, 0.2), (0.29, 0.36)),
        ((0, 0.43), (-0.29, 0.36)),
        ((-0.16, 0.2), (-0.1, 0.0)),
        closed=True,
    )
    canvas.shape(dress, colour)
    with canvas.inside(dress):
        canvas.stroke(curve((-0.3, 0.325), ((0, 0.395), (0.3, 0.325))), contrast(colour), 0.035)
    canvas.stroke(dress, darker(colour, 0.72), OUTLINE)
    canvas.shape(disc(0, -0.2, 0.25), hair)
    canvas.shape(oval(0, -0.16, 0.42, 0.38), skin)
    fringe = curve(
        (-0.225, -0.16),
        ((-0.24, -0.43), (0, -0.43)),
        ((0.24, -0.43), (0.225, -0.16)),
        ((0.15, -0.2), (0.1, -0.29)),
        ((-0.06, -0.18), (-0.225, -0.16)),
        closed=True,
    )
    canvas.shape(fringe, hair)
    for side in (-1, 1):
        with canvas.placed(side * 0.25, -0.28, 1, side * 35):
            for wing in (-1, 1):
                canvas.shape(polygon((0, 0), (wing * 0.11, -0.07), (wing * 0.11, 0.07)), colour)
            canvas.shape(disc(0, 0, 0.035), colour)
    face(canvas, -0.14)


@person("boy")
def boy(canvas: Canvas, colour: Colour, holding: bool) -> None:
    """A boy in a shirt, shorts and a cap with a long peak."""
    skin, hair = (154, 98, 64), (52, 36, 36)
    legs(canvas, 0.1, skin, CREAM)
    arms(canvas, 0.1, holding, colour, skin)
    shorts = polygon(
        (-0.17, 0.2), (0.17, 0.2), (0.2, 0.385), (0.025, 0.385), (0, 0.31), (-0.025, 0.385), (-0.2, 0.385)
    )
    canvas.shape(shorts, darker(colour, 0.45))
    shirt = box(0, 0.12, 0.35, 0.27, 0.06)
    canvas.shape(shirt, colour)
    with canvas.inside(shirt):
        canvas.flat(box(0, 0.155, 0.5, 0.05), contrast(colour))
    canvas.stroke(shirt, darker(colour, 0.72), OUTLINE)
    for side in (-1, 1):
        canvas.shape(disc(side * 0.225, -0.13, 0.055), skin)
    canvas.shape(oval(0, -0.16, 0.46, 0.4), skin)
    for side in (-1, 1):
        canvas.flat(polygon((side * 0.23, -0.26), (side * 0.235, -0.15), (side * 0.17, -0.24)), hair)
    cap = curve((-0.25, -0.22), ((-0.26, -0.48), (0, -0.48)), ((0.25, -0.48), (0.25, -0.22)), closed=True)
    canvas.shape(cap, colour)
    canvas.shape(
        curve(
            (0.0, -0.22),
            ((0.14, -0.31), (0.42, -0.225)),
            ((0.42, -0.18), (0.2, -0.185)),
            ((0.1, -0.185), (0.0, -0.22)),
            closed=True,
        ),
        darker(colour, 0.3),
    )
    canvas.shape(disc(0, -0.465, 0.028), contrast(colour))
    face(canvas, -0.12)

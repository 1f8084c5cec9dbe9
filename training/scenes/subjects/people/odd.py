"""Who is not quite like other people: a robot, an astronaut, a snowman."""

from __future__ import annotations

import math

from ...canvas import OUTLINE, Canvas, arc, box, curve, disc, line, oval, polygon
from ...palette import BARK, BLUSH, COLOURS, CREAM, GLASS, GLOW, INK, STEEL, Colour, darker, lighter
from ..kit import contrast, smile, subject
from .body import LIFTED, face, limb, person


@person("robot")
def robot(canvas: Canvas, colour: Colour, holding: bool) -> None:
    """A square-headed robot with an antenna and a friendly screen."""
    limb = darker(colour, 0.3)
    for side in (-1, 1):
        canvas.shape(box(side * 0.1, 0.41, 0.1, 0.14, 0.02), limb)
        canvas.shape(box(side * 0.115, 0.47, 0.16, 0.07, 0.03), limb)
    canvas.shape(box(-0.255, 0.2, 0.1, 0.27, 0.05), limb)
    if holding:
        canvas.stroke(line((0.2, 0.15), LIFTED), darker(limb, 0.72), 0.115)
        canvas.stroke(line((0.2, 0.15), LIFTED), limb, 0.078)
    else:
        canvas.shape(box(0.255, 0.2, 0.1, 0.27, 0.05), limb)
    canvas.shape(box(0, 0.19, 0.42, 0.36, 0.06), colour)
    canvas.shape(box(0, 0.2, 0.24, 0.2, 0.03), lighter(colour, 0.55))
    canvas.flat(disc(-0.05, 0.2, 0.035), COLOURS["red"])
    canvas.flat(disc(0.05, 0.2, 0.035), GLOW)
    canvas.stroke(line((0, -0.32), (0, -0.42)), STEEL, 0.03)
    canvas.shape(disc(0, -0.44, 0.05), COLOURS["red"])
    for side in (-1, 1):
        canvas.shape(box(side * 0.27, -0.17, 0.07, 0.13, 0.02), STEEL)
    canvas.shape(box(0, -0.17, 0.5, 0.34, 0.08), colour)
    canvas.shape(box(0, -0.17, 0.4, 0.24, 0.06), (46, 52, 78))
    for side in (-1, 1):
        canvas.flat(disc(side * 0.1, -0.19, 0.052), (150, 240, 250))
        canvas.flat(disc(side * 0.1, -0.19, 0.022), (255, 255, 255))
    smile(canvas, 0, -0.13, 0.12, (150, 240, 250))


@person("astronaut")
def astronaut(canvas: Canvas, colour: Colour, holding: bool) -> None:
    """An astronaut whose face looks out of a great round helmet."""
    skin, dark = (214, 156, 112), darker(colour, 0.28)
    canvas.shape(box(0, 0.12, 0.52, 0.36, 0.08), STEEL)
    for side in (-1, 1):
        canvas.shape(box(side * 0.115, 0.38, 0.17, 0.18, 0.04), colour)
        canvas.shape(box(side * 0.125, 0.44, 0.22, 0.085, 0.04), dark)
    for end in ((-0.31, 0.22), LIFTED if holding else (0.31, 0.22)):
        limb(canvas, (math.copysign(0.16, end[0]), 0.1), end, 0.145, colour)
        canvas.shape(disc(*end, 0.072), dark)
    canvas.shape(box(0, 0.17, 0.4, 0.34, 0.11), colour)
    canvas.shape(box(0, 0.2, 0.22, 0.14, 0.03), lighter(colour, 0.55) if min(colour) < 200 else (206, 214, 226))
    canvas.flat(disc(-0.055, 0.2, 0.032), COLOURS["red"])
    canvas.flat(disc(0.055, 0.2, 0.032), COLOURS["blue"])
    for side in (-1, 1):
        canvas.shape(box(side * 0.27, -0.19, 0.07, 0.14, 0.03), STEEL)
    canvas.shape(disc(0, -0.2, 0.275), colour)
    glass = oval(0, -0.19, 0.43, 0.38)
    canvas.shape(glass, (44, 56, 96))
    with canvas.inside(glass):
        canvas.shape(oval(0, -0.14, 0.32, 0.3), skin)
        canvas.flat(oval(0, -0.275, 0.3, 0.1), (58, 38, 36))
        face(canvas, -0.15, 0.08)
        canvas.stroke(arc(0, -0.19, 0.36, 0.31, 195, 50), GLASS, 0.03)
    canvas.stroke(glass, darker(colour, 0.72), OUTLINE)


@subject("snowman")
def snowman(canvas: Canvas, colour: Colour) -> None:
    """A snowman of two great balls with a top hat, a carrot nose, a scarf and twigs for arms."""
    coal, scarf = INK if sum(colour) > 300 else CREAM, contrast(colour)
    for side in (-1, 1):
        for twig in (line((side * 0.2, 0.16), (side * 0.45, 0.0)), line((side * 0.37, 0.05), (side * 0.46, 0.11))):
            canvas.stroke(twig, darker(BARK, 0.35), 0.035)
    canvas.shape(disc(0, 0.22, 0.26), colour)
    for y in (0.18, 0.3):
        canvas.flat(disc(0, y, 0.032), coal)
    canvas.shape(disc(0, -0.15, 0.2), colour)
    canvas.shape(box(0.1, 0.13, 0.09, 0.19, 0.03), scarf)
    canvas.shape(
        curve(
            (-0.19, -0.01),
            ((0, 0.07), (0.19, -0.01)),
            ((0.24, 0.04), (0.2, 0.08)),
            ((0, 0.16), (-0.2, 0.08)),
            ((-0.24, 0.04), (-0.19, -0.01)),
            closed=True,
        ),
        scarf,
    )
    for side in (-1, 1):
        canvas.flat(disc(side * 0.075, -0.19, 0.034), coal)
        canvas.flat(oval(side * 0.13, -0.12, 0.07, 0.05), BLUSH, 0.7)
    canvas.stroke(arc(0, -0.1, 0.15, 0.1, 20, 140), coal, 0.022)
    canvas.shape(polygon((-0.02, -0.165), (0.17, -0.125), (-0.02, -0.1)), COLOURS["orange"], OUTLINE * 0.8)
    canvas.shape(box(0, -0.405, 0.26, 0.17, 0.02), (58, 56, 72))
    canvas.flat(box(0, -0.355, 0.245, 0.045), scarf if min(colour) > 200 else COLOURS["red"])
    canvas.shape(box(0, -0.315, 0.42, 0.05, 0.025), (58, 56, 72))

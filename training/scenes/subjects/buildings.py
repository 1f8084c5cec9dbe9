"""Buildings."""

from __future__ import annotations

from ..canvas import OUTLINE, Canvas, box, curve, disc, line, oval, polygon
from ..palette import BARK, COLOURS, GLASS, GLOW, INK, Colour, darker, lighter
from .kit import subject


@subject("castle")
def castle(canvas: Canvas, colour: Colour) -> None:
    """A castle: a wall with a gate, three towers with pointed roofs, flags."""
    wall = lighter(colour, 0.5)
    roof = darker(colour, 0.12) if min(colour) < 200 else COLOURS["blue"]
    canvas.shape(box(0, 0.02, 0.24, 0.5), lighter(colour, 0.38))
    canvas.stroke(line((0, -0.42), (0, -0.5)), INK, 0.015)
    canvas.shape(polygon((-0.16, -0.2), (0, -0.46), (0.16, -0.2)), roof)
    canvas.flat(oval(0, -0.08, 0.07, 0.11), darker(colour, 0.7))
    merlons = [(-0.28, 0.48), (-0.28, 0.1)]
    for step in range(4):
        x = -0.28 + step * 0.16
        merlons += [(x, 0.05), (x + 0.08, 0.05), (x + 0.08, 0.12), (x + 0.16, 0.12)]
    canvas.shape(polygon(*merlons[:-2], (0.28, 0.05), (0.28, 0.48)), wall)
    for side in (-1, 1):
        canvas.shape(box(side * 0.32, 0.18, 0.22, 0.6), wall)
        canvas.shape(polygon((side * 0.32 - 0.16, -0.11), (side * 0.32, -0.37), (side * 0.32 + 0.16, -0.11)), roof)
        canvas.flat(oval(side * 0.32, 0.06, 0.07, 0.12), darker(colour, 0.7))
    gate = curve((-0.1, 0.48), ((-0.11, 0.2), (0, 0.2)), ((0.11, 0.2), (0.1, 0.48)), closed=True)
    canvas.shape(gate, BARK)
    canvas.flat(polygon((0, -0.5), (0.13, -0.46), (0, -0.42)), COLOURS["red"])


@subject("house")
def house(canvas: Canvas, colour: Colour) -> None:
    """A cottage with a coloured roof, a door, two windows and a smoking chimney."""
    canvas.shape(box(0.24, -0.28, 0.11, 0.26), darker(colour, 0.35))
    canvas.shape(box(0, 0.2, 0.74, 0.52), _wall(colour))
    canvas.shape(polygon((-0.5, 0.0), (0, -0.45), (0.5, 0.0)), colour)
    canvas.shape(disc(0, -0.17, 0.07), GLASS)
    door = curve((-0.09, 0.46), ((-0.1, 0.14), (0, 0.14)), ((0.1, 0.14), (0.09, 0.46)), closed=True)
    canvas.shape(door, BARK)
    canvas.flat(disc(0.05, 0.33, 0.017), GLOW)
    for side in (-1, 1):
        canvas.shape(box(side * 0.235, 0.2, 0.17, 0.17), GLOW)
        canvas.stroke(line((side * 0.235, 0.12), (side * 0.235, 0.28)), darker(colour, 0.6), 0.018)
        canvas.stroke(line((side * 0.235 - 0.08, 0.2), (side * 0.235 + 0.08, 0.2)), darker(colour, 0.6), 0.018)


def _wall(colour: Colour) -> Colour:
    """A house wall: cream with a breath of the roof's colour."""
    return lighter(colour, 0.82) if min(colour) < 200 else (224, 200, 170)


@subject("lighthouse")
def lighthouse(canvas: Canvas, colour: Colour) -> None:
    """A striped lighthouse on a rock, with its beams of light."""
    for side in (-1, 1):
        canvas.flat(polygon((side * 0.05, -0.36), (side * 0.5, -0.47), (side * 0.5, -0.25)), (255, 240, 170), 0.75)
    canvas.shape(
        curve((-0.3, 0.5), ((-0.24, 0.36), (0, 0.38)), ((0.24, 0.36), (0.3, 0.5)), closed=True), (126, 116, 122)
    )
    tower = polygon((-0.16, 0.42), (-0.1, -0.27), (0.1, -0.27), (0.16, 0.42))
    pale = (250, 246, 238) if min(colour) < 200 else (90, 122, 170)
    canvas.shape(tower, pale)
    with canvas.inside(tower):
        for y in (-0.18, 0.06, 0.3):
            canvas.flat(box(0, y, 0.5, 0.12), colour)
    canvas.stroke(tower, darker(colour, 0.72), OUTLINE)
    canvas.shape(box(0, -0.36, 0.13, 0.14), GLOW)
    canvas.shape(box(0, -0.28, 0.27, 0.045, 0.01), darker(colour, 0.35))
    canvas.shape(
        curve((-0.12, -0.42), ((-0.08, -0.5), (0, -0.51)), ((0.08, -0.5), (0.12, -0.42)), closed=True), colour
    )
    canvas.flat(box(0, 0.36, 0.08, 0.12, 0.03), darker(BARK, 0.4))


@subject("skyscraper")
def skyscraper(canvas: Canvas, colour: Colour) -> None:
    """One very tall tower that steps in twice, with rows of lit windows and a spire."""
    pane = _pane(colour)
    canvas.stroke(line((0, -0.34), (0, -0.485)), darker(colour, 0.72), 0.034)
    canvas.flat(disc(0, -0.47, 0.03), COLOURS["red"])
    tiers = ((-0.37, 0.17, (0.0,), 1), (-0.25, 0.31, (-0.07, 0.07), 4), (0.17, 0.45, (-0.14, 0.0, 0.14), 2))
    for top, width, columns, rows in tiers:
        tier = box(0, (top + 0.48) / 2, width, 0.48 - top, 0.015)
        canvas.shape(tier, colour)
        with canvas.inside(tier):
            canvas.flat(box(width / 2, 0.1, 0.07, 1.2), darker(colour, 0.2))
        canvas.stroke(tier, darker(colour, 0.72), OUTLINE)
        for row in range(rows):
            for x in columns:
                canvas.flat(box(x, top + 0.065 + row * 0.1, 0.075, 0.058), pane)
    canvas.shape(box(0, 0.425, 0.15, 0.11, 0.01), pane, OUTLINE * 0.8)


def _pane(colour: Colour) -> Colour:
    """A window that shows on the wall: lit on a dark wall, deep blue on a bright one."""
    return (58, 84, 140) if colour[0] * 0.3 + colour[1] * 0.6 + colour[2] * 0.1 > 154 else (255, 226, 130)


@subject("windmill")
def windmill(canvas: Canvas, colour: Colour) -> None:
    """A windmill: a tower with a dark cap and four broad sails."""
    tower = polygon((-0.28, 0.48), (-0.16, -0.14), (0.16, -0.14), (0.28, 0.48))
    canvas.shape(tower, colour)
    cap = curve((-0.19, -0.12), ((-0.16, -0.34), (0, -0.34)), ((0.16, -0.34), (0.19, -0.12)), closed=True)
    canvas.shape(cap, darker(colour, 0.4))
    door = curve((-0.075, 0.48), ((-0.08, 0.27), (0, 0.27)), ((0.08, 0.27), (0.075, 0.48)), closed=True)
    canvas.shape(door, BARK)
    canvas.shape(disc(0, 0.16, 0.05), GLOW, OUTLINE * 0.8)
    cloth = lighter(colour, 0.6) if min(colour) < 200 else (255, 236, 196)
    for turn in (25, 115, 205, 295):
        with canvas.placed(0, -0.14, 1, turn):
            canvas.stroke(line((0, 0), (0, -0.37)), BARK, 0.04)
            canvas.shape(polygon((0.0, -0.09), (0.14, -0.09), (0.15, -0.37), (0.0, -0.37)), cloth)
            canvas.stroke(line((0.01, -0.23), (0.13, -0.23)), darker(colour, 0.6), 0.02)
    canvas.shape(disc(0, -0.14, 0.055), BARK)


@subject("tent")
def tent(canvas: Canvas, colour: Colour) -> None:
    """A tent from the front: two broad sloping sides, the flaps open, poles that cross above."""
    for side in (-1, 1):
        canvas.stroke(line((side * 0.08, -0.4), (-side * 0.06, -0.2)), darker(BARK, 0.2), 0.04)
    body = curve((-0.48, 0.48), ((-0.22, 0.18), (-0.03, -0.28)), ((0, -0.31), (0.03, -0.28)), closed=False)
    body.quadTo(0.22, 0.18, 0.48, 0.48).close()
    canvas.shape(body, colour)
    with canvas.inside(body):
        for side in (-1, 1):
            canvas.flat(polygon((side * 0.3, 0.5), (side * 0.02, -0.3), (side * 0.7, 0.5)), darker(colour, 0.2))
    canvas.stroke(body, darker(colour, 0.72), OUTLINE)
    canvas.shape(polygon((0, 0.0), (0.19, 0.48), (-0.19, 0.48)), darker(colour, 0.7))
    for side in (-1, 1):
        flap = curve(
            (0, -0.02),
            ((side * 0.17, 0.1), (side * 0.25, 0.3)),
            ((side * 0.22, 0.38), (side * 0.16, 0.4)),
            ((side * 0.07, 0.2), (0, -0.02)),
            closed=True,
        )
        canvas.shape(flap, lighter(colour, 0.55), OUTLINE * 0.8)

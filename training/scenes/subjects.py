"""The subjects: one small function each, drawn in a frame of -0.5..0.5 around its middle, in the colour given."""

from __future__ import annotations

import math
from collections.abc import Callable

from .canvas import OUTLINE, Canvas, Point, arc, box, curve, disc, line, oval, polygon, star
from .palette import BARK, BLACK, BLUSH, COLOURS, CREAM, GLASS, GLOW, INK, LEAF, STEEL, Colour, darker, lighter

Painter = Callable[[Canvas, Colour], None]
PAINTERS: dict[str, Painter] = {}
"""Every subject's painter by name; the names are those of ``world.SUBJECTS`` plus the poses of those that hold."""

HANDS: dict[str, Point] = {"robot": (0.4, 0.04), "cat": (0.4, 0.06)}
"""Where the hand is, in the subject's own frame, when it holds something."""


def subject(name: str) -> Callable[[Painter], Painter]:
    """Register a painter."""

    def register(painter: Painter) -> Painter:
        PAINTERS[name] = painter
        return painter

    return register


def _eye(canvas: Canvas, x: float, y: float, radius: float) -> None:
    canvas.flat(disc(x, y, radius), BLACK)
    canvas.flat(disc(x - radius * 0.3, y - radius * 0.35, radius * 0.38), (255, 255, 255))


def _smile(canvas: Canvas, x: float, y: float, width: float, ink: Colour = INK) -> None:
    canvas.stroke(arc(x, y, width, width * 0.8, 20, 140), ink, 0.02)


def _contrast(colour: Colour) -> Colour:
    """A trim that shows on the colour: cream, or a warm red where the colour is already pale."""
    return COLOURS["red"] if min(colour) > 200 else CREAM


def _robot(canvas: Canvas, colour: Colour, holding: bool) -> None:
    limb = darker(colour, 0.3)
    for side in (-1, 1):
        canvas.shape(box(side * 0.1, 0.41, 0.1, 0.14, 0.02), limb)
        canvas.shape(box(side * 0.115, 0.47, 0.16, 0.07, 0.03), limb)
    canvas.shape(box(-0.255, 0.2, 0.1, 0.27, 0.05), limb)
    if holding:
        canvas.stroke(line((0.2, 0.14), (0.38, 0.06)), darker(limb, 0.72), 0.115)
        canvas.stroke(line((0.2, 0.14), (0.38, 0.06)), limb, 0.078)
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
    _smile(canvas, 0, -0.13, 0.12, (150, 240, 250))


@subject("robot")
def robot(canvas: Canvas, colour: Colour) -> None:
    """A square-headed robot with an antenna and a friendly screen."""
    _robot(canvas, colour, holding=False)


@subject("robot holding")
def robot_holding(canvas: Canvas, colour: Colour) -> None:
    """The robot with one arm lifted."""
    _robot(canvas, colour, holding=True)


def _cat(canvas: Canvas, colour: Colour, holding: bool) -> None:
    tail = curve((-0.15, 0.42), ((-0.42, 0.46), (-0.38, 0.2)), ((-0.36, 0.08), (-0.28, 0.1)))
    canvas.stroke(tail, darker(colour, 0.72), 0.12)
    canvas.stroke(tail, colour, 0.08)
    body = curve((-0.24, 0.48), ((-0.26, 0.02), (0, 0.0)), ((0.26, 0.02), (0.24, 0.48)), closed=True)
    canvas.shape(body, colour)
    canvas.flat(oval(0, 0.32, 0.22, 0.3), lighter(colour, 0.5))
    for side in (-1, 1):
        canvas.shape(oval(side * 0.1, 0.46, 0.16, 0.09), lighter(colour, 0.3))
    if holding:
        canvas.stroke(line((0.14, 0.18), (0.38, 0.07)), darker(colour, 0.72), 0.125)
        canvas.stroke(line((0.14, 0.18), (0.38, 0.07)), colour, 0.085)
    for side in (-1, 1):
        ear = polygon((side * 0.29, -0.18), (side * 0.27, -0.5), (side * 0.05, -0.33))
        canvas.shape(ear, colour)
        canvas.flat(polygon((side * 0.25, -0.26), (side * 0.245, -0.42), (side * 0.13, -0.33)), BLUSH)
    canvas.shape(oval(0, -0.16, 0.62, 0.46), colour)
    for side in (-1, 1):
        _eye(canvas, side * 0.13, -0.18, 0.062)
        canvas.flat(oval(side * 0.21, -0.08, 0.1, 0.06), BLUSH, 0.7)
        for tilt in (-0.025, 0.025):
            canvas.stroke(line((side * 0.2, -0.07 + tilt), (side * 0.38, -0.08 + tilt * 2.4)), INK, 0.012)
    canvas.flat(polygon((-0.035, -0.11), (0.035, -0.11), (0, -0.07)), (226, 100, 120))
    for side in (-1, 1):
        canvas.stroke(arc(side * 0.04, -0.065, 0.08, 0.07, 10, 160), INK, 0.016)


@subject("cat")
def cat(canvas: Canvas, colour: Colour) -> None:
    """A sitting cat with pointed ears, whiskers and a curled tail."""
    _cat(canvas, colour, holding=False)


@subject("cat holding")
def cat_holding(canvas: Canvas, colour: Colour) -> None:
    """The cat with one paw lifted."""
    _cat(canvas, colour, holding=True)


@subject("flower")
def flower(canvas: Canvas, colour: Colour) -> None:
    """A big round-petalled flower on a stem with two leaves."""
    stem = curve((0.0, 0.5), ((0.03, 0.2), (0, -0.1)))
    canvas.stroke(stem, darker(LEAF, 0.72), 0.078)
    canvas.stroke(stem, LEAF, 0.045)
    for side, y in ((-1, 0.36), (1, 0.28)):
        leaf = curve((0.01, y), ((side * 0.1, y - 0.2), (side * 0.3, y - 0.14)), ((side * 0.2, y + 0.06), (0.01, y)))
        canvas.shape(leaf, LEAF)
    for petal in range(7):
        angle = petal * math.tau / 7 - math.pi / 2
        canvas.shape(disc(0.19 * math.cos(angle), -0.2 + 0.19 * math.sin(angle), 0.108), colour)
    canvas.shape(disc(0, -0.2, 0.125), (150, 92, 50) if colour[2] < 120 and colour[1] > 180 else GLOW)
    for side in (-1, 1):
        _eye(canvas, side * 0.045, -0.215, 0.019)
    _smile(canvas, 0, -0.19, 0.08)


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


@subject("tree")
def tree(canvas: Canvas, colour: Colour) -> None:
    """A tree: a brown trunk and a round crown of leaves."""
    trunk = curve(
        (-0.12, 0.5), ((-0.04, 0.3), (-0.06, 0.05)), ((0, 0), (0.06, 0.05)), ((0.04, 0.3), (0.12, 0.5)), closed=True
    )
    canvas.shape(trunk, BARK)
    crown = (
        (-0.22, 0.02, 0.19),
        (0.22, 0.02, 0.19),
        (-0.15, -0.2, 0.2),
        (0.16, -0.2, 0.2),
        (0, -0.3, 0.19),
        (0, -0.04, 0.24),
    )
    for x, y, radius in crown:
        canvas.stroke(disc(x, y, radius), darker(colour, 0.72), OUTLINE)
    for x, y, radius in crown:
        canvas.flat(disc(x, y, radius), colour)
    for x, y, radius in ((-0.15, -0.24, 0.1), (0.12, -0.3, 0.08), (-0.25, -0.02, 0.07)):
        canvas.flat(disc(x, y, radius), lighter(colour, 0.25))
    for x, y, radius in ((0.2, 0.08, 0.09), (-0.02, 0.12, 0.08)):
        canvas.flat(disc(x, y, radius), darker(colour, 0.18))


@subject("boat")
def boat(canvas: Canvas, colour: Colour) -> None:
    """A sailing boat with two sails and a wooden hull."""
    canvas.stroke(line((0, -0.46), (0, 0.25)), BARK, 0.035)
    canvas.shape(polygon((0.04, -0.44), (0.04, 0.14), (0.42, 0.14)), colour)
    canvas.shape(polygon((-0.04, -0.34), (-0.04, 0.14), (-0.34, 0.14)), lighter(colour, 0.5))
    canvas.flat(polygon((0, -0.5), (-0.14, -0.46), (0, -0.42)), COLOURS["red"])
    hull = curve(
        (-0.46, 0.2),
        ((0, 0.26), (0.48, 0.18)),
        ((0.42, 0.44), (0.22, 0.44)),
        ((0, 0.45), (-0.22, 0.44)),
        ((-0.4, 0.42), (-0.46, 0.2)),
        closed=True,
    )
    canvas.shape(hull, BARK)
    with canvas.inside(hull):
        canvas.flat(box(0, 0.33, 1, 0.05), _contrast(BARK))


@subject("moon")
def moon(canvas: Canvas, colour: Colour) -> None:
    """A sleeping crescent moon with small stars."""
    crescent = curve(
        (0.12, -0.5),
        ((-0.5, -0.42), (-0.48, 0.02)),
        ((-0.44, 0.46), (0.12, 0.5)),
        ((0.4, 0.46), (0.48, 0.24)),
        ((0.02, 0.36), (-0.06, 0.0)),
        ((-0.1, -0.34), (0.12, -0.5)),
        closed=True,
    )
    canvas.halo(-0.05, 0.0, 0.75, GLOW, 0.35)
    canvas.shape(crescent, colour)
    canvas.stroke(arc(-0.24, -0.06, 0.13, 0.1, 15, 150), INK, 0.022)
    canvas.stroke(arc(-0.14, 0.14, 0.14, 0.1, 20, 120), INK, 0.022)
    canvas.flat(oval(-0.3, 0.09, 0.11, 0.08), BLUSH, 0.7)
    for x, y, radius in ((0.24, -0.14, 0.1), (0.42, -0.38, 0.06), (0.38, 0.06, 0.05)):
        canvas.shape(star(x, y, radius), GLOW, OUTLINE * 0.6)


@subject("car")
def car(canvas: Canvas, colour: Colour) -> None:
    """A small round car seen from the side."""
    cabin = curve((-0.32, 0.02), ((-0.26, -0.27), (-0.06, -0.27)), ((0.2, -0.28), (0.3, 0.02)), closed=True)
    canvas.shape(cabin, colour)
    canvas.shape(polygon((-0.24, 0.0), (-0.18, -0.19), (-0.04, -0.2), (-0.04, 0.0)), GLASS, OUTLINE * 0.7)
    canvas.shape(polygon((0.02, 0.0), (0.02, -0.2), (0.12, -0.18), (0.22, 0.0)), GLASS, OUTLINE * 0.7)
    canvas.shape(box(0, 0.09, 0.96, 0.22, 0.1), colour)
    canvas.shape(disc(0.42, 0.06, 0.045), GLOW, OUTLINE * 0.7)
    canvas.flat(box(-0.45, 0.06, 0.04, 0.07, 0.01), COLOURS["red"])
    canvas.stroke(line((-0.01, 0.03), (-0.01, 0.16)), darker(colour, 0.5), 0.012)
    for x in (-0.27, 0.27):
        canvas.flat(disc(x, 0.19, 0.135), BLACK)
        canvas.flat(disc(x, 0.19, 0.068), (214, 218, 226))


@subject("rocket")
def rocket(canvas: Canvas, colour: Colour) -> None:
    """A rocket with fins, a round window and a flame."""
    trim = COLOURS["red"] if colour[0] < 200 or min(colour) > 110 else (70, 92, 150)
    canvas.flat(
        curve((-0.1, 0.27), ((-0.12, 0.42), (0, 0.52)), ((0.12, 0.42), (0.1, 0.27)), closed=True), (250, 140, 44)
    )
    canvas.flat(
        curve((-0.055, 0.27), ((-0.06, 0.36), (0, 0.43)), ((0.06, 0.36), (0.055, 0.27)), closed=True), (255, 226, 110)
    )
    for side in (-1, 1):
        fin = curve(
            (side * 0.13, 0.04),
            ((side * 0.3, 0.1), (side * 0.3, 0.34)),
            ((side * 0.2, 0.24), (side * 0.11, 0.26)),
            closed=True,
        )
        canvas.shape(fin, trim)
    canvas.shape(box(0, 0.27, 0.2, 0.07, 0.02), STEEL)
    body = curve(
        (0, -0.5),
        ((0.2, -0.32), (0.18, -0.02)),
        ((0.17, 0.16), (0.12, 0.26)),
        ((0, 0.28), (-0.12, 0.26)),
        ((-0.17, 0.16), (-0.18, -0.02)),
        ((-0.2, -0.32), (0, -0.5)),
        closed=True,
    )
    canvas.shape(body, colour)
    with canvas.inside(body):
        canvas.flat(polygon((-0.3, -0.6), (0.3, -0.6), (0.3, -0.3), (-0.3, -0.3)), trim)
    canvas.stroke(body, darker(colour, 0.72), OUTLINE)
    canvas.shape(disc(0, -0.1, 0.095), CREAM)
    canvas.shape(disc(0, -0.1, 0.066), GLASS, OUTLINE * 0.6)


@subject("fish")
def fish(canvas: Canvas, colour: Colour) -> None:
    """A round fish with a tail, stripes and bubbles."""
    fin = darker(colour, 0.15) if min(colour) < 200 else (250, 190, 120)
    canvas.shape(
        curve(
            (0.2, 0), ((0.34, -0.14), (0.5, -0.22)), ((0.42, 0.0), (0.5, 0.22)), ((0.34, 0.14), (0.2, 0)), closed=True
        ),
        fin,
    )
    canvas.shape(curve((-0.14, -0.2), ((0.02, -0.38), (0.16, -0.3)), ((0.12, -0.2), (0.14, -0.12)), closed=True), fin)
    body = oval(-0.08, 0, 0.66, 0.46)
    canvas.shape(body, colour)
    with canvas.inside(body):
        for x in (-0.02, 0.13):
            canvas.flat(box(x, 0, 0.055, 0.6), _contrast(colour))
    canvas.stroke(body, darker(colour, 0.72), OUTLINE)
    canvas.shape(
        curve((-0.03, 0.05), ((0.1, 0.04), (0.1, 0.14)), ((0.0, 0.17), (-0.03, 0.05)), closed=True),
        fin,
        OUTLINE * 0.7,
    )
    canvas.flat(disc(-0.25, -0.06, 0.068), (255, 255, 255))
    _eye(canvas, -0.26, -0.055, 0.042)
    canvas.stroke(arc(-0.31, 0.06, 0.14, 0.1, 10, 110), INK, 0.018)
    for x, y, radius in ((-0.44, -0.2, 0.035), (-0.47, -0.33, 0.026)):
        canvas.stroke(disc(x, y, radius), (255, 255, 255), 0.014)


@subject("balloon")
def balloon(canvas: Canvas, colour: Colour) -> None:
    """A toy balloon with a shine, a knot and a string."""
    string = curve((0, 0.13), ((0.07, 0.22), (0, 0.31)), ((-0.06, 0.4), (0.01, 0.5)))
    canvas.stroke(string, darker(CREAM, 0.65), 0.02)
    canvas.shape(polygon((0, 0.09), (-0.05, 0.16), (0.05, 0.16)), colour)
    body = curve(
        (0, 0.11),
        ((-0.27, -0.02), (-0.27, -0.23)),
        ((-0.26, -0.5), (0, -0.5)),
        ((0.26, -0.5), (0.27, -0.23)),
        ((0.27, -0.02), (0, 0.11)),
        closed=True,
    )
    canvas.shape(body, colour)
    canvas.flat(oval(-0.11, -0.31, 0.09, 0.17), lighter(colour, 0.6))


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


@subject("mushroom")
def mushroom(canvas: Canvas, colour: Colour) -> None:
    """A mushroom with a spotted cap and a face on its stem."""
    stem = curve(
        (-0.13, -0.02),
        ((-0.12, 0.2), (-0.19, 0.44)),
        ((0, 0.52), (0.19, 0.44)),
        ((0.12, 0.2), (0.13, -0.02)),
        closed=True,
    )
    canvas.shape(stem, CREAM)
    for side in (-1, 1):
        _eye(canvas, side * 0.065, 0.18, 0.028)
        canvas.flat(oval(side * 0.1, 0.25, 0.06, 0.04), BLUSH, 0.7)
    _smile(canvas, 0, 0.235, 0.09)
    cap = curve(
        (-0.48, 0.04),
        ((-0.46, -0.46), (0, -0.47)),
        ((0.46, -0.46), (0.48, 0.04)),
        ((0, 0.14), (-0.48, 0.04)),
        closed=True,
    )
    canvas.shape(cap, colour)
    spots = (255, 250, 240) if min(colour) < 200 else COLOURS["red"]
    with canvas.inside(cap):
        for x, y, radius in ((0.0, -0.28, 0.095), (-0.26, -0.14, 0.08), (0.27, -0.15, 0.08), (0.02, -0.03, 0.065)):
            canvas.flat(disc(x, y, radius), spots)

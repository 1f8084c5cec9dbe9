"""Vehicles."""

from __future__ import annotations

from ..canvas import OUTLINE, Canvas, box, curve, disc, line, oval, polygon
from ..palette import BARK, BLACK, COLOURS, CREAM, GLASS, GLOW, STEEL, Colour, darker, lighter
from .kit import contrast, subject


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
        canvas.flat(box(0, 0.33, 1, 0.05), contrast(BARK))


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


def _wheel(canvas: Canvas, x: float, y: float, radius: float, hub: Colour) -> None:
    canvas.flat(disc(x, y, radius), BLACK)
    canvas.flat(disc(x, y, radius * 0.52), hub)


@subject("bus")
def bus(canvas: Canvas, colour: Colour) -> None:
    """A long, tall bus from the side: one row of large windows, a door, two wheels."""
    body = box(0, 0.09, 0.96, 0.62, 0.08)
    canvas.shape(body, colour)
    with canvas.inside(body):
        canvas.flat(box(0, -0.21, 1, 0.05), darker(colour, 0.35))
        canvas.flat(box(0, 0.21, 1, 0.055), contrast(colour))
    canvas.stroke(body, darker(colour, 0.72), OUTLINE)
    for x in (-0.36, -0.15, 0.06):
        canvas.shape(box(x, -0.03, 0.17, 0.2, 0.025), GLASS, OUTLINE * 0.8)
    canvas.shape(box(0.315, 0.12, 0.2, 0.5, 0.025), GLASS, OUTLINE * 0.8)
    canvas.stroke(line((0.315, -0.1), (0.315, 0.35)), darker(colour, 0.72), 0.02)
    canvas.shape(disc(0.46, 0.29, 0.035), GLOW, OUTLINE * 0.7)
    for x in (-0.27, 0.12):
        _wheel(canvas, x, 0.37, 0.115, (214, 218, 226))


@subject("train")
def train(canvas: Canvas, colour: Colour) -> None:
    """A steam engine with its wagon: chimney and smoke, a cab, a boiler, a row of wheels."""
    for x, y, radius in ((0.27, -0.22, 0.075), (0.13, -0.33, 0.105), (-0.07, -0.4, 0.08)):
        canvas.shape(disc(x, y, radius), (236, 236, 240), OUTLINE * 0.7)
    dark = darker(colour, 0.5)
    canvas.stroke(line((-0.4, 0.33), (0.4, 0.33)), BLACK, 0.05)
    _wagon(canvas, colour)
    canvas.shape(polygon((0.38, 0.26), (0.42, 0.26), (0.5, 0.46), (0.34, 0.46)), dark)
    canvas.shape(polygon((0.22, 0.1), (0.24, -0.04), (0.2, -0.13), (0.38, -0.13), (0.34, -0.04), (0.36, 0.1)), dark)
    canvas.shape(box(0.22, 0.17, 0.44, 0.26, 0.08), colour)
    canvas.flat(box(0.17, 0.17, 0.045, 0.25), contrast(colour))
    canvas.shape(box(-0.02, 0.11, 0.24, 0.38, 0.02), colour)
    canvas.shape(box(-0.02, 0.04, 0.13, 0.13, 0.015), GLASS, OUTLINE * 0.8)
    canvas.shape(box(-0.02, -0.1, 0.31, 0.06, 0.03), dark)
    canvas.shape(disc(0.42, 0.13, 0.045), GLOW, OUTLINE * 0.7)
    _wheel(canvas, -0.02, 0.36, 0.12, contrast(colour))
    for x in (0.18, 0.33):
        _wheel(canvas, x, 0.405, 0.075, contrast(colour))


def _wagon(canvas: Canvas, colour: Colour) -> None:
    """An open wagon full of coal behind the engine."""
    coal = curve((-0.46, 0.1), ((-0.42, -0.03), (-0.33, 0.0)), ((-0.22, -0.04), (-0.2, 0.1)), closed=True)
    canvas.shape(coal, (70, 66, 78))
    canvas.shape(polygon((-0.49, 0.08), (-0.17, 0.08), (-0.2, 0.32), (-0.46, 0.32)), lighter(colour, 0.12))
    canvas.flat(box(-0.33, 0.19, 0.25, 0.05), contrast(colour))
    for x in (-0.41, -0.25):
        _wheel(canvas, x, 0.405, 0.075, contrast(colour))


@subject("airplane")
def airplane(canvas: Canvas, colour: Colour) -> None:
    """A plump airplane in flight, nose to the right: tail fin, a wing towards us, round windows."""
    with canvas.placed(0.025, -0.03, 0.95, -8):
        wing = darker(colour, 0.14)
        canvas.shape(polygon((-0.02, -0.1), (0.14, -0.1), (-0.06, -0.34), (-0.16, -0.34)), wing)
        canvas.shape(polygon((-0.46, -0.34), (-0.34, -0.34), (-0.16, -0.06), (-0.4, 0.0)), wing)
        body = curve(
            (-0.48, -0.08),
            ((-0.1, -0.2), (0.2, -0.17)),
            ((0.48, -0.14), (0.48, 0.03)),
            ((0.44, 0.15), (0.2, 0.16)),
            ((-0.24, 0.16), (-0.48, -0.08)),
            closed=True,
        )
        canvas.shape(body, colour)
        canvas.shape(
            curve((0.3, -0.12), ((0.4, -0.1), (0.44, -0.02)), ((0.36, -0.01), (0.29, -0.01)), closed=True), GLASS
        )
        for x in (-0.14, 0.0, 0.14):
            canvas.shape(disc(x, -0.06, 0.042), GLASS, OUTLINE * 0.8)
        canvas.shape(polygon((-0.04, 0.06), (0.16, 0.06), (-0.1, 0.4), (-0.22, 0.4)), lighter(colour, 0.2))
        canvas.shape(box(-0.42, -0.06, 0.2, 0.055, 0.027), wing)

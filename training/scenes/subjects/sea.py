"""Animals of the sea."""

from __future__ import annotations

from ..canvas import OUTLINE, Canvas, arc, box, curve, disc, line, oval
from ..palette import BLUSH, CREAM, INK, Colour, darker, lighter
from .kit import contrast, eye, smile, subject

_WATER: Colour = (150, 214, 246)


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
            canvas.flat(box(x, 0, 0.055, 0.6), contrast(colour))
    canvas.stroke(body, darker(colour, 0.72), OUTLINE)
    canvas.shape(
        curve((-0.03, 0.05), ((0.1, 0.04), (0.1, 0.14)), ((0.0, 0.17), (-0.03, 0.05)), closed=True),
        fin,
        OUTLINE * 0.7,
    )
    canvas.flat(disc(-0.25, -0.06, 0.068), (255, 255, 255))
    eye(canvas, -0.26, -0.055, 0.042)
    canvas.stroke(arc(-0.31, 0.06, 0.14, 0.1, 10, 110), INK, 0.018)
    for x, y, radius in ((-0.44, -0.2, 0.035), (-0.47, -0.33, 0.026)):
        canvas.stroke(disc(x, y, radius), (255, 255, 255), 0.014)


@subject("whale")
def whale(canvas: Canvas, colour: Colour) -> None:
    """A big-headed whale that swims to the right with its tail up and blows a fountain."""
    for side in (-1, 1):
        spout = curve((0.14, -0.2), ((0.14, -0.44), (0.14 + side * 0.17, -0.33)))
        canvas.stroke(spout, darker(_WATER, 0.5), 0.085)
        canvas.stroke(spout, _WATER, 0.05)
    body = curve(
        (-0.19, 0.04),
        ((-0.05, -0.23), (0.16, -0.23)),
        ((0.48, -0.22), (0.48, 0.09)),
        ((0.48, 0.41), (0.1, 0.41)),
        ((-0.37, 0.4), (-0.41, -0.06)),
        ((-0.52, -0.06), (-0.49, -0.31)),
        ((-0.38, -0.29), (-0.34, -0.19)),
        ((-0.26, -0.31), (-0.15, -0.29)),
        ((-0.14, -0.1), (-0.29, -0.05)),
        ((-0.27, 0.12), (-0.19, 0.04)),
        closed=True,
    )
    canvas.shape(body, colour)
    with canvas.inside(body):
        canvas.flat(oval(0.2, 0.43, 0.9, 0.34), lighter(colour, 0.72) if min(colour) < 200 else (186, 214, 236))
        for x in (0.06, 0.19, 0.32):
            canvas.stroke(curve((x, 0.29), ((x - 0.03, 0.36), (x - 0.02, 0.45))), darker(colour, 0.35), 0.02)
    canvas.stroke(body, darker(colour, 0.72), OUTLINE)
    fin = curve((0.06, 0.2), ((-0.02, 0.36), (-0.16, 0.4)), ((-0.16, 0.22), (-0.05, 0.14)), closed=True)
    canvas.shape(fin, darker(colour, 0.16))
    canvas.flat(disc(0.3, 0.04, 0.062), (255, 255, 255))
    eye(canvas, 0.31, 0.045, 0.044)
    canvas.flat(oval(0.23, 0.15, 0.09, 0.055), BLUSH, 0.8)
    canvas.stroke(arc(0.42, 0.09, 0.16, 0.16, 70, 110), darker(colour, 0.8) if sum(colour) > 200 else CREAM, 0.022)


@subject("octopus")
def octopus(canvas: Canvas, colour: Colour) -> None:
    """An octopus with a great round head and six arms that curl outwards."""
    arms = (
        curve((0.08, 0.1), ((0.36, 0.24), (0.41, 0.06)), ((0.42, -0.04), (0.34, 0.0))),
        curve((0.06, 0.14), ((0.24, 0.46), (0.4, 0.34)), ((0.48, 0.27), (0.41, 0.22))),
        curve((0.075, 0.14), ((0.05, 0.43), (0.15, 0.43)), ((0.25, 0.42), (0.2, 0.33))),
    )
    for mirrored in (False, True):
        with canvas.placed(0, 0, 1, 0, mirrored):
            for arm in arms:
                canvas.stroke(arm, darker(colour, 0.72), 0.135)
            for arm in arms:
                canvas.stroke(arm, darker(colour, 0.12), 0.095)
    head = curve(
        (-0.2, 0.2),
        ((-0.24, 0.1), (-0.27, 0.02)),
        ((-0.4, -0.47), (0, -0.47)),
        ((0.4, -0.47), (0.27, 0.02)),
        ((0.24, 0.1), (0.2, 0.2)),
        ((0.0, 0.28), (-0.2, 0.2)),
        closed=True,
    )
    canvas.shape(head, colour)
    canvas.flat(oval(-0.13, -0.33, 0.13, 0.08), lighter(colour, 0.45))
    for side in (-1, 1):
        canvas.flat(disc(side * 0.115, -0.06, 0.085), (255, 255, 255))
        canvas.stroke(disc(side * 0.115, -0.06, 0.085), darker(colour, 0.72), 0.016)
        eye(canvas, side * 0.105, -0.05, 0.054)
        canvas.flat(oval(side * 0.19, 0.07, 0.08, 0.05), BLUSH, 0.8)
    smile(canvas, 0, 0.07, 0.13, darker(colour, 0.8) if sum(colour) > 200 else CREAM)


@subject("crab")
def crab(canvas: Canvas, colour: Colour) -> None:
    """A wide crab that lifts two great claws; its eyes stand on stalks."""
    for mirrored in (False, True):
        with canvas.placed(0, 0, 1, 0, mirrored):
            _crab_side(canvas, colour)
    shell = curve(
        (-0.34, 0.14),
        ((-0.3, -0.1), (0, -0.1)),
        ((0.3, -0.1), (0.34, 0.14)),
        ((0.28, 0.4), (0, 0.4)),
        ((-0.28, 0.4), (-0.34, 0.14)),
        closed=True,
    )
    canvas.shape(shell, colour)
    pale = lighter(colour, 0.4) if min(colour) < 200 else BLUSH
    for x, y, radius in ((-0.16, 0.02, 0.03), (0.0, -0.03, 0.035), (0.16, 0.02, 0.03)):
        canvas.flat(disc(x, y, radius), pale)
    for side in (-1, 1):
        canvas.flat(oval(side * 0.2, 0.2, 0.09, 0.06), pale)
    smile(canvas, 0, 0.18, 0.16, darker(colour, 0.8) if sum(colour) > 200 else CREAM)


def _crab_side(canvas: Canvas, colour: Colour) -> None:
    """What a crab has on each side: three legs, an arm with its claw, an eye on a stalk."""
    limb, ink = darker(colour, 0.14), darker(colour, 0.72)
    for start, knee, foot in (
        ((0.26, 0.2), (0.45, 0.14), (0.46, 0.3)),
        ((0.24, 0.28), (0.38, 0.26), (0.39, 0.4)),
        ((0.16, 0.34), (0.26, 0.36), (0.25, 0.45)),
    ):
        leg = curve(start, (knee, foot))
        canvas.stroke(leg, ink, 0.085)
        canvas.stroke(leg, limb, 0.048)
    arm = curve((0.27, 0.08), ((0.42, 0.06), (0.36, -0.12)))
    canvas.stroke(arm, ink, 0.115)
    canvas.stroke(arm, limb, 0.075)
    claw = curve(
        (0.3, -0.12),
        ((0.14, -0.22), (0.2, -0.44)),
        ((0.29, -0.36), (0.3, -0.25)),
        ((0.35, -0.4), (0.46, -0.42)),
        ((0.52, -0.16), (0.36, -0.1)),
        closed=True,
    )
    canvas.shape(claw, colour)
    canvas.stroke(line((0.09, -0.05), (0.1, -0.2)), ink, 0.06)
    canvas.flat(disc(0.1, -0.22, 0.075), (255, 255, 255))
    canvas.stroke(disc(0.1, -0.22, 0.075), ink, 0.018)
    eye(canvas, 0.1, -0.215, 0.046)

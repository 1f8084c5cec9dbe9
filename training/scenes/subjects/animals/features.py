"""What animals share: tones that show on any coat, eyes, limbs and tails."""

from __future__ import annotations

import skia

from ...canvas import OUTLINE, Canvas, box, disc, oval
from ...palette import BLUSH, CREAM, INK, Colour, darker, lighter, mix
from ..kit import eye

SNOUT: Colour = (240, 138, 150)
"""Noses, tongues and the insides of ears."""

BEAK: Colour = (250, 158, 40)
RUST: Colour = (178, 84, 24)


def is_dark(colour: Colour) -> bool:
    """Whether ink does not show on the colour."""
    return 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2] < 80


def is_pale(colour: Colour) -> bool:
    """Whether cream does not show on the colour."""
    return min(colour) > 200


def shade(colour: Colour, share: float) -> Colour:
    """A second tone of the coat: darker, or lighter where the coat is too dark for that."""
    if is_dark(colour):
        return lighter(colour, share * 0.8)
    if colour[0] - colour[2] > 125 and colour[1] > 120:  # ink turns yellow to olive: rust keeps it warm
        return mix(colour, RUST, min(1.0, share * 1.5))
    return darker(colour, share)


def bib(colour: Colour, share: float = 0.6) -> Colour:
    """The soft tone of a belly or a muzzle: paler than the coat, or a warm beige on a pale one."""
    return (236, 214, 196) if is_pale(colour) else mix(colour, (255, 238, 212), share)


def cream_on(colour: Colour) -> Colour:
    """The white of a coat's white parts, which still shows where the coat is white."""
    return (216, 212, 224) if is_pale(colour) else CREAM


def ink_on(colour: Colour) -> Colour:
    """The tone of a thin line on the coat."""
    return CREAM if is_dark(colour) else INK


def beak(colour: Colour) -> Colour:
    """The orange of beaks and webbed feet, or yellow where the coat is orange itself."""
    return (255, 220, 80) if colour[0] > 220 and 100 < colour[1] < 180 and colour[2] < 90 else BEAK


def look(canvas: Canvas, x: float, y: float, radius: float, coat: Colour) -> None:
    """A round eye, ringed in white where the coat is dark."""
    if is_dark(coat):
        canvas.flat(disc(x, y, radius * 1.35), CREAM)
    eye(canvas, x, y, radius)


def blush(canvas: Canvas, x: float, y: float, width: float = 0.1) -> None:
    """A rosy cheek."""
    canvas.flat(oval(x, y, width, width * 0.6), BLUSH, 0.7)


def limb(canvas: Canvas, path: skia.Path, colour: Colour, width: float) -> None:
    """An arm, a leg or a tail: an outlined line."""
    canvas.stroke(path, darker(colour, 0.72), width + OUTLINE * 1.9)
    canvas.stroke(path, colour, width)


def legs(canvas: Canvas, xs: tuple[float, ...], top: float, width: float, colour: Colour) -> None:
    """Straight legs from ``top`` to the ground."""
    for x in xs:
        canvas.shape(box(x, (top + 0.48) / 2, width, 0.48 - top, width * 0.35), colour)


def leaning(canvas: Canvas, x: float, y: float, size: tuple[float, float], turn: float, colour: Colour) -> None:
    """An oval of a width and height, turned by degrees."""
    with canvas.placed(x, y, 1, turn):
        canvas.shape(oval(0, 0, *size), colour)

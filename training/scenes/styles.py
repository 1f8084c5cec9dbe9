"""The looks a picture can have: what each style makes of a colour, a shade, an outline and a finished picture.

Painters never ask for the style: the canvas asks its :class:`Look`. What belongs to the place is ``deep`` and is kept
quieter than the figures in front of it.
"""

from __future__ import annotations

import colorsys
import math
from functools import cache

import numpy as np

from .palette import Colour, darker, lighter, mix

Shades = tuple[tuple[Colour, float], ...]
"""Colours along the line from a shape's upper left to its lower right, with where each is (0..1)."""

PAPER: Colour = (250, 244, 230)
PRESS: Colour = (32, 26, 30)
NIGHT: Colour = (11, 9, 26)
MILK: Colour = (255, 250, 246)
ROSE: Colour = (236, 186, 214)


def light_of(colour: Colour) -> float:
    """How light a colour is to the eye, 0-255."""
    return 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]


class Look:
    """The usual look, flat: soft shade, outlined in a dark tone of the own colour. The others change parts of it."""

    smooth = True
    """Whether edges are blended into what lies behind."""
    grain: int | None = None
    """How many hard pixels the short side has, where they show."""
    bands: int | None = None
    """How many flat tones a gradient of the place is made of, where it is not smooth."""
    cuts: float = 0.0
    """How dark the lines between those tones are."""
    rim: float = 1.0
    """An outline's width, as a share of the usual one."""
    ring: float = 0.0
    """The outline's width of a figure's shapes that have none, in units of the figure."""
    wobble: float = 0.0
    """How far an edge strays from the line, in units of the frame it is drawn in."""
    cover: float = 1.0
    """How much of what lies behind a figure it hides."""

    hollow: float = 0.0
    """The width of a thick line's two edges, where only they are drawn in the line's colour."""

    def tone(self, colour: Colour, deep: bool) -> Colour:
        """A colour as it is filled in."""
        return colour

    def line(self, colour: Colour, deep: bool) -> Colour:
        """A colour as it is drawn in a line."""
        return self.tone(colour, deep)

    def shades(self, colour: Colour, deep: bool, size: float) -> Shades:
        """A shape's fill; ``size`` is its longer side in units of its frame."""
        return ((lighter(colour, 0.16), 0.0), (colour, 0.5), (darker(colour, 0.16), 1.0))

    def outline(self, colour: Colour, deep: bool) -> Colour:
        """The outline of a shape of this colour."""
        return darker(colour, 0.72)

    def fade(self, top: Colour, bottom: Colour) -> Shades:
        """How two tones of the place go over into each other downwards."""
        if not self.bands:
            return ((top, 0.0), (bottom, 1.0))
        stops: list[tuple[Colour, float]] = []
        for step in range(self.bands):
            tone, start, end = mix(top, bottom, step / (self.bands - 1)), step / self.bands, (step + 1) / self.bands
            stops += [(tone, start), (tone, end)]
            if self.cuts and step < self.bands - 1:
                cut, from_here = mix(tone, PRESS, self.cuts), end - 0.06 * (1 - start)
                stops[-1:] = [(tone, from_here), (cut, from_here), (cut, end)]
        return tuple(stops)

    def finish(self, pixels: np.ndarray) -> np.ndarray:
        """The last pass over a picture (height, width, 3); it may write into it."""
        return pixels


class Watercolour(Look):
    """Pale washes on paper: pigment gathers at wandering edges, and what lies behind shines through."""

    rim = 1.1
    wobble = 0.01
    cover = 0.9

    def tone(self, colour: Colour, deep: bool) -> Colour:
        return mix(colour, PAPER, 0.36 if deep else 0.1)

    def line(self, colour: Colour, deep: bool) -> Colour:
        return mix(colour, PAPER, 0.3 if deep else 0.08)

    def shades(self, colour: Colour, deep: bool, size: float) -> Shades:
        wash = self.tone(colour, deep)
        return ((mix(wash, PAPER, 0.5), 0.0), (wash, 0.5), (colour, 1.0))

    def outline(self, colour: Colour, deep: bool) -> Colour:
        return mix(darker(colour, 0.3), PAPER, 0.3 if deep else 0.06)

    def finish(self, pixels: np.ndarray) -> np.ndarray:
        """Lay the pigment unevenly and leave the paper's edge bare: always in the same places."""
        share, paper = _washes(pixels.shape[0], pixels.shape[1])
        for part in range(3):
            pixels[:, :, part] = (pixels[:, :, part] * share + paper[part]) >> 8
        return pixels


class Neon(Look):
    """Signs in the night: things are all but black and their edges shine in their own colour."""

    rim = 1.35
    ring = 0.016
    hollow = 0.022

    def tone(self, colour: Colour, deep: bool) -> Colour:
        share = 0.28 - 0.2 * min(colour) / 255 if deep else 0.26
        return mix(NIGHT, _shining(colour), share)

    def line(self, colour: Colour, deep: bool) -> Colour:
        if deep:
            return mix(NIGHT, _shining(colour), 0.5)
        return (206, 200, 232) if light_of(colour) < 62 and _spread(colour) < 40 else _shining(colour)

    def shades(self, colour: Colour, deep: bool, size: float) -> Shades:
        dark = self.tone(colour, deep)
        return ((dark, 0.0), (mix(dark, NIGHT, 0.35), 1.0))

    def outline(self, colour: Colour, deep: bool) -> Colour:
        if deep:
            return mix(NIGHT, _shining(colour), 0.5)
        return (116, 108, 138) if light_of(colour) < 62 and _spread(colour) < 40 else _shining(colour)

    def finish(self, pixels: np.ndarray) -> np.ndarray:
        """Spill light from what is bright onto what is around it."""
        light = np.minimum(_spilt(pixels), 255).astype(np.uint8)
        for part in range(3):
            glow = light[part].repeat(2, 0).repeat(2, 1)[: pixels.shape[0], : pixels.shape[1]]
            pixels[:, :, part] = np.minimum(255 - glow, pixels[:, :, part]) + glow
        return pixels


class Woodcut(Look):
    """A printed block: cream paper, few flat tones, heavy black lines and shade that is cut in stripes."""

    bands = 5
    cuts = 0.15
    rim = 1.9

    def tone(self, colour: Colour, deep: bool) -> Colour:
        return mix(_inked(colour), PAPER, 0.36 if deep else 0.0)

    def line(self, colour: Colour, deep: bool) -> Colour:
        """What is drawn dark is black."""
        return PRESS if light_of(colour) < 90 and not deep else self.tone(colour, deep)

    def shades(self, colour: Colour, deep: bool, size: float) -> Shades:
        ink = self.tone(colour, deep)
        if size < 0.24:
            return ((ink, 0.0), (ink, 1.0))
        cut = mix(ink, PAPER, 0.5) if light_of(ink) < 80 else mix(ink, PRESS, 0.78)
        stripes = ((0.62, 0.645), (0.7, 0.735), (0.79, 0.84), (0.9, 1.0))
        shades = [(ink, 0.0)]
        for start, end in stripes:
            shades += [(ink, start), (cut, start), (cut, end), (ink, end)]
        return tuple(shades)

    def outline(self, colour: Colour, deep: bool) -> Colour:
        return mix(PRESS, self.tone(colour, True), 0.3) if deep else PRESS


class Pastel(Look):
    """Chalk and milk: light, rosy tones without shade, and a pale outline."""

    rim = 1.3

    def tone(self, colour: Colour, deep: bool) -> Colour:
        return mix(mix(colour, ROSE, 0.22), MILK, 0.42) if deep else mix(colour, MILK, 0.3)

    def shades(self, colour: Colour, deep: bool, size: float) -> Shades:
        chalk = self.tone(colour, deep)
        return ((chalk, 0.0), (chalk, 1.0))

    def outline(self, colour: Colour, deep: bool) -> Colour:
        chalk = self.tone(colour, deep)
        return mix(chalk, (150, 140, 172), 0.5) if light_of(chalk) > 225 else mix(chalk, MILK, 0.8)


class Pixel(Look):
    """A small picture with hard pixels, enlarged."""

    smooth = False
    grain = 64
    bands = 6

    def shades(self, colour: Colour, deep: bool, size: float) -> Shades:
        light, dark = lighter(colour, 0.2), darker(colour, 0.2)
        return ((light, 0.0), (light, 0.3), (colour, 0.3), (colour, 0.72), (dark, 0.72), (dark, 1.0))

    def outline(self, colour: Colour, deep: bool) -> Colour:
        return darker(colour, 0.8)


LOOKS: dict[str, Look] = {
    "flat": Look(),
    "watercolour": Watercolour(),
    "neon": Neon(),
    "woodcut": Woodcut(),
    "pastel": Pastel(),
    "pixel": Pixel(),
}
"""Every style's look by name; the names are those of ``world.STYLES``."""


def _spread(colour: Colour) -> int:
    return max(colour) - min(colour)


@cache
def _shining(colour: Colour) -> Colour:
    """A colour as a glowing tube: full, but what is dark stays dimmer, or navy would be blue and brown orange."""
    hue, depth, value = colorsys.rgb_to_hsv(*(part / 255 for part in colour))
    if depth < 0.09:
        depth, value = depth * 0.5, value if value > 0.8 else value * 0.75
    else:
        depth = min(1.0, 0.25 + depth)
        value = min(1.0, max(0.58, value) * (0.95 + 0.4 * min(1.0, max(0.0, value - 0.5) / 0.15)))
    red, green, blue = (round(part * 255) for part in colorsys.hsv_to_rgb(hue, depth, value))
    return (red, green, blue)


@cache
def _inked(colour: Colour) -> Colour:
    """A colour as a printer's ink: a little earthy, in few steps, so that neighbours become one tone."""
    red, green, blue = (min(255, round(part / 14) * 14) for part in mix(colour, (196, 160, 104), 0.1))
    return (red, green, blue)


def _smooth_field(height: int, width: int, waves: int, seed: int) -> np.ndarray:
    """A field of slow waves, about -1..1, that is the same each time."""
    rng = np.random.default_rng(seed)
    short = min(height, width)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / short
    field = np.zeros((height, width), np.float32)
    for _ in range(waves):
        across, down = rng.uniform(-2.6, 2.6, 2)
        field += np.sin(2 * math.pi * (across * x + down * y) + rng.uniform(0, 2 * math.pi)).astype(np.float32)
    return np.asarray(field / math.sqrt(waves))


@cache
def _washes(height: int, width: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """The share of paint in each pixel (in 256ths; none at the bare edge of the paper) and the paper's part of it."""
    short = min(height, width)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / short
    margin = np.minimum(np.minimum(x, width / short - x), np.minimum(y, height / short - y))
    edge = 0.03 + 0.01 * _smooth_field(height, width, 7, 5)
    bare = np.clip((margin - edge) / 0.03 + 0.5, 0.0, 1.0)
    depth = np.clip(0.94 + 0.07 * _smooth_field(height, width, 6, 3), 0.0, 1.0)
    share = np.round(bare * depth * 256).astype(np.uint16)
    return share, [np.uint16(part) * (np.uint16(256) - share) for part in PAPER]


def _spilt(pixels: np.ndarray) -> np.ndarray:
    """The light around what is bright, as (3, height / 2, width / 2): the picture made small and large again."""
    height, width = pixels.shape[:2]
    step = max(1, min(height, width) // 64)
    high, wide = -(-height // step), -(-width // step)
    if (high * step, wide * step) != (height, width):
        pixels = np.pad(pixels, ((0, high * step - height), (0, wide * step - width), (0, 0)), mode="edge")
    rows = pixels.reshape(high, step, wide * step * 3).sum(1, dtype=np.uint16)
    small = rows.reshape(high, wide, step, 3).sum(2, dtype=np.uint32).astype(np.float32) * (0.9 / step**2)
    small = np.ascontiguousarray(small.transpose(2, 0, 1))
    for axis in (1, 2):
        small = _blurred(_blurred(small, axis), axis)
    return _enlarged(_enlarged(small, 1, (height + 1) // 2, step / 2), 2, (width + 1) // 2, step / 2)


def _blurred(values: np.ndarray, axis: int) -> np.ndarray:
    """Each value mixed with its neighbours."""
    before = values.take(np.maximum(np.arange(values.shape[axis]) - 1, 0), axis)
    after = values.take(np.minimum(np.arange(values.shape[axis]) + 1, values.shape[axis] - 1), axis)
    return np.asarray(before * 0.3 + values * 0.4 + after * 0.3)


def _enlarged(values: np.ndarray, axis: int, fine: int, times: float) -> np.ndarray:
    """The values ``times`` as close along an axis, with those between them in between."""
    where = np.clip((np.arange(fine, dtype=np.float32) + 0.5) / times - 0.5, 0, values.shape[axis] - 1)
    low = where.astype(np.intp)
    share = (where - low).reshape([-1 if at == axis else 1 for at in range(3)])
    here, after = values.take(low, axis), values.take(np.minimum(low + 1, values.shape[axis] - 1), axis)
    return np.asarray(here + (after - here) * share)

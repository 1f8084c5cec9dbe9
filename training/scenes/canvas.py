"""A small drawing surface over Skia: a few verbs that turn every shape and colour into the picture's style."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import numpy as np
import skia

from .palette import Colour
from .styles import LOOKS, Look

Point = tuple[float, float]

OUTLINE = 0.021
"""Width of an outline in units of the subject's height."""


class Canvas:
    """A picture whose shorter side is 1 and whose longer side is as much more; y downwards.

    What is drawn belongs to the place, until :meth:`figure` says that it is a figure.
    """

    def __init__(self, width: int, height: int | None = None, style: str = "flat") -> None:
        high = height or width
        short = min(width, high)
        self.width, self.height = width / short, high / short
        self._look: Look = LOOKS[style]
        self._size = (width, high)
        self._short = min(short, self._look.grain or short)
        # Skia draws into this array, and so can numpy, which is faster where whole rows have one tone.
        self._rgba = np.zeros((round(self.height * self._short), round(self.width * self._short), 4), np.uint8)
        self._surface = skia.Surface(self._rgba, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
        self._canvas = self._surface.getCanvas()
        self._canvas.scale(self._short, self._short)
        self._scale = 1.0
        self._deep = True

    def pixels(self) -> np.ndarray:
        """The picture as ``uint8`` of shape (height, width, 3), RGB."""
        drawn = self._grown()
        pixels = np.empty((*drawn.shape[:2], 3), np.uint8)
        for part in range(3):
            pixels[:, :, part] = drawn[:, :, part]
        return self._look.finish(pixels)

    def cover(self) -> np.ndarray:
        """How opaque each pixel is, as ``uint8`` of shape (height, width)."""
        return np.ascontiguousarray(self._grown()[:, :, 3])

    @contextmanager
    def placed(self, x: float, y: float, scale: float, turn: float = 0.0, mirrored: bool = False) -> Iterator[None]:
        """Draw inside in a frame centred on (x, y), ``scale`` times as large, turned by degrees, perhaps mirrored."""
        before = self._scale
        self._canvas.save()
        self._canvas.translate(x, y)
        self._canvas.rotate(turn)
        self._canvas.scale(-scale if mirrored else scale, scale)
        self._scale = before * scale
        try:
            yield
        finally:
            self._scale = before
            self._canvas.restore()

    @contextmanager
    def figure(self) -> Iterator[None]:
        """Draw inside what is not the place but stands in it."""
        self._deep, before = False, self._deep
        if self._look.cover < 1.0:
            self._canvas.saveLayerAlpha(None, round(255 * self._look.cover))
        else:
            self._canvas.save()
        try:
            yield
        finally:
            self._deep = before
            self._canvas.restore()

    def sky(self, top: Colour, bottom: Colour, until: float) -> None:
        """Fill the frame with a vertical gradient that ends at ``until``."""
        self._fade(top, bottom, 0.0, 0.0, until)

    def ground(self, top: Colour, bottom: Colour, start: float) -> None:
        """Fill the frame below ``start`` with a vertical gradient."""
        self._fade(top, bottom, start, start, self.height)

    def halo(self, x: float, y: float, radius: float, colour: Colour, alpha: float) -> None:
        """A soft round glow that fades to nothing."""
        tone = self._look.tone(colour, self._deep)
        if self._look.bands:
            self.flat(disc(x, y, radius * 0.8), colour, alpha * 0.3)
            self.flat(disc(x, y, radius * 0.5), colour, alpha * 0.45)
            return
        colours = [skia.Color(*tone, round(alpha * 255)), skia.Color(*tone, 0)]
        shader = skia.GradientShader.MakeRadial((x, y), radius, colours)
        self._canvas.drawCircle(x, y, radius, skia.Paint(Shader=shader, AntiAlias=True))

    def flat(self, path: skia.Path, colour: Colour, alpha: float = 1.0) -> None:
        """Fill a shape with one colour, without shade or outline."""
        look = self._look
        self._canvas.drawPath(path, self._paint(look.tone(colour, self._deep), alpha))
        if look.ring and not self._deep and alpha == 1.0:
            self._draw_line(path, look.line(colour, False), look.ring, alpha)

    def shape(self, path: skia.Path, colour: Colour, outline: float = OUTLINE) -> None:
        """Fill a shape, lit from the upper left, and outline it."""
        look, bounds = self._look, path.getBounds()
        shades = look.shades(colour, self._deep, max(bounds.width(), bounds.height()))
        ends = [(bounds.left(), bounds.top()), (bounds.right(), bounds.bottom())]
        colours, positions = [skia.Color(*tone) for tone, _ in shades], [where for _, where in shades]
        paint = self._paint((0, 0, 0))
        paint.setShader(skia.GradientShader.MakeLinear(ends, colours, positions))
        self._canvas.drawPath(path, paint)
        if outline:
            self._draw_line(path, look.outline(colour, self._deep), outline * look.rim)

    def stroke(self, path: skia.Path, colour: Colour, width: float, alpha: float = 1.0) -> None:
        """Draw a shape's line."""
        look = self._look
        if look.hollow and not self._deep and width > 2.2 * look.hollow:
            self._draw_line(path, look.outline(colour, False), width, alpha)
            self._draw_line(path, look.tone(colour, False), width - 1.6 * look.hollow, alpha)
        else:
            self._draw_line(path, look.line(colour, self._deep), width, alpha)

    @contextmanager
    def inside(self, path: skia.Path) -> Iterator[None]:
        """Keep what is drawn within a shape."""
        self._canvas.save()
        self._canvas.clipPath(path, skia.ClipOp.kIntersect, self._look.smooth)
        try:
            yield
        finally:
            self._canvas.restore()

    def _paint(self, tone: Colour, alpha: float = 1.0) -> skia.Paint:
        paint = skia.Paint(AntiAlias=self._look.smooth, Color=skia.Color(*tone, round(alpha * 255)))
        if self._look.wobble:
            paint.setPathEffect(_wandering(round(self._look.wobble / max(self._scale, 0.3), 4)))
        return paint

    def _draw_line(self, path: skia.Path, tone: Colour, width: float, alpha: float = 1.0) -> None:
        paint = self._paint(tone, alpha)
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(width if self._look.smooth else max(width, 1.0 / (self._short * self._scale)))
        paint.setStrokeJoin(skia.Paint.kRound_Join)
        paint.setStrokeCap(skia.Paint.kRound_Cap)
        self._canvas.drawPath(path, paint)

    def _fade(self, top: Colour, bottom: Colour, above: float, start: float, end: float) -> None:
        """Fill the frame below ``above`` with what goes from one colour down to another, smoothly or in bands."""
        tones = self._look.fade(self._look.tone(top, self._deep), self._look.tone(bottom, self._deep))
        if self._canvas.getSaveCount() == 1:
            first = max(0, round(above * self._short))
            where = ((np.arange(first, len(self._rgba)) + 0.5) / self._short - start) / max(end - start, 1e-6)
            rows = np.full((len(where), 1, 4), 255, np.uint8)
            for part in range(3):
                parts = [tone[part] for tone, _ in tones]
                rows[:, 0, part] = np.interp(where, [place for _, place in tones], parts) + 0.5
            self._rgba[first:].view(np.uint32)[:] = rows.view(np.uint32)
            return
        colours, places = [skia.Color(*tone) for tone, _ in tones], [place for _, place in tones]
        shader = skia.GradientShader.MakeLinear([(0, start), (0, end)], colours, places)
        rect = skia.Rect.MakeLTRB(0, above, self.width, self.height)
        self._canvas.drawRect(rect, skia.Paint(Shader=shader, AntiAlias=self._look.smooth))

    def _grown(self) -> np.ndarray:
        """The pixels (RGBA) in the size that was asked for: where it was drawn smaller they are enlarged, hard."""
        drawn = self._rgba
        high, wide = drawn.shape[:2]
        width, height = self._size
        if (width, height) == (wide, high):
            return drawn
        if width % wide == 0 and height % high == 0:
            return drawn.repeat(height // high, 0).repeat(width // wide, 1)
        return drawn[np.arange(height) * high // height][:, np.arange(width) * wide // width]


@cache
def _wandering(far: float) -> skia.PathEffect:
    """What lets a line stray a little to either side, softly."""
    rough = skia.DiscretePathEffect.Make(far * 8, far * 0.8)
    return skia.PathEffect.MakeCompose(skia.CornerPathEffect.Make(far * 4), rough)


def disc(x: float, y: float, radius: float) -> skia.Path:
    """A circle."""
    return skia.Path().addCircle(x, y, radius)


def oval(x: float, y: float, width: float, height: float) -> skia.Path:
    """An ellipse centred on (x, y)."""
    return skia.Path().addOval(skia.Rect.MakeXYWH(x - width / 2, y - height / 2, width, height))


def box(x: float, y: float, width: float, height: float, corner: float = 0.0) -> skia.Path:
    """A rectangle centred on (x, y) with rounded corners."""
    rect = skia.Rect.MakeXYWH(x - width / 2, y - height / 2, width, height)
    return skia.Path().addRoundRect(rect, corner, corner)


def polygon(*points: Point) -> skia.Path:
    """A closed shape with straight sides."""
    path = skia.Path().moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    return path.close()


def curve(start: Point, *bends: tuple[Point, Point], closed: bool = False) -> skia.Path:
    """A smooth line: each bend is a control point and where the line goes next."""
    path = skia.Path().moveTo(*start)
    for control, end in bends:
        path.quadTo(*control, *end)
    return path.close() if closed else path


def line(*points: Point) -> skia.Path:
    """An open line through points."""
    path = skia.Path().moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    return path


def arc(x: float, y: float, width: float, height: float, start: float, sweep: float) -> skia.Path:
    """A piece of an ellipse's line; degrees clockwise from the right."""
    return skia.Path().addArc(skia.Rect.MakeXYWH(x - width / 2, y - height / 2, width, height), start, sweep)


def star(x: float, y: float, radius: float, points: int = 5, inner: float = 0.45) -> skia.Path:
    """A star with a point upwards."""
    corners: Sequence[Point] = [
        (
            x + math.sin(math.pi * step / points) * radius * (1.0 if step % 2 == 0 else inner),
            y - math.cos(math.pi * step / points) * radius * (1.0 if step % 2 == 0 else inner),
        )
        for step in range(2 * points)
    ]
    return polygon(*corners)

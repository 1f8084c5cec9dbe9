"""A small drawing surface over Skia: filled shapes with a soft shade and an ink outline, in units of the frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import skia

from .palette import Colour, darker, lighter

Point = tuple[float, float]

OUTLINE = 0.021
"""Width of an outline in units of the subject's height."""


def _paint(colour: Colour, alpha: float = 1.0) -> skia.Paint:
    return skia.Paint(AntiAlias=True, Color=skia.Color(*colour, round(alpha * 255)))


class Canvas:
    """A square picture whose frame spans 0..1 in both directions, y downwards."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._surface = skia.Surface(size, size)
        self._canvas = self._surface.getCanvas()
        self._canvas.scale(size, size)

    def pixels(self) -> np.ndarray:
        """The picture as ``uint8`` of shape (size, size, 3), RGB."""
        return np.ascontiguousarray(self._surface.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, :3])

    @contextmanager
    def placed(self, x: float, y: float, scale: float, turn: float = 0.0) -> Iterator[None]:
        """Draw inside in a frame centred on (x, y), ``scale`` times as large, turned by degrees."""
        self._canvas.save()
        self._canvas.translate(x, y)
        self._canvas.rotate(turn)
        self._canvas.scale(scale, scale)
        try:
            yield
        finally:
            self._canvas.restore()

    def sky(self, top: Colour, bottom: Colour, until: float) -> None:
        """Fill the frame with a vertical gradient that ends at ``until``."""
        shader = skia.GradientShader.MakeLinear([(0, 0), (0, until)], [skia.Color(*top), skia.Color(*bottom)])
        self._canvas.drawRect(skia.Rect.MakeWH(1, 1), skia.Paint(Shader=shader))

    def ground(self, top: Colour, bottom: Colour, start: float) -> None:
        """Fill the frame below ``start`` with a vertical gradient."""
        shader = skia.GradientShader.MakeLinear([(0, start), (0, 1)], [skia.Color(*top), skia.Color(*bottom)])
        self._canvas.drawRect(skia.Rect.MakeLTRB(0, start, 1, 1), skia.Paint(Shader=shader, AntiAlias=True))

    def halo(self, x: float, y: float, radius: float, colour: Colour, alpha: float) -> None:
        """A soft round glow that fades to nothing."""
        colours = [skia.Color(*colour, round(alpha * 255)), skia.Color(*colour, 0)]
        shader = skia.GradientShader.MakeRadial((x, y), radius, colours)
        self._canvas.drawCircle(x, y, radius, skia.Paint(Shader=shader, AntiAlias=True))

    def flat(self, path: skia.Path, colour: Colour, alpha: float = 1.0) -> None:
        """Fill a shape with one colour, without shade or outline."""
        self._canvas.drawPath(path, _paint(colour, alpha))

    def shape(self, path: skia.Path, colour: Colour, outline: float = OUTLINE) -> None:
        """Fill a shape, lit from the upper left, and outline it in a dark tone of its own colour."""
        box = path.getBounds()
        shades = [skia.Color(*lighter(colour, 0.16)), skia.Color(*colour), skia.Color(*darker(colour, 0.16))]
        ends = [(box.left(), box.top()), (box.right(), box.bottom())]
        shader = skia.GradientShader.MakeLinear(ends, shades, [0.0, 0.5, 1.0])
        self._canvas.drawPath(path, skia.Paint(Shader=shader, AntiAlias=True))
        if outline:
            self.stroke(path, darker(colour, 0.72), outline)

    def stroke(self, path: skia.Path, colour: Colour, width: float) -> None:
        """Draw a shape's line."""
        paint = _paint(colour)
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(width)
        paint.setStrokeJoin(skia.Paint.kRound_Join)
        paint.setStrokeCap(skia.Paint.kRound_Cap)
        self._canvas.drawPath(path, paint)

    @contextmanager
    def inside(self, path: skia.Path) -> Iterator[None]:
        """Keep what is drawn within a shape."""
        self._canvas.save()
        self._canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        try:
            yield
        finally:
            self._canvas.restore()


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

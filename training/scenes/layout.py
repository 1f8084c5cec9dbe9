"""Where the figures of a scene stand: arithmetic on what each painter really covers, varied by the scene's seed."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from .canvas import Canvas
from .scene import Figure, Held, Relation, Scene
from .subjects import HANDS, PAINTERS
from .world import INSIDE, PLACES, SUBJECTS

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

MARGIN = 0.03
"""What stays free along the picture's edges."""

SIZE = {"small": 0.6, "medium": 1.0, "large": 1.22}
LEAN = {"shape": 0.0, "building": 0.3, "vehicle": 0.5}
"""How much of the usual turn a kind of subject may have."""

_GRIPS = {
    "flower": (0.66, 0.2),
    "balloon": (0.7, 0.06),
    "book": (0.47, 0.12),
    "umbrella": (0.78, 0.16),
    "star": (0.48, 0.05),
}
"""A held thing's scale in its holder's frame, and how far above its lower end the hand has it."""

_EDGES = {"cup": -0.12, "boat": 0.215, "gift": -0.17}
"""How high, in its own frame, the front is of what others look out of."""

_SEATS = {"chair": 0.1}
"""How high what carries others does so, where that is not the top."""


@dataclass(frozen=True)
class Placed:
    """A figure and where the middle of its frame is, in units of the picture's shorter side."""

    figure: Figure
    x: float
    y: float
    scale: float
    turn: float = 0.0
    mirrored: bool = False
    stands: bool = False
    """Whether it stands on the ground, and so throws a shadow."""
    edge: float | None = None
    """How high, in its own frame, the part begins that is before the other figures: it is drawn again after them."""

    def box(self) -> Box:
        """What it covers, with what it holds."""
        return self._around(reach(self.figure))

    def base(self) -> Box:
        """What it covers itself."""
        return self._around(extent(pose(self.figure)))

    def _around(self, box: Box) -> Box:
        left, top, right, bottom = box
        return _around([self.at(x, y) for x in (left, right) for y in (top, bottom)])

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of its frame is in the picture."""
        across = (-x if self.mirrored else x) * self.scale
        down, turn = y * self.scale, math.radians(self.turn)
        return (
            self.x + across * math.cos(turn) - down * math.sin(turn),
            self.y + across * math.sin(turn) + down * math.cos(turn),
        )


@dataclass(frozen=True)
class Grip:
    """How a hand holds a thing: where the thing's middle is in the holder's frame, its scale and its turn."""

    x: float
    y: float
    scale: float
    turn: float


def grip(holder: str, held: Held) -> Grip:
    """How a holder has a thing in the hand: by its lower end."""
    scale, inward = _GRIPS[held.thing]
    x, y = HANDS[holder]
    turn = 6.0 if x >= 0 else -6.0
    left, _, right, bottom = extent(held.thing)
    grasp, lean = (bottom - inward) * scale, math.radians(turn)
    middle = (left + right) / 2 * scale
    return Grip(x + grasp * math.sin(lean) - middle, y - grasp * math.cos(lean), scale, turn)


def pose(figure: Figure) -> str:
    """The name of the painter of a figure as it is."""
    return f"{figure.subject} holding" if figure.held else figure.subject


@cache
def extent(name: str) -> Box:
    """What a painter covers in its own frame, measured once from what it draws."""
    return _covered(_cover(name))


@cache
def top_of(name: str) -> float:
    """How high a painter's middle is: where something can stand on it."""
    if name in _SEATS:
        return _SEATS[name]
    cover = _cover(name)
    return _covered(np.where(np.abs(np.arange(cover.shape[1]) / _FINE - 1.0) < 0.1, cover, 0))[1]


_FINE = 128


def _cover(name: str) -> np.ndarray:
    """How opaque what a painter draws is, from -1 to 1 in both directions."""
    canvas = Canvas(2 * _FINE)
    with canvas.figure(), canvas.placed(0.5, 0.5, 0.5):
        PAINTERS[name](canvas, (217, 52, 48))
    return canvas.cover()


def _covered(cover: np.ndarray) -> Box:
    rows, columns = (np.flatnonzero((cover > 64).any(axis)) for axis in (1, 0))
    edges = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    left, top, right, bottom = (float(edge) / _FINE - 1.0 for edge in edges)
    return left, top, right, bottom


def _around(points: Sequence[tuple[float, float]]) -> Box:
    across, down = [x for x, _ in points], [y for _, y in points]
    return min(across), min(down), max(across), max(down)


def _union(boxes: Sequence[Box]) -> Box:
    return _around([corner for box in boxes for corner in (box[:2], box[2:])])


@cache
def reach(figure: Figure) -> Box:
    """What a figure covers in its own frame, with what it holds."""
    own = extent(pose(figure))
    if figure.held is None:
        return own
    held = grip(figure.subject, figure.held)
    thing = Placed(Figure(figure.held.thing, figure.held.colour), held.x, held.y, held.scale, held.turn)
    return _union([own, thing.box()])


def layout(scene: Scene) -> list[Placed]:
    """The scene's figures in the order in which they are drawn."""
    if scene.figure is None:
        return []
    room = _Room(scene)
    if scene.relation is not None:
        return _RELATIONS[scene.relation.name](room, scene.figure, scene.relation)
    if scene.count > 1:
        return room.several(scene.figure, scene.count)
    return [room.alone(scene.figure, scene.position)]


class _Room:
    """A scene's frame, and the ways to put figures into it."""

    def __init__(self, scene: Scene) -> None:
        self.rng = random.Random(f"layout {scene.seed}")
        self.width, self.height = scene.frame
        place = PLACES[scene.place]
        self.weightless = place.weightless
        self.ground = place.ground * self.height + self.rng.uniform(-0.012, 0.02)
        self.air = (0.5 if place.weightless else 0.42) * self.height + self.rng.uniform(-0.02, 0.02)
        self.grow = min(1.12, self.height**0.25)

    def piece(self, figure: Figure, share: float = 1.0) -> Placed:
        """A figure in its own size, not yet at its place."""
        rng, kind = self.rng, SUBJECTS[figure.subject]
        scale = kind.size * SIZE[figure.size] * share * self.grow * rng.uniform(0.94, 1.06)
        turn = rng.uniform(-4, 4) * LEAN.get(kind.kind, 1.0)
        mirrored = rng.random() < 0.5 and kind.kind != "shape"
        return Placed(figure, 0.0, 0.0, scale, turn, mirrored, not (kind.floats or self.weightless))

    def within(self, piece: Placed, wide: float, high: float) -> Placed:
        """The figure made smaller until it is at most so wide and so high."""
        left, top, right, bottom = piece.box()
        return replace(piece, scale=piece.scale * min(1.0, wide / (right - left), high / (bottom - top)))

    def put(self, piece: Placed, x: float, foot: float | None = None, middle: float | None = None) -> Placed:
        """The figure with its middle at x, and its feet or its middle at a height: its own where none is given."""
        left, top, right, bottom = piece.box()
        if foot is None and middle is None:
            foot, middle = (self.ground, None) if piece.stands else (None, self.air)
        down = foot - bottom if foot is not None else (middle or 0.0) - (top + bottom) / 2
        return self.keep([replace(piece, x=piece.x + x - (left + right) / 2, y=piece.y + down)])[0]

    def keep(self, pieces: list[Placed]) -> list[Placed]:
        """The figures together, moved and if need be made smaller, so that the frame cuts none."""
        left, top, right, bottom = _union([piece.box() for piece in pieces])
        shrink = min(1.0, (self.width - 2 * MARGIN) / (right - left), (self.height - 2 * MARGIN) / (bottom - top))
        if shrink < 1.0:
            x, y = (left + right) / 2, bottom
            pieces = [
                replace(piece, x=x + (piece.x - x) * shrink, y=y + (piece.y - y) * shrink, scale=piece.scale * shrink)
                for piece in pieces
            ]
            left, top, right, bottom = _union([piece.box() for piece in pieces])
        across = max(MARGIN - left, 0.0) + min(self.width - MARGIN - right, 0.0)
        down = max(MARGIN - top, 0.0) + min(self.height - MARGIN - bottom, 0.0)
        return [replace(piece, x=piece.x + across, y=piece.y + down) for piece in pieces]

    def alone(self, figure: Figure, position: str) -> Placed:
        """One figure, on its side of the frame."""
        piece = self.piece(figure)
        high = (self.ground if piece.stands else self.height) - 2 * MARGIN
        if position == "middle":
            piece = self.within(piece, self.width - 2 * MARGIN, high)
            return self.put(piece, self.width / 2 + self.rng.uniform(-0.03, 0.03))
        x = (0.25 if position == "left" else 0.75) * self.width
        return self.put(self.within(piece, 0.5 * self.width - 2 * MARGIN, high), x)

    def several(self, figure: Figure, count: int) -> list[Placed]:
        """Two to four alike: side by side, or four in two rows where the frame is not wide."""
        if count == 4 and self.width < 1.4:
            return self._rows(figure)
        return self.abreast([self.piece(figure, (0, 1, 0.78, 0.66, 0.6)[count]) for _ in range(count)])

    def abreast(self, pieces: list[Placed], x: float | None = None, wide: float | None = None) -> list[Placed]:
        """Figures side by side, each with as much room as it needs, spread about the middle."""
        wide = wide or min(self.width - 2 * MARGIN, 0.5 + 0.42 * len(pieces))
        gap = 0.1 * wide / len(pieces)
        pieces = [self.within(piece, self.width, 0.8 * self.height) for piece in pieces]
        widths = [piece.box()[2] - piece.box()[0] for piece in pieces]
        share = min(1.0, (wide - gap * (len(pieces) - 1)) / sum(widths))
        pieces = [replace(piece, scale=piece.scale * share) for piece in pieces]
        gap = min((wide - share * sum(widths)) / len(pieces), 0.3)
        edge = (x or self.width / 2) - (share * sum(widths) + gap * (len(pieces) - 1)) / 2
        row = []
        for piece, width in zip(pieces, widths, strict=True):
            row.append(self._nudged(self.put(piece, edge + share * width / 2)))
            edge += share * width + gap
        return row

    def _nudged(self, piece: Placed) -> Placed:
        return self.keep([replace(piece, y=piece.y + self.rng.uniform(-0.015, 0.015))])[0]

    def _rows(self, figure: Figure) -> list[Placed]:
        """Two by two; of what stands, the back row is smaller."""
        cell = min((self.width - 2 * MARGIN) / 2 - 0.02, (self.height - 2 * MARGIN) / 2)
        placed = []
        front = 0.0
        pieces = [self.within(self.piece(figure, 0.68), cell, cell) for _ in range(4)]
        if pieces[0].stands:
            tall = max(piece.box()[3] - piece.box()[1] for piece in pieces)
            front = min(self.ground + 0.08, self.height - MARGIN)
            back = front - tall * 0.96
            feet = (back, back, front, front)
            pieces = [replace(piece, scale=piece.scale * (0.88, 1.0)[at // 2]) for at, piece in enumerate(pieces)]
            for piece, foot, side in zip(pieces, feet, (-1, 1, -1, 1), strict=True):
                apart = 0.22 if foot == back else 0.25
                placed.append(self.put(piece, self.width / 2 + side * apart * self.width, foot=foot))
            return placed
        for piece, down, side in zip(pieces, (-1, -1, 1, 1), (-1, 1, -1, 1), strict=True):
            x = self.width / 2 + side * 0.245 + self.rng.uniform(-0.01, 0.01)
            placed.append(self.put(piece, x, middle=self.height / 2 + down * 0.245 + self.rng.uniform(-0.01, 0.01)))
        return placed


def _beside(room: _Room, first: Figure, relation: Relation) -> list[Placed]:
    pieces = [room.piece(first, 0.85), room.piece(relation.other, 0.85)]
    return room.abreast(pieces if room.rng.random() < 0.5 else pieces[::-1])


def _left_of(room: _Room, first: Figure, relation: Relation) -> list[Placed]:
    return room.abreast([room.piece(first, 0.85), room.piece(relation.other, 0.85)])


def _above(room: _Room, first: Figure, relation: Relation) -> list[Placed]:
    """The first floats over the other."""
    wide = room.width - 2 * MARGIN
    over = room.within(replace(room.piece(first, 0.75), stands=False), wide, 0.37 * room.height)
    under = room.within(room.piece(relation.other, 0.85), wide, 0.42 * room.height)
    x = room.width / 2 + room.rng.uniform(-0.03, 0.03)
    under = room.put(under, x, foot=room.ground if under.stands else room.height * 0.88)
    _, top, _, bottom = over.box()
    free = max(0.0, under.box()[1] - MARGIN - (bottom - top))
    over = room.put(over, x + room.rng.uniform(-0.02, 0.02), foot=under.box()[1] - max(0.45 * free, 0.03))
    return [under, over]


def _on(room: _Room, first: Figure, relation: Relation) -> list[Placed]:
    """The first stands on the other."""
    wide = room.width - 2 * MARGIN
    under = room.within(room.piece(relation.other, 0.95), wide, 0.46 * room.height)
    under = room.put(under, room.width / 2 + room.rng.uniform(-0.03, 0.03))
    over = room.within(replace(room.piece(first, 0.68), stands=False, turn=0.0), wide, 0.42 * room.height)
    x, top = under.at(0.0, top_of(relation.other.subject))
    left, _, right, bottom = over.box()
    over = replace(over, x=x - (left + right) / 2, y=top + 0.05 * over.scale - bottom)
    return room.keep([under, over])


def _inside(room: _Room, first: Figure, relation: Relation) -> list[Placed]:
    """The first is in the other's opening, behind its front or before its wall."""
    name, opening = relation.other.subject, INSIDE[relation.other.subject]
    size = "large" if relation.other.size == "medium" else relation.other.size
    outer = room.piece(replace(relation.other, size=size))
    outer = room.put(room.within(outer, room.width - 2 * MARGIN, 0.8 * room.height), room.width / 2)
    inner = replace(room.piece(first), scale=opening.scale * outer.scale, turn=0.0, stands=False)
    left, top, right, bottom = inner.box()
    edge = _EDGES[name] if opening.behind else None
    x, foot = outer.at(opening.x, extent(name)[3] - 0.02 if edge is None else edge)
    down = foot - bottom + (0.0 if edge is None else 0.22 * (bottom - top))
    inner = replace(inner, x=x - (left + right) / 2, y=down)
    return room.keep([replace(outer, figure=relation.other, edge=edge), inner])


_RELATIONS = {"beside": _beside, "left of": _left_of, "above": _above, "on": _on, "inside": _inside}

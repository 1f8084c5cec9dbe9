"""A scene is data: what is to be drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Held:
    """A thing in a figure's hand."""

    thing: str
    colour: str


@dataclass(frozen=True)
class Figure:
    """A subject as it appears in one picture; its colour is one that captions name."""

    subject: str
    colour: str
    size: str = "medium"
    held: Held | None = None


@dataclass(frozen=True)
class Relation:
    """How the scene's figure stands to another: ``name`` is one of ``world.RELATIONS``."""

    name: str
    other: Figure


@dataclass(frozen=True)
class Scene:
    """One picture to draw.

    ``figure`` is None for a place alone; ``count`` figures stand in a row; ``position`` says on which side a single
    figure is; ``frame`` is the picture's width and height in units of its shorter side; ``seed`` sets the small
    differences. A scene has a relation, or more than one figure, or a position other than the middle: never two.
    """

    figure: Figure | None
    place: str
    time: str
    style: str = "flat"
    count: int = 1
    position: str = "middle"
    relation: Relation | None = None
    frame: tuple[float, float] = (1.0, 1.0)
    seed: int = 0

"""Drawn scenes with their captions, as many as training asks for, and the shelves they are kept on."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import random
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Empty
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .captions import example
from .recipe import FRAMES, SIDE, Recipe
from .scenes import Scene
from .scenes.drawing import draw

Frame = tuple[float, float]


@dataclass(frozen=True)
class Example:
    """A scene, what a person might have typed to get it, and its picture as ``uint8`` (height, width, 3)."""

    scene: Scene
    caption: str
    picture: np.ndarray


def examples(recipe: Recipe, seed: int, short: int, held_out: float = 0.0) -> Generator[Example, None, None]:
    """Endless examples of a recipe's world, ``short`` pixels on the shorter side, drawn when asked for.

    A share ``held_out`` is of what no model learns from.
    """
    rng = random.Random(seed)
    while True:
        scene, caption = example(rng, recipe.world, held_out=rng.random() < held_out)
        scene = replace(scene, frame=recipe.frame(rng.getrandbits(32)))
        yield Example(scene, caption, draw(scene, short))


class Draughtsmen:
    """The same, drawn by other processes while this one trains, until it is closed or this process ends."""

    def __init__(self, recipe: Recipe, seed: int, short: int, held_out: float) -> None:
        import torch.multiprocessing as processes

        context = processes.get_context("spawn")
        self._queue: Any = context.Queue(64 * recipe.workers)
        self._started: list[Any] = []
        for index in range(recipe.workers):
            given = (self._queue, recipe, seed * 1009 + index, short, held_out)
            self._started.append(context.Process(target=_draw_for_ever, args=given, daemon=True))
            self._started[-1].start()

    def __iter__(self) -> Iterator[Example]:
        return self

    def __next__(self) -> Example:
        while True:
            if any(process.exitcode is not None for process in self._started):
                self.close()
                raise RuntimeError("a process that draws scenes has died; what it said stands above")
            with suppress(Empty):
                drawn: Example = self._queue.get(timeout=1)
                return drawn

    def close(self) -> None:
        """Stop the processes."""
        for process in self._started:
            process.terminate()
        for process in self._started:
            process.join()


def _draw_for_ever(queue: Any, recipe: Recipe, seed: int, short: int, held_out: float) -> None:
    for drawn in examples(recipe, seed, short, held_out):
        queue.put(drawn)


def supply(
    recipe: Recipe, seed: int, short: int, where: torch.device, *, held_out: float = 0.0
) -> Generator[Example, None, None] | Draughtsmen:
    """Examples drawn here on a CPU, whose cores train; by other processes beside a GPU. Close it at the end."""
    draws = Draughtsmen if where.type == "cuda" else examples
    return draws(recipe, seed, short, held_out)


def cells(frame: Frame, unit: int) -> tuple[int, int]:
    """Height and width of a frame when its shorter side is ``unit``."""
    width, height = frame
    return round(height * unit), round(width * unit)


class Pictures:
    """A shelf of pictures for each frame; grows, then replaces at random."""

    def __init__(self, recipe: Recipe, source: Iterator[Example], most: int, where: torch.device) -> None:
        self._source, self._where = source, where
        self._rng = np.random.default_rng(recipe.seed)
        self._shelves: dict[Frame, Tensor] = {}
        self._sizes: dict[Frame, int] = {}
        for index, name in enumerate(recipe.frames):
            room = most if index == 0 else -(-most // 4)
            height, width = cells(FRAMES[name], SIDE)
            self._shelves[FRAMES[name]] = torch.empty(room, height, width, 3, dtype=torch.uint8, device=where)
            self._sizes[FRAMES[name]] = 0

    def add(self, count: int) -> None:
        """Shelve new pictures."""
        for _ in range(count):
            drawn = next(self._source)
            frame = drawn.scene.frame
            shelf, size = self._shelves[frame], self._sizes[frame]
            place = size if size < len(shelf) else int(self._rng.integers(size))
            shelf[place] = torch.from_numpy(drawn.picture).to(self._where)
            self._sizes[frame] = min(size + 1, len(shelf))

    def fill(self, least: int) -> None:
        """Shelve until every frame has so many."""
        while min(self._sizes.values()) < min(least, *(len(shelf) for shelf in self._shelves.values())):
            self.add(1)

    def take(self, frame: Frame, count: int) -> Tensor:
        """Some pictures of one frame, in -1..1, channels first."""
        chosen = torch.from_numpy(self._rng.integers(self._sizes[frame], size=count)).to(self._where)
        pictures = self._shelves[frame][chosen].permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)
        return pictures.contiguous(memory_format=torch.channels_last)

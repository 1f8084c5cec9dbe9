"""Makes pictures larger with a network that gives each pixel several, piece by piece, so that memory stays flat.

Every piece has the same shape, so the network is compiled once. A piece is seen with some of what lies around it and
only its inside is kept, so there are no seams; beyond the picture's edge it goes on as a mirror image.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from limner.engines.adapters.openvino.drawing import last_line
from limner.engines.adapters.openvino.library import give_back_files, load_openvino, properties
from limner.engines.canvas import opened
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, Progress, Size, Task
from limner.engines.weights import network_in, note_of, verify_pulled
from limner.errors import EngineError, ModelBroken, NotConfigured

if TYPE_CHECKING:
    from limner.engines.catalog import Model

Pixels = np.ndarray[Any, np.dtype[np.uint8]]

EDGE = 192
"""Pixels of the edge of a piece, with what lies around it, where the network takes any. What the usual networks hold
in between then takes a few hundred megabytes."""
AROUND = 16
"""Pixels that a piece sees beyond its inside, on each side."""
LARGEST = 8
"""Times that a network may make a picture larger."""


class OpenVinoEnlarger:
    """An `Engine` for the task "upscale": one loaded network in this process.

    It takes `[1, 3, height, width]`, red, green and blue from 0 to 1, and gives the same, a whole number of times as
    high and wide: found by trying it.
    """

    def __init__(self, model: Model) -> None:
        if model.path is None:
            raise NotConfigured(f"{model.title} has no folder of weights: set its path.")
        verify_pulled(model.path, model.title)
        self._title = model.title
        self._folder = model.path
        network = network_in(model.path)
        openvino = load_openvino()
        device = str(note_of(model.path).get("device", "CPU"))  # a GPU's name: not run here
        try:
            read = openvino.Core().read_model(network)
            self._high, self._wide = self._piece(read)
            read.reshape([1, 3, self._high, self._wide])
            self._type = read.input().element_type.to_dtype()
            self._network = openvino.compile_model(read, device, properties(openvino))
            self._factor = self._tried()
        except RuntimeError as error:  # a file that is none, operations that it does not know, another shape
            raise ModelBroken(f"{model.title} cannot be loaded by OpenVINO: {last_line(error)}") from error
        self._around = min(AROUND, self._high // 4, self._wide // 4)

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]:
        request = order.request
        if request.task is not Task.UPSCALE or not request.images:
            raise EngineError(f"{self._title} only makes pictures larger; it cannot {request.task} them.")
        for index in order.indices:
            if cancelled():
                return
            begun = time.perf_counter()
            picture = opened(order, request.images[0])
            pixels: Pixels = np.asarray(picture.convert("RGB"))
            rounds = self._rounds(Size(*picture.size), request.size)
            steps, step = self._steps(pixels, rounds), 0
            for factor in rounds:
                larger = np.empty((pixels.shape[0] * factor, pixels.shape[1] * factor, 3), np.uint8)
                for _ in self._pieces(pixels, larger, factor, cancelled):
                    step += 1
                    yield Progress(order.job, index, step, steps)
                if cancelled():
                    return
                pixels = larger
            mode, rows = _with_alpha_of(picture, pixels)
            seconds = time.perf_counter() - begun
            yield Drawn(order.job, index, request.size, mode, rows, seconds)
        give_back_files(self._folder)

    def _rounds(self, before: Size, after: Size) -> list[int]:
        """How many times larger it is made, one round after the other: once, where the network can."""
        factor = after.width // max(before.width, 1)
        if factor not in (2, 4) or after != Size(before.width * factor, before.height * factor):
            raise EngineError(f"{self._title} makes pictures 2 or 4 times as large; {before} cannot become {after}.")
        return [factor] if self._factor >= factor else [2] * (factor // 2)

    def _steps(self, pixels: Pixels, rounds: list[int]) -> int:
        high, wide = pixels.shape[:2]
        steps = 0
        for factor in rounds:
            steps += -(-high // self._inner_high) * -(-wide // self._inner_wide)
            high, wide = high * factor, wide * factor
        return steps

    @property
    def _inner_high(self) -> int:
        return self._high - 2 * self._around

    @property
    def _inner_wide(self) -> int:
        return self._wide - 2 * self._around

    def _pieces(self, pixels: Pixels, larger: Pixels, factor: int, cancelled: Callable[[], bool]) -> Iterator[None]:
        """Fill `larger`, piece by piece."""
        around, high, wide = self._around, self._inner_high, self._inner_wide
        rows, columns = pixels.shape[:2]
        beyond = [(around, around + -rows % high), (around, around + -columns % wide), (0, 0)]
        padded = np.pad(pixels, beyond, mode="symmetric")
        first = around * factor
        for top in range(0, rows, high):
            for left in range(0, columns, wide):
                if cancelled():
                    return
                made = self._made(padded[top : top + self._high, left : left + self._wide], factor)
                place = larger[top * factor : (top + high) * factor, left * factor : (left + wide) * factor]
                place[:] = made[first : first + place.shape[0], first : first + place.shape[1]]
                yield

    def _made(self, piece: Pixels, factor: int) -> Pixels:
        """One piece, larger. What the network makes too large is made smaller again, with nothing lost at its rim
        that is kept."""
        given = (piece.transpose(2, 0, 1)[None] / np.float32(255)).astype(self._type)
        try:
            came = self._network(given)[0][0]
        except RuntimeError as error:
            raise EngineError(f"OpenVINO failed while enlarging: {last_line(error)}") from error
        made: Pixels = np.rint(np.clip(came.transpose(1, 2, 0), 0, 1) * 255).astype(np.uint8)
        if factor == self._factor:
            return made
        size = (self._wide * factor, self._high * factor)
        return np.asarray(Image.fromarray(made).resize(size, Image.Resampling.LANCZOS))

    def _piece(self, read: Any) -> tuple[int, int]:
        """Height and width of a piece: the network's own, where it takes no other. Raises ModelBroken for what is
        no such network."""
        shape = read.inputs[0].partial_shape
        one = len(read.inputs) == len(read.outputs) == 1
        rank = None if shape.rank.is_dynamic else shape.rank.get_length()
        if not one or rank not in (None, 4) or not read.inputs[0].element_type.is_real():
            raise ModelBroken(
                f"{self._title} makes no pictures larger: such a network takes one picture and gives one, and this "
                f"one takes {[str(one.partial_shape) for one in read.inputs]}."
            )
        if rank is None:
            return EDGE, EDGE
        high, wide = (EDGE if edge.is_dynamic else int(edge.get_length()) for edge in list(shape)[2:])
        return high, wide

    def _tried(self) -> int:
        """How many times larger it makes a picture. Raises ModelBroken for what is no such network."""
        came = self._network(np.zeros((1, 3, self._high, self._wide), self._type))[0].shape
        factor = came[2] // self._high if len(came) == 4 else 0
        if not 2 <= factor <= LARGEST or tuple(came) != (1, 3, self._high * factor, self._wide * factor):
            raise ModelBroken(
                f"{self._title} makes no pictures larger: of {self._wide}x{self._high} pixels in three colours it "
                f"made {'x'.join(map(str, came))}. Limner uses networks that make them 2 to {LARGEST} times as large."
            )
        return int(factor)


def _with_alpha_of(picture: Image.Image, made: Pixels) -> tuple[str, bytes]:
    """The mode and the raw rows of what was made of `picture`: what was clear in it stays clear."""
    if not picture.has_transparency_data:
        return "RGB", made.tobytes()
    image = Image.fromarray(made)
    clear = picture.convert("RGBA").getchannel("A")
    image.putalpha(clear.resize(image.size, Image.Resampling.LANCZOS))
    return "RGBA", image.tobytes()

"""Sizes beyond the native one: by the model's own network where it brings one, and to the pixel by Lanczos."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image, ImageOps

Pixels = np.ndarray[Any, np.dtype[np.uint8]]

TILE = 256
MARGIN = 16
"""A tile sees this much of its neighbours, so that no seam shows. A whole picture would take a lot of memory."""


class Enlarger:
    """Doubles pictures by the network in `folder`: `sample` [-1,3,-1,-1], 0–1, in; twice as high and wide out.

    It is compiled when the first picture needs it. Where there is no such folder, Lanczos enlarges.
    """

    def __init__(self, openvino: ModuleType, folder: Path, properties: dict[str, Any]) -> None:
        self._openvino = openvino
        self._file = folder / "openvino_model.xml"
        self._properties = properties
        self._network: Any = None

    def fitted(self, pixels: Pixels, width: int, height: int) -> Image.Image:
        """A drawn picture at the size asked for; where the shapes differ, its edges are cut."""
        if self._file.is_file():
            while pixels.shape[1] < width or pixels.shape[0] < height:
                pixels = self._doubled(pixels)
        picture = Image.fromarray(pixels)
        if picture.size == (width, height):
            return picture
        return ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)

    def _doubled(self, pixels: Pixels) -> Pixels:
        if self._network is None:
            self._network = self._openvino.Core().compile_model(self._file, "CPU", self._properties)
        height, width, _ = pixels.shape
        # The picture's own edge goes on beyond it as a mirror image would.
        around = np.pad(pixels, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), "symmetric")
        doubled = np.empty((2 * height, 2 * width, 3), np.uint8)
        for top in _starts(height):
            for left in _starts(width):
                tile = around[top : top + TILE + 2 * MARGIN, left : left + TILE + 2 * MARGIN]
                large = self._run(tile)[2 * MARGIN : -2 * MARGIN, 2 * MARGIN : -2 * MARGIN]
                doubled[2 * top : 2 * top + large.shape[0], 2 * left : 2 * left + large.shape[1]] = large
        return doubled

    def _run(self, tile: Pixels) -> Pixels:
        sample = tile.transpose(2, 0, 1)[None].astype(np.float32) / 255
        large = self._network(sample)[0][0].transpose(1, 2, 0)
        pixels: Pixels = np.clip(np.rint(large * 255), 0, 255).astype(np.uint8)
        return pixels


def _starts(length: int) -> list[int]:
    """Where tiles begin so that all are of one size: the last one overlaps where the length is no multiple."""
    return [min(start, max(length - TILE, 0)) for start in range(0, length, TILE)]

"""A plain ground made transparent, as one cuts a figure out along its outline."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

TOLERANCE = 20
"""How far a channel may lie from the ground's tone, 0–255: plain to the eye, with a decoder's small unevenness."""
GAP = 0.02
"""A gap in an outline is none up to this share of the picture's shorter side: drawn outlines are seldom closed."""
LOOKED_AT = 1024
"""Pixels of the longer side at which a picture is looked at; what is found is enlarged. Memory is little."""
STRIP = 256
"""Rows of a large picture that are cut at a time."""
PLAIN_BORDER = 0.9
"""The share of the border's pixels that must have the ground's tone."""
SMALLEST_FIGURE = 0.001
"""Less of the picture than this is no figure: what would be left is specks."""
EDGE = 2
"""Pixels over which a figure's outline mixes with its ground."""

_Mask = np.ndarray[Any, np.dtype[np.bool_]]
_Pixels = np.ndarray[Any, np.dtype[np.uint8]]
_Floats = np.ndarray[Any, np.dtype[np.float32]]


def key_out(picture: Image.Image) -> Image.Image | None:
    """The picture as RGBA with its ground clear, or None where its ground is not plain.

    Ground is what has the border's tone and hangs together with the border: a white eye on a white ground stays. The
    outline is smooth, and the ground's colour is taken out of it.
    """
    if max(picture.size) <= LOOKED_AT:
        return _keyed(picture)
    small = _keyed(_at_most(picture, LOOKED_AT))
    return None if small is None else _as_cut(picture, small)


def _at_most(picture: Image.Image, longer: int) -> Image.Image:
    share = longer / max(picture.size)
    size = (max(round(picture.width * share), 1), max(round(picture.height * share), 1))
    return picture.resize(size, Image.Resampling.BOX)


def _as_cut(picture: Image.Image, small: Image.Image) -> Image.Image:
    """A large picture, clear where its small one is; its outline is the small one's, strip by strip."""
    cut = picture.convert("RGBA")
    rows = small.height / picture.height
    for top in range(0, picture.height, STRIP):
        bottom = min(top + STRIP, picture.height)
        box = (0, top * rows, small.width, min(bottom * rows, small.height))
        outline = small.resize((picture.width, bottom - top), Image.Resampling.BILINEAR, box)
        cut.paste(outline, (0, top), outline.getchannel("A").point([255] * 255 + [0]))
    return cut


def _keyed(picture: Image.Image) -> Image.Image | None:
    pixels = np.asarray(picture.convert("RGB"))
    tone = np.median(_border(pixels), axis=0).astype(np.float32)
    alike: _Mask = np.abs(pixels - tone).max(axis=2) <= TOLERANCE
    if _border(alike).mean() < PLAIN_BORDER:
        return None
    gap = max(round(GAP / 2 * min(picture.size)), 1)
    ground = _reached_from_border(~_grown(~alike, gap))
    for _ in range(gap):
        ground = _grown(ground, 1) & alike
    if (~ground).mean() < SMALLEST_FIGURE:
        return None
    return _cut_out(pixels, ground, tone)


def is_keyed(file: bytes) -> bool:
    """Whether a picture's file has pixels that are wholly clear."""
    with Image.open(io.BytesIO(file)) as picture:
        if not picture.has_transparency_data:
            return False
        alpha = np.asarray(picture.convert("RGBA").getchannel("A"))
    return bool(alpha.min() == 0)


def _border(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.concatenate([values[0], values[-1], values[1:-1, 0], values[1:-1, -1]])


def _reached_from_border(free: _Mask) -> _Mask:
    """The pixels of `free` that can be walked to from outside over others of them."""
    reached = np.zeros_like(free)
    reached[[0, -1]] = free[[0, -1]]
    reached[:, [0, -1]] = free[:, [0, -1]]
    while True:
        before = np.count_nonzero(reached)
        reached = _along_rows(free, reached)
        reached = _along_rows(free.T, reached.T).T
        if np.count_nonzero(reached) == before:
            return reached


def _along_rows(free: _Mask, reached: _Mask) -> _Mask:
    """Every run of free pixels in a row of which one is reached is reached as a whole."""
    begins = free.copy()
    begins[:, 1:] &= ~free[:, :-1]
    runs = np.cumsum(begins.ravel()).reshape(free.shape)
    met = np.bincount(runs[reached], minlength=int(runs.flat[-1]) + 1) > 0
    found: _Mask = met[runs] & free
    return found


def _cut_out(pixels: _Pixels, ground: _Mask, tone: _Floats) -> Image.Image:
    edge = _grown(ground, EDGE) & ~ground
    inside = ~(ground | edge)
    near = _blurred(inside.astype(np.float32))
    edge &= near > 0.01  # a line so thin that it has no inside stays as it is
    cut = np.dstack([pixels, np.where(ground, 0, 255).astype(np.uint8)])
    along, length = np.zeros_like(near), np.zeros_like(near)
    for band in range(3):  # one at a time: the process that draws has little memory
        # What the outline would be without the ground in it: the figure's own colours nearby.
        own = _blurred(np.where(inside, pixels[..., band], np.float32(0))) / np.maximum(near, 0.01)
        along += (pixels[..., band] - tone[band]) * (own - tone[band])
        length += (own - tone[band]) ** 2
        cut[..., band] = np.where(edge, np.rint(own), pixels[..., band])
    share = np.clip(along / np.maximum(length, 1), 0, 1)
    cut[..., 3][edge] = np.rint(share[edge] * 255)
    return Image.fromarray(cut, "RGBA")


def _grown(mask: _Mask, by: int) -> _Mask:
    for _ in range(by):
        wide = mask.copy()
        wide[:, 1:] |= mask[:, :-1]
        wide[:, :-1] |= mask[:, 1:]
        mask = wide.copy()
        mask[1:] |= wide[:-1]
        mask[:-1] |= wide[1:]
    return mask


def _blurred(values: _Floats) -> _Floats:
    """A box of 4 × EDGE + 1 pixels moved over a band, without leaving 32-bit numbers."""
    for axis in (0, 1):
        reach = 2 * EDGE
        padded = np.pad(values, [(reach + 1, reach) if a == axis else (0, 0) for a in (0, 1)])
        sums = np.cumsum(padded, axis=axis, dtype=np.float64)
        width = 2 * reach + 1
        ahead, behind = (sums[width:], sums[:-width]) if axis == 0 else (sums[:, width:], sums[:, :-width])
        values = ((ahead - behind) / width).astype(np.float32)
    return values

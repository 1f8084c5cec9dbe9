"""What an edit or a variation begins with, how the part that was not to change stays as it was, and how what a model
drew becomes the picture that was asked for."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

from limner.engines.contract import DrawOrder, DrawRequest, ImageRef, Size, Task
from limner.engines.keying import key_out
from limner.errors import EngineError

Pixels = np.ndarray[Any, np.dtype[np.uint8]]

DEFAULT_STRENGTH = {Task.EDIT: 0.7, Task.VARY: 0.6}
MASKED_STRENGTH = 1.0
"""What stood under a mask shall go: nothing of it is kept unless a strength is asked for."""
FEATHER = 1 / 200
"""How soft the seam is, as a share of the picture's shorter edge."""
_CHANGES = 128


@dataclass(frozen=True, slots=True)
class Start:
    """The picture that an order changes, at the size the model draws and at the size that is asked for."""

    pixels: Pixels
    """1 × height × width × 3, for the model."""
    mask: Pixels | None
    """The same shape, white where the model paints anew; None: everywhere."""
    strength: float
    original: Image.Image
    """RGB, at the asked size."""
    changes: Image.Image | None
    """Grey, at the asked size: how much of the new picture is seen, none outside the mask."""

    def kept(self, drawn: Image.Image) -> Image.Image:
        """`drawn` inside the mask, the original outside it, pixel for pixel."""
        return drawn if self.changes is None else Image.composite(drawn, self.original, self.changes)


def start_of(order: DrawOrder, cell: int) -> Start:
    """The start of an edit or variation. `cell`: pixels of one cell of the model's latent."""
    request = order.request
    if not request.images:
        raise EngineError("This job names no picture to change. Ask for it again with the picture.")
    picture = opened(order, request.images[0])
    original = _on_white(picture)
    mask = changes = None
    if request.mask is not None:
        where = _where(opened(order, request.mask), original.size)
        mask = _in_cells(_placed(where, request, beyond="constant"), cell)
        changes = _feathered(_fitted(where, request.size))
    drawn = np.array(_placed(original, request, beyond="symmetric"))
    strength = _strength(request)
    return Start(drawn[None], mask, strength, _fitted(original, request.size), changes)


def finished(drawn: Image.Image, request: DrawRequest, start: Start | None) -> Image.Image:
    """What was drawn at `draw_size`, as it was asked for. RGB, or RGBA where its ground could be taken out."""
    # Where the shapes differ its edges are cut: nothing is stretched.
    picture = ImageOps.fit(drawn, (request.size.width, request.size.height), Image.Resampling.LANCZOS)
    if start is not None:
        picture = start.kept(picture)
    if request.background == "transparent":
        # One whose ground is not plain stays as it was drawn.
        picture = key_out(picture) or picture
    return picture


def opened(order: DrawOrder, ref: ImageRef) -> Image.Image:
    """One of the order's pictures. Raises EngineError where it did not come, or cannot be read."""
    data = order.images.get(ref.public_id)
    if data is None:
        raise EngineError("A picture that this job changes did not come with it. Ask for it again.")
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except Exception as error:  # boundary: Pillow's decoders raise nearly anything
        raise EngineError("A picture that this job changes cannot be read: its file is damaged.") from error
    return image


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    paper = Image.new("RGBA", clear.size, "white")
    paper.alpha_composite(clear)
    return paper.convert("RGB")


def _where(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Grey, white where the picture may change: OpenAI's masks are clear there, one without alpha is white."""
    if mask.has_transparency_data:
        where = ImageChops.invert(mask.convert("RGBA").getchannel("A"))
    else:
        where = mask.convert("L")
    return where if where.size == size else where.resize(size, Image.Resampling.BILINEAR)


def _fitted(image: Image.Image, size: Size) -> Image.Image:
    """The same middle part of picture and mask where the shape asked for is another."""
    if image.size == (size.width, size.height):
        return image
    method = Image.Resampling.BILINEAR if image.mode == "L" else Image.Resampling.LANCZOS
    return ImageOps.fit(image, (size.width, size.height), method)


def _placed(image: Image.Image, request: DrawRequest, beyond: Literal["constant", "symmetric"]) -> Image.Image:
    """The picture or mask where it is seen of what the model draws: what is drawn is cut to the asked shape, so there
    is more of it than of the picture. Beyond its edge the picture goes on as a mirror image; a mask changes nothing.
    """
    asked, whole = request.size, request.draw_size
    scale = min(whole.width / asked.width, whole.height / asked.height)
    seen = Size(max(1, round(asked.width * scale)), max(1, round(asked.height * scale)))
    pixels = np.asarray(_fitted(image, seen))
    left, top = (whole.width - seen.width) // 2, (whole.height - seen.height) // 2
    right, bottom = whole.width - seen.width - left, whole.height - seen.height - top
    edges = [(top, bottom), (left, right), (0, 0)][: pixels.ndim]
    return Image.fromarray(np.pad(pixels, edges, mode=beyond))


def _in_cells(where: Image.Image, cell: int) -> Pixels:
    """The mask as the model can follow it: a cell of its latent is painted anew where half of it may change.

    If it were all that are touched, what is painted would be cut off at the mask; if only whole ones, a rim of what
    shall go would stay. The exact mask is kept to when the picture is put together.
    """
    marked = np.asarray(where) >= _CHANGES
    height, width = marked.shape
    rows, columns = -(-height // cell), -(-width // cell)
    padded = np.zeros((rows * cell, columns * cell), bool)
    padded[:height, :width] = marked
    cells = padded.reshape(rows, cell, columns, cell).mean(axis=(1, 3)) >= 0.5
    mask = cells.repeat(cell, axis=0).repeat(cell, axis=1)[:height, :width]
    return np.repeat(mask[None, ..., None].astype(np.uint8) * 255, 3, axis=3)


def _feathered(where: Image.Image) -> Image.Image:
    """Soft on the inner side of the edge only: outside, nothing of the new picture is seen."""
    soft = where.filter(ImageFilter.GaussianBlur(max(1.0, min(where.size) * FEATHER)))
    # At a straight edge the blurred mask is one half; from there on inwards it rises to the whole.
    return ImageChops.darker(soft.point([max(0, 2 * value - 255) for value in range(256)]), where)


def _strength(request: DrawRequest) -> float:
    """The strength at which the pipeline takes a whole number of steps, at least one."""
    wish = request.strength
    if wish is None:
        wish = MASKED_STRENGTH if request.mask is not None else DEFAULT_STRENGTH[request.task]
    steps = min(max(round(wish * request.steps), 1), request.steps)
    # It cuts steps × strength off to an integer, in 32 bits: half a step more is never cut off to one step less.
    return 1.0 if steps == request.steps else (steps + 0.5) / request.steps

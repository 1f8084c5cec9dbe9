"""Pictures on their way to be edited: set onto a larger canvas, with a mask of the same size."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from limner.engines.contract import Size
from limner.errors import InvalidRequest, say
from limner.gallery.uploads import Clean, look, unpacked
from limner.provenance.fresh_png import fresh_png


@dataclass(frozen=True, slots=True)
class Margins:
    """How many pixels a picture grows by, at each edge."""

    top: int = 0
    right: int = 0
    bottom: int = 0
    left: int = 0

    def __bool__(self) -> bool:
        return bool(self.top or self.right or self.bottom or self.left)

    def around(self, size: Size) -> Size:
        """The size of the whole canvas."""
        return Size(self.left + size.width + self.right, self.top + size.height + self.bottom)


def extended(data: bytes, margins: Margins) -> Clean:
    """The picture on a larger canvas, where it goes on as its mirror image.

    That part is painted anew. What is there shows through where the new part's edge is soft, and fits the picture.
    """
    with Image.open(io.BytesIO(data)) as image:
        pixels = np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))
    grown = np.pad(pixels, ((margins.top, margins.bottom), (margins.left, margins.right), (0, 0)), mode="symmetric")
    return _kept(Image.fromarray(grown))


def mask_for(painted: bytes | None, size: Size, margins: Margins) -> Clean | None:
    """The mask of an edit, clear where the picture may change: where it was painted, and where it grows.

    `painted` is clear where the picture of `size` may change; it may be smaller, not larger. None: no mask, all
    may change. Raises InvalidRequest for a file that is no mask, or one in which nothing is painted.
    """
    if painted is None and not margins:
        return None
    stays = Image.new("L", (size.width, size.height), 255)
    if painted is not None:
        stays = _stays(painted, size, may_be_bare=bool(margins))
    whole = margins.around(size)
    alpha = Image.new("L", (whole.width, whole.height), 0)
    alpha.paste(stays, (margins.left, margins.top))
    mask = Image.new("RGBA", alpha.size)
    mask.putalpha(alpha)
    return _kept(mask)


def _stays(painted: bytes, size: Size, *, may_be_bare: bool) -> Image.Image:
    try:
        seen = look(painted)  # a small file can be a huge picture: its header is read before a pixel of it
        if seen.width * seen.height > size.pixels:
            raise InvalidRequest(
                say(
                    "It has more pixels ({mask}) than the picture ({size}).",
                    mask=f"{seen.width} × {seen.height}",
                    size=f"{size.width} × {size.height}",
                )
            )
        brought = unpacked(painted)
    except InvalidRequest as fault:
        raise InvalidRequest(
            say("Invalid mask. {fault}", fault=fault.message), param="mask", code=fault.code
        ) from None
    stays = brought.getchannel("A") if brought.mode == "RGBA" else Image.new("L", brought.size, 255)
    if stays.getextrema()[0] != 0 and not may_be_bare:
        raise InvalidRequest(
            say("Nothing is painted. Paint over the part that should change, or press Clear to change all of it."),
            param="mask",
        )
    wanted = (size.width, size.height)
    return stays if stays.size == wanted else stays.resize(wanted, Image.Resampling.BILINEAR)


def _kept(image: Image.Image) -> Clean:
    return Clean(fresh_png(image), image.width, image.height, has_alpha=image.mode == "RGBA")

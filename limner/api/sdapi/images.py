"""Pictures in bodies: out of base64, to the size that is drawn, and enlarged. All of it is slow: in threads."""

from __future__ import annotations

import binascii
import io
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pybase64
from PIL import Image, ImageFilter, ImageOps

from limner.api.errors import ApiError
from limner.api.sdapi.shapes import Extras
from limner.engines.contract import Size
from limner.errors import InvalidRequest
from limner.gallery.uploads import Clean, clean
from limner.provenance.fresh_png import fresh_png
from limner.provenance.mark import mark, read

working = ThreadPoolExecutor(2, thread_name_prefix="limner-webui")
"""Where pictures are unpacked and changed: each takes memory, so never many at a time."""

MOST_PIXELS = 16_777_216
"""Of all that one call has made larger: 4096 × 4096."""
CUT, FILL = 1, 2
"""`resize_mode`: cut what is too much, or fill what is missing. Every other one stretches."""
_MASKED = 128
NEAREST = "Nearest"
UPSCALERS = ("None", "Lanczos", NEAREST)


def bytes_of(given: str) -> bytes:
    """The file in a text of base64, with or without `data:image/…;base64,` before it. Raises ApiError."""
    text = given.partition(",")[2] if given[:5].lower() == "data:" else given
    text = "".join(text.split())
    try:
        data = pybase64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ApiError(422, "Invalid encoded image") from None
    if not data:
        raise ApiError(422, "Invalid encoded image")
    return data


def unpacked(data: bytes) -> Clean:
    """The picture, upright and harmless. Raises ApiError with a sentence."""
    try:
        return clean(data)
    except InvalidRequest as fault:
        raise ApiError(422, f"Invalid encoded image: {fault.message}") from None


# For img2img ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A picture to change, and where: white where it may change. Both have the size that is asked for."""

    picture: Clean
    mask: Clean | None


def change_of(picture: bytes, mask: bytes | None, size: Size, resize_mode: int, *, invert: bool) -> Change:
    """They are made fit as the mode says: nothing is left to chance by another size."""
    drawn = _on_white(_opened(picture))
    where = None if mask is None else _where(_opened(mask), drawn.size, invert=invert)
    return Change(
        _kept(_fitted(drawn, size, resize_mode)),
        None if where is None else _kept(_fitted(where, size, resize_mode).convert("RGB")),
    )


def _opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(unpacked(data).data))
    image.load()
    return image


def _kept(image: Image.Image) -> Clean:
    return Clean(fresh_png(image), image.width, image.height, has_alpha=False)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    return paper.convert("RGB")


def _where(mask: Image.Image, size: tuple[int, int], *, invert: bool) -> Image.Image:
    """Grey. A mask that is clear somewhere is white where it is not, as AUTOMATIC1111's server has it."""
    alpha = mask.getchannel("A") if mask.mode == "RGBA" else None
    where = alpha if alpha is not None and alpha.getextrema()[0] != 255 else mask.convert("L")
    where = where.point([255 if value >= _MASKED else 0 for value in range(256)])
    if where.size != size:
        where = where.resize(size, Image.Resampling.NEAREST)
    return ImageOps.invert(where) if invert else where


def _fitted(image: Image.Image, size: Size, resize_mode: int) -> Image.Image:
    wanted = (size.width, size.height)
    if image.size == wanted:
        return image
    grey = image.mode == "L"
    method = Image.Resampling.NEAREST if grey else Image.Resampling.LANCZOS
    if resize_mode == CUT:
        return ImageOps.fit(image, wanted, method)
    if resize_mode == FILL:
        return _filled(image, wanted, method)
    return image.resize(wanted, method)


def _filled(image: Image.Image, wanted: tuple[int, int], method: Image.Resampling) -> Image.Image:
    """All of the picture, and beside it a blur of itself; beside a mask, nothing that may change."""
    inside = ImageOps.contain(image, wanted, method)
    if image.mode == "L":
        around = Image.new("L", wanted)
    else:
        around = image.resize(wanted, method).filter(ImageFilter.GaussianBlur(min(wanted) / 16))
    around.paste(inside, ((wanted[0] - inside.width) // 2, (wanted[1] - inside.height) // 2))
    return around


# Enlarging -----------------------------------------------------------------------------------------------------


def enlarged(files: Iterable[bytes], how: Extras) -> Iterator[bytes]:
    """Each picture as PNG at its new size, with the mark that it had. Raises ApiError where they would be too large,
    one alone or together."""
    sizes: list[tuple[int, int]] = []
    for data in files:
        before = _opened(data)
        wanted = _wanted(before, how)
        sizes.append(before.size if how.upscaler_1 == "None" else wanted)
        refuse_too_large(sizes)
        made, marked = _at(wanted, before, how), read(data)
        wide, high = sizes[-1]
        yield mark(made, replace(marked, width=wide, height=high)) if marked else made


def refuse_too_large(sizes: Iterable[tuple[int, int]]) -> None:
    """Raise ApiError where pictures of these sizes are too large for one answer."""
    if sum(wide * high for wide, high in sizes) > MOST_PIXELS:
        raise ApiError(422, f"Too large: the pictures of one answer may have at most {MOST_PIXELS:,} pixels.")


def wanted_of(data: bytes, how: Extras) -> tuple[int, int]:
    """The size that is asked for of a picture. Raises ApiError where that is too large."""
    return _wanted(_opened(data), how)


def resized(data: bytes, wanted: tuple[int, int], how: Extras) -> bytes:
    """One that is made already as PNG at the size that is asked for."""
    return _at(wanted, _opened(data), how)


def _at(wanted: tuple[int, int], before: Image.Image, how: Extras) -> bytes:
    if how.upscaler_1 == "None" or wanted == before.size:
        return fresh_png(before)
    method = Image.Resampling.NEAREST if how.upscaler_1 == NEAREST else Image.Resampling.LANCZOS
    to_size = how.resize_mode == 1 and how.upscaling_crop
    return fresh_png(ImageOps.fit(before, wanted, method) if to_size else before.resize(wanted, method))


def _wanted(image: Image.Image, how: Extras) -> tuple[int, int]:
    if how.resize_mode == 0:
        factor = how.upscaling_resize
    elif how.upscaling_crop:
        return _bounded(how.upscaling_resize_w, how.upscaling_resize_h)
    else:
        factor = max(how.upscaling_resize_w / image.width, how.upscaling_resize_h / image.height)
    return _bounded(max(1, round(image.width * factor)), max(1, round(image.height * factor)))


def _bounded(width: int, height: int) -> tuple[int, int]:
    if width * height > MOST_PIXELS:
        raise ApiError(
            422, f"{width}x{height} is too large: an enlarged picture may have at most {MOST_PIXELS:,} pixels."
        )
    return width, height

"""Pictures on their way to an upstream, and on their way back: fit, and looked at before they are believed."""

from __future__ import annotations

import base64
import binascii
import io
import struct
import warnings
import zlib
from contextlib import suppress

import pybase64
from PIL import Image, UnidentifiedImageError

from limner.engines.contract import Size
from limner.engines.previews import preview

MOST_PIXELS = 64_000_000
File = tuple[str, bytes, str]
"""Name, bytes and type of a part of a form."""
_TYPES = {"PNG": ("png", "image/png"), "JPEG": ("jpg", "image/jpeg"), "WEBP": ("webp", "image/webp")}
_BROKEN = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error,
    Image.DecompressionBombError,
)  # fmt: skip
"""What Pillow raises of files that are no good."""


class NotAPicture(ValueError):
    """What it is instead, as the end of a sentence that begins with who answered."""


def picture_file(data: bytes, number: int) -> File:
    """As it is where upstreams take its format, else as PNG."""
    with Image.open(io.BytesIO(data)) as image:
        if image.format in _TYPES:
            suffix, type = _TYPES[image.format]
            return f"image-{number}.{suffix}", data, type
        return f"image-{number}.png", _png(image), "image/png"


def mask_file(data: bytes, first: bytes) -> File:
    """A PNG of the first picture's size that is clear where it may change, as OpenAI wants it."""
    with Image.open(io.BytesIO(first)) as picture:
        size = picture.size
    with Image.open(io.BytesIO(data)) as mask:
        has_alpha = mask.mode in ("RGBA", "LA", "PA") or "transparency" in mask.info
        if has_alpha and mask.format == "PNG" and mask.size == size and mask.mode == "RGBA":
            return "mask.png", data, "image/png"
        # One without an alpha channel is white where it may change.
        clear = mask.convert("RGBA").getchannel("A") if has_alpha else mask.convert("L").point(lambda v: 255 - v)
    if clear.size != size:
        clear = clear.resize(size, Image.Resampling.NEAREST)
    whole = Image.new("RGBA", size)
    whole.putalpha(clear)
    return "mask.png", _png(whole), "image/png"


def decoded(text: str) -> bytes:
    """The bytes of a base64 text, also of one in a data: URL. Raises NotAPicture."""
    if text.startswith("data:"):
        text = text.partition(",")[2]
    for decode in (pybase64.b64decode, base64.b64decode):  # the second, slow, forgives padding that is too long
        with suppress(binascii.Error, ValueError):
            data: bytes = decode(text, validate=True)
            return data
    raise NotAPicture("base64 that is cut off or damaged")


def unwrapped(text: str) -> tuple[bytes, Size]:
    """The picture in a text of base64, and its size. Raises NotAPicture."""
    data = decoded(text)
    return data, size_of(data)


def size_of(data: bytes) -> Size:
    """The size of a picture that is whole, without unpacking it. Raises NotAPicture."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as image:
            size, format = Size(*image.size), image.format
            if size.pixels > MOST_PIXELS:
                raise NotAPicture(f"a picture of {size}, which is more than Limner takes")
            whole = _is_whole(image, format or "", data)
    except NotAPicture:
        raise
    except _BROKEN:
        raise NotAPicture("something that is not a picture") from None
    if not whole:
        raise NotAPicture("a picture that is cut off")
    return size


def small(text: str) -> bytes | None:
    """The preview of a partial picture; None of one that cannot be read: it was only a preview."""
    try:
        data = decoded(text)
        size_of(data)
        with Image.open(io.BytesIO(data)) as image:
            return preview(image if image.mode in ("RGB", "RGBA") else image.convert("RGBA"))
    except _BROKEN:
        return None


def _is_whole(image: Image.Image, format: str, data: bytes) -> bool:
    match format:
        case "PNG":
            image.verify()  # every chunk's checksum
            return _begins_to_unpack(data) and data.rstrip(b"\0").endswith(b"IEND\xaeB`\x82")
        case "JPEG":
            return b"\xff\xd9" in data[-1024:]
        case "WEBP":
            return int.from_bytes(data[4:8], "little") + 8 <= len(data)
    image.load()
    return True


def _begins_to_unpack(data: bytes) -> bool:
    """Whether a PNG's pixels are compressed data at all: checksums say only that they came as they were sent."""
    at = len(b"\x89PNG\r\n\x1a\n")
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT" and length:
            with suppress(zlib.error):
                return bool(zlib.decompressobj().decompress(data[at + 8 : at + 8 + length], 1))
            return False
        at += 12 + length
    return False


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    (image if image.mode in ("RGB", "RGBA", "L", "LA") else image.convert("RGBA")).save(file, "PNG")
    return file.getvalue()

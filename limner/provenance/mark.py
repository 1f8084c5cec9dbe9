"""Encoding a picture with its mark, marking a file that is already encoded, and reading a mark back."""

from __future__ import annotations

import io
import logging
import struct
import zlib

from PIL import Image

from limner.provenance import containers, xmp
from limner.provenance.fresh_png import fresh_png
from limner.provenance.infotext import infotext
from limner.provenance.record import (
    ALGORITHMICALLY_ENHANCED,
    TRAINED_ALGORITHMIC_MEDIA,
    Provenance,
    UnreadablePicture,
)

__all__ = [
    "ALGORITHMICALLY_ENHANCED",
    "TRAINED_ALGORITHMIC_MEDIA",
    "Provenance",
    "UnreadablePicture",
    "bare",
    "convert",
    "encode",
    "mark",
    "read",
]

log = logging.getLogger(__name__)

JPEG_QUALITY = 92
WEBP_QUALITY = 90


def encode(
    mode: str,
    size: tuple[int, int],
    raw: bytes,
    *,
    format: str,
    metadata: Provenance,
    compression: int | None = None,
) -> bytes:
    """A marked file from raw rows. `mode` is "RGB" or "RGBA", `format` "png", "jpeg" or "webp".

    `compression` is zlib's level (0–9) for PNG and the quality (0–100) for JPEG and WebP. Without it a PNG is written
    fast, at level 1: somebody is waiting for it.
    """
    return mark(_encode(Image.frombytes(mode, size, raw), format, compression), metadata)


def convert(file: bytes, *, format: str, compression: int | None = None) -> bytes:
    """The picture in another format, with the mark it has."""
    made = read(file)
    try:
        with Image.open(io.BytesIO(file)) as image:
            image.load()
            converted = _encode(image, format, compression)
    except (OSError, SyntaxError, ValueError) as error:
        raise UnreadablePicture("This picture's file is damaged.") from error
    return mark(converted, made) if made else converted


def _encode(image: Image.Image, format: str, compression: int | None) -> bytes:
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    file = io.BytesIO()
    if format == "png":
        if compression is None:
            return fresh_png(image)
        image.save(file, "PNG", compress_level=compression)
    elif format in ("jpeg", "jpg"):
        if image.mode == "RGBA":  # JPEG knows no alpha: what was clear becomes paper
            paper = Image.new("RGBA", image.size, "white")
            paper.alpha_composite(image)
            image = paper.convert("RGB")
        image.save(file, "JPEG", quality=JPEG_QUALITY if compression is None else compression)
    elif format == "webp":
        image.save(file, "WEBP", quality=WEBP_QUALITY if compression is None else compression, method=4)
    else:
        raise ValueError(f"{format!r} is none of png, jpeg, webp")
    return file.getvalue()


def mark(file: bytes, metadata: Provenance) -> bytes:
    """The same file with the mark in it: no pixel changes, and a second mark replaces the first.

    Raises UnreadablePicture for anything that is not a whole PNG, JPEG or WebP.
    """
    try:
        match containers.kind(file):
            case "png":
                texts = {"parameters": infotext(metadata), "Software": xmp.printable(metadata.software)}
                return containers.png_insert(file, xmp.packet(metadata), texts)
            case "jpg":
                return containers.jpg_insert(file, xmp.packet(metadata, limit=containers.MAX_JPEG_PACKET))
            case "webp":
                return containers.webp_insert(file, xmp.packet(metadata))
    except struct.error as error:
        raise UnreadablePicture("The picture's file ends too early.") from error
    raise UnreadablePicture("The file is not a PNG, JPEG or WebP picture.")


def bare(file: bytes) -> bytes:
    """The same picture without a word of how it was made, only that a model made it: the law wants that said.

    No pixel changes. Whatever else the file carried (Exif, other programs' words) is gone too. Raises
    UnreadablePicture for anything that is not a whole PNG, JPEG or WebP.
    """
    made = read(file)
    packet = xmp.packet(Provenance(source_type=(made and made.source_type) or TRAINED_ALGORITHMIC_MEDIA))
    try:
        match containers.kind(file):
            case "png":
                return containers.png_insert(containers.png_bare(file), packet, {})
            case "jpg":
                return containers.jpg_insert(containers.jpg_bare(file), packet)
            case "webp":
                return containers.webp_insert(containers.webp_bare(file), packet)
    except struct.error as error:
        raise UnreadablePicture("The picture's file ends too early.") from error
    raise UnreadablePicture("The file is not a PNG, JPEG or WebP picture.")


_FINDERS = {"png": containers.png_find, "jpg": containers.jpg_find, "webp": containers.webp_find}


def read(file: bytes) -> Provenance | None:
    """What the file says about how it was made; None when it says nothing, is damaged, or is no picture."""
    find = _FINDERS.get(containers.kind(file) or "")
    if find is None:
        return None
    try:
        packet = find(file)
    except (UnreadablePicture, struct.error, zlib.error) as error:
        log.debug("No mark to read: %s", error)
        return None
    return xmp.parse(packet) if packet else None

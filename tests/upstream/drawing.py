"""Flat coloured pictures of the size asked for, made once each."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from functools import lru_cache

from PIL import Image

from limner.engines.contract import Size


def colour_of(words: str, seed: int | None, index: int) -> tuple[int, int, int]:
    """The colour of a picture: of the words, the seed where one was sent, and its number in the call."""
    red, green, blue = hashlib.sha256(f"{words}\0{seed}\0{index}".encode()).digest()[:3]
    return red, green, blue


@lru_cache(maxsize=64)
def picture(
    size: Size, colour: tuple[int, int, int], format: str = "png", clear: bool = False, weight: int = 0
) -> bytes:
    """The file. `weight`: it has at least so many bytes (PNG only)."""
    if format == "png":
        return _png(size, (*colour, 0) if clear else colour, weight)
    file = io.BytesIO()
    mode, full = ("RGBA", (*colour, 0)) if clear else ("RGB", colour)
    Image.new(mode, (size.width, size.height), full).save(file, {"jpeg": "JPEG", "webp": "WEBP"}[format])
    return file.getvalue()


@lru_cache(maxsize=8)
def _padding(length: int) -> bytes:
    return hashlib.shake_128(b"padding").digest(length)


def _png(size: Size, colour: tuple[int, ...], weight: int) -> bytes:
    row = b"\0" + bytes(colour) * size.width
    head = struct.pack(">IIBBBBB", size.width, size.height, 8, 6 if len(colour) == 4 else 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(row * size.height, 1))]
    have = 20 + sum(12 + len(data) for _, data in chunks)
    if weight > have:
        # A private chunk that readers pass over, of bytes that do not compress.
        chunks.insert(1, (b"paDd", _padding(weight - have)))
    chunks.append((b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )

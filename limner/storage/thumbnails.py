"""Small WebP pictures for pages, in two widths."""

from __future__ import annotations

import io
from functools import partial

from PIL import Image, ImageOps

from limner.storage.derived import WIDTHS, derived

__all__ = ["WIDTHS", "thumbnail"]

QUALITY = 82


def thumbnail(key: str, width: int) -> bytes:
    """The picture `width` (256 or 640) pixels wide, or as wide as it is where that is less."""
    if width not in WIDTHS:
        raise ValueError(f"{width} is none of {WIDTHS}")
    return derived(key, f"thumb-{width}.webp", partial(_small, width=width))


def _small(data: bytes, width: int) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        mark = image.info.get("xmp", b"")
        image.draft("RGB", (width, width))  # a JPEG decodes straight to about this size
        small: Image.Image = image if image.mode in ("RGB", "RGBA") else image.convert("RGBA")
        if small.width > width:
            height = max(1, round(small.height * width / small.width))
            small = small.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        file = io.BytesIO()
        ImageOps.exif_transpose(small).save(file, "WEBP", quality=QUALITY, method=4, xmp=mark)
        return file.getvalue()

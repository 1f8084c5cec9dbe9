"""Small WebP pictures for pages, in two widths. They say that a model made them, and not with which words."""

from __future__ import annotations

import io
from functools import partial

from PIL import Image, ImageOps

from limner.provenance import mark
from limner.storage.derived import WIDTHS, derived

__all__ = ["WIDTHS", "thumbnail"]

QUALITY = 82


def thumbnail(key: str, width: int) -> bytes:
    """The picture `width` (256 or 640) pixels wide, or as wide as it is where that is less."""
    if width not in WIDTHS:
        raise ValueError(f"{width} is none of {WIDTHS}")
    return derived(key, f"small-{width}.webp", partial(_small, width=width))


def _small(data: bytes, width: int) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        told = image.info.get("xmp", b"")
        image.draft("RGB", (width, width))  # a JPEG decodes straight to about this size
        small: Image.Image = image if image.mode in ("RGB", "RGBA") else image.convert("RGBA")
        if small.width > width:
            height = max(1, round(small.height * width / small.width))
            small = small.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        file = io.BytesIO()
        ImageOps.exif_transpose(small).save(file, "WEBP", quality=QUALITY, method=4, xmp=told)
    # Whoever may see the picture may not always read its words.
    return mark.bare(file.getvalue()) if told else file.getvalue()

"""Pictures and masks as callers send them."""

from __future__ import annotations

import base64
import io
from typing import Any

from PIL import Image

CLEAR = (0, 0, 0, 0)


def saved(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def picture(size: tuple[int, int] = (64, 64), format: str = "PNG", mode: str = "RGB") -> bytes:
    """A teal picture with a red left half: its way up can be told."""
    image = Image.new("RGB", size, "teal")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return saved(image.convert(mode), format)


def mask(size: tuple[int, int] = (64, 64)) -> bytes:
    """Clear in the middle: there the picture may change."""
    image = Image.new("RGBA", size, "black")
    image.paste(CLEAR, (size[0] // 4, size[1] // 4, 3 * size[0] // 4, 3 * size[1] // 4))
    return saved(image)


def with_a_hole(size: tuple[int, int] = (64, 64)) -> bytes:
    """A picture that is its own mask."""
    image = Image.new("RGBA", size, "teal")
    image.paste(CLEAR, (0, 0, size[0] // 2, size[1] // 2))
    return saved(image)


def data_url(file: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(file).decode()}"


def opened(file: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(file))
    image.load()
    return image

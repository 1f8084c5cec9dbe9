"""A small picture with stripes, as we write it and as other programs do."""

from __future__ import annotations

import io

from PIL import Image

from limner.provenance.mark import Provenance, encode

FORMATS = ["png", "jpeg", "webp"]
ROBOT = Provenance(
    prompt="a friendly robot holding a flower",
    negative_prompt="rain",
    model="storybook",
    seed=7,
    steps=20,
    guidance=3.5,
    width=48,
    height=32,
)


EXIF = Image.Exif()
EXIF[0x0131] = "a camera"


def stripes(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    """A picture with something on it."""
    image = Image.new(mode, size, "white")
    for x in range(0, size[0], 3):
        image.paste((x * 5 % 256, 80, 200, 120)[: len(mode)], (x, 0, x + 1, size[1]))
    return image


def encoded(format: str, metadata: Provenance = ROBOT, mode: str = "RGB") -> bytes:
    image = stripes(mode)
    return encode(mode, image.size, image.tobytes(), format=format, metadata=metadata)


def opened(file: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(file))
    image.load()
    return image


def as_others_write(format: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    stripes(mode).save(file, format.upper(), **options)
    return file.getvalue()

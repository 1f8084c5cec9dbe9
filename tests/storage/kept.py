"""A folder of pictures that belongs to one test."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from pytest_django import Settings

from limner.provenance.mark import Provenance, encode

MADE = Provenance(prompt="a red boat", model="storybook", seed=3)


@pytest.fixture
def pictures(tmp_path: Path, settings: Settings) -> Path:
    """Where this test's pictures are kept, as a person's own settings would keep them."""
    folder = tmp_path / "pictures"
    default = settings.STORAGES["pictures"]
    options = {**default["OPTIONS"], "location": str(folder)}
    settings.STORAGES = {**settings.STORAGES, "pictures": {**default, "OPTIONS": options}}
    return folder


def boat(size: tuple[int, int] = (1024, 768), *, format: str = "png", mode: str = "RGB") -> bytes:
    """A marked picture with a gradient in it."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    return encode(mode, size, image.tobytes(), format=format, metadata=MADE)


def opened(file: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(file))
    image.load()
    return image

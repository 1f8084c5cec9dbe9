"""From what an engine draws to the file that is kept."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from limner.engines.contract import Drawn, Size
from limner.errors import EngineError
from limner.jobs.pipeline import encoded
from limner.provenance.mark import Provenance, mark, read

MADE = Provenance(prompt="a red robot", model="storybook", seed=7)
RED = (255, 0, 0)


def opened(file: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(file))
    image.load()
    return image


def raw(size: Size, mode: str = "RGB") -> Drawn:
    pixel = bytes(RED) + (b"\x80" if mode == "RGBA" else b"")
    return Drawn("job", 0, size, mode, pixel * size.pixels, 0.1)


def file(size: Size, format: str, mode: str = "RGB") -> Drawn:
    data = io.BytesIO()
    Image.new(mode, (size.width, size.height), RED if mode == "RGB" else 0).save(data, format)
    return Drawn("job", 0, size, "file", data.getvalue(), 0.1)


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_raw_rows_become_a_marked_file_of_the_asked_format(format: str, mode: str) -> None:
    data = encoded(raw(Size(16, 8), mode), Size(16, 8), format, MADE)
    assert opened(data).format == format.upper()
    assert opened(data).size == (16, 8)
    assert (read(data) or Provenance(source_type="")).made_by_a_model


def test_what_was_drawn_at_another_size_is_fitted_to_the_asked_one() -> None:
    image = opened(encoded(raw(Size(16, 8)), Size(32, 16), "png", MADE))
    assert image.size == (32, 16)
    assert image.getpixel((16, 8)) == RED


def test_a_file_that_fits_is_marked_and_not_encoded_again() -> None:
    drawn = file(Size(16, 8), "PNG")
    assert encoded(drawn, Size(16, 8), "png", MADE) == mark(drawn.data, MADE)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_a_file_of_another_format_or_size_is_made_to_fit(mode: str) -> None:
    image = opened(encoded(file(Size(16, 8), "PNG", mode), Size(32, 16), "webp", MADE))
    assert (image.format, image.size) == ("WEBP", (32, 16))


@pytest.mark.parametrize("data", [b"", b"<html>busy</html>", b"\x89PNG\r\n\x1a\n", b"RIFF\x04\x00\x00\x00WEBP"])
def test_a_file_that_is_no_picture_is_the_engines_error(data: bytes) -> None:
    with pytest.raises(EngineError, match="not a picture"):
        encoded(Drawn("job", 0, Size(8, 8), "file", data, 0.1), Size(8, 8), "png", MADE)


def test_half_a_file_is_no_picture() -> None:
    whole = file(Size(64, 64), "JPEG")
    half = Drawn("job", 0, whole.size, "file", whole.data[: len(whole.data) // 2], 0.1)
    with pytest.raises(EngineError, match="not a picture"):
        encoded(half, Size(64, 64), "jpeg", MADE)

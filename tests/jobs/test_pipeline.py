"""From what an engine draws to the file that is kept."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib

import pytest
from PIL import Image

from limner.engines.contract import Drawn, Size
from limner.errors import EngineError
from limner.jobs.pipeline import encoded
from limner.provenance.fresh_png import chunk
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


def turned(size: Size, orientation: int) -> Drawn:
    """A photograph that a reader has to turn: red at the top left of what is stored, blue elsewhere."""
    image = Image.new("RGB", (size.width, size.height), "blue")
    image.paste(RED, (0, 0, size.width // 2, size.height // 2))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = io.BytesIO()
    image.save(data, "JPEG", exif=exif, quality=95)
    return Drawn("job", 0, size, "file", data.getvalue(), 0.1)


def pixels_of(data: bytes) -> str:
    """The hash of what holds a file's pixels, and of nothing else in it."""
    if data.startswith(b"\xff\xd8"):
        scan = data.index(b"\xff\xda")
        return hashlib.sha256(data[scan:]).hexdigest()
    names = {
        b"\x89PNG": (8, ">", {b"IHDR", b"PLTE", b"tRNS", b"IDAT"}),
        b"RIFF": (12, "<", {b"VP8 ", b"VP8L", b"ALPH"}),
    }
    at, order, held = names[data[:4]]
    digest = hashlib.sha256()
    while at < len(data):
        if order == ">":
            length, name = struct.unpack_from(">I4s", data, at)
            end = at + 12 + length
        else:
            name, length = struct.unpack_from("<4sI", data, at)
            end = at + 8 + length + (length & 1)
        if name in held:
            digest.update(data[at:end])
        at = end
    return digest.hexdigest()


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_the_pixels_of_a_file_that_fits_are_passed_on_byte_for_byte(format: str, mode: str) -> None:
    if format == "jpeg" and mode in ("RGBA", "P"):
        mode = "RGB"
    noise = Image.effect_noise((64, 48), 90).convert(mode)
    stored = io.BytesIO()
    noise.save(stored, format.upper())
    drawn = Drawn("job", 0, Size(64, 48), "file", stored.getvalue(), 0.1)
    kept = encoded(drawn, Size(64, 48), format, MADE)
    assert pixels_of(kept) == pixels_of(drawn.data)
    assert (read(kept) or Provenance(source_type="")).made_by_a_model
    assert len(kept) > len(drawn.data)


def test_a_jpeg_on_its_side_is_turned_upright_and_fits_then() -> None:
    drawn = turned(Size(64, 32), 6)
    image = opened(encoded(drawn, Size(32, 64), "jpeg", MADE))
    assert (image.size, image.getexif().get(0x0112)) == ((32, 64), None)
    red, _, blue = image.getpixel((24, 8))  # type: ignore[misc]
    assert red > 200 > 60 > blue


def test_a_jpeg_on_its_side_is_never_passed_on_because_its_sides_agree() -> None:
    drawn = turned(Size(64, 64), 3)
    kept = encoded(drawn, Size(64, 64), "jpeg", MADE)
    assert pixels_of(kept) != pixels_of(drawn.data)
    red, _, blue = opened(kept).getpixel((48, 48))  # type: ignore[misc]
    assert red > 200 > 60 > blue


def test_a_jpeg_that_says_it_stands_upright_is_passed_on() -> None:
    drawn = turned(Size(64, 32), 1)
    assert pixels_of(encoded(drawn, Size(64, 32), "jpeg", MADE)) == pixels_of(drawn.data)


@pytest.mark.parametrize(("format", "kept_as"), [("PNG", "png"), ("WEBP", "webp"), ("MPO", "jpeg")])
def test_of_a_file_of_several_pictures_the_first_is_kept(format: str, kept_as: str) -> None:
    data = io.BytesIO()
    Image.new("RGB", (16, 8), RED).save(
        data, format, save_all=True, append_images=[Image.new("RGB", (16, 8), "blue")]
    )
    image = opened(encoded(Drawn("job", 0, Size(16, 8), "file", data.getvalue(), 0.1), Size(16, 8), kept_as, MADE))
    assert getattr(image, "n_frames", 1) == 1
    red, _, blue = image.convert("RGB").getpixel((8, 4))  # type: ignore[misc]
    assert red > 200 > 60 > blue


def test_another_shape_is_cut_and_not_stretched() -> None:
    wide = Image.new("RGB", (40, 20), "blue")
    wide.paste(RED, (10, 0, 30, 20))
    data = io.BytesIO()
    wide.save(data, "PNG")
    for drawn in (
        Drawn("job", 0, Size(40, 20), "file", data.getvalue(), 0.1),
        Drawn("job", 0, Size(40, 20), "RGB", wide.tobytes(), 0.1),
    ):
        image = opened(encoded(drawn, Size(20, 20), "png", MADE))
        assert image.size == (20, 20)
        assert {pixel for _, pixel in image.getcolors() or []} == {RED}


@pytest.mark.parametrize(("format", "word"), [("GIF", "a GIF"), ("SVG", "an SVG")])
def test_a_format_that_is_not_kept_is_called_by_its_name(format: str, word: str) -> None:
    data = io.BytesIO(b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>")
    if format == "GIF":
        data = io.BytesIO()
        Image.new("RGB", (16, 8), RED).save(data, "GIF")
    with pytest.raises(EngineError, match=word):
        encoded(Drawn("job", 0, Size(16, 8), "file", data.getvalue(), 0.1), Size(16, 8), "png", MADE)


@pytest.mark.parametrize("side", [8_000, 9_600, 13_500])
def test_a_picture_of_more_pixels_than_are_ever_kept_is_not_unpacked(side: int) -> None:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100)))
    with pytest.raises(EngineError, match="The model answered with"):
        encoded(Drawn("job", 0, Size(8, 8), "file", bomb, 0.1), Size(8, 8), "png", MADE)


def test_half_a_file_is_no_picture() -> None:
    whole = file(Size(64, 64), "JPEG")
    half = Drawn("job", 0, whole.size, "file", whole.data[: len(whole.data) // 2], 0.1)
    with pytest.raises(EngineError, match="not a picture"):
        encoded(half, Size(64, 64), "jpeg", MADE)

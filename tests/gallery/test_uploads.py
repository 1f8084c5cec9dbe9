"""An image from outside is made harmless, or refused with a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from limner.errors import InvalidRequest
from limner.gallery.uploads import MAX_BYTES, clean
from tests.storage.kept import boat, opened

PNG = b"\x89PNG\r\n\x1a\n"


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_every_format_becomes_a_png(format: str) -> None:
    image = clean(saved(Image.new("RGB", (40, 30), "teal"), format))
    assert (image.width, image.height, image.has_alpha) == (40, 30, False)
    assert opened(image.data).format == "PNG"


def test_a_photograph_taken_sideways_stands_upright() -> None:
    photograph = Image.new("RGB", (40, 20), "white")
    photograph.paste("red", (0, 0, 10, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    image = clean(saved(photograph, "JPEG", exif=exif, quality=95))
    assert (image.width, image.height) == (20, 40)
    red, green, _ = opened(image.data).getpixel((10, 2))  # type: ignore[misc]
    assert red > 200 > 60 > green


def test_where_and_when_a_photograph_was_taken_is_stripped() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "SecretComment")
    jpeg = saved(Image.new("RGB", (40, 30)), "JPEG", exif=exif, comment=b"SecretComment", xmp=b"<x>SecretXmp</x>")
    png = saved(Image.new("RGB", (40, 30)), "PNG", exif=exif, pnginfo=info)
    for data in (jpeg, png):
        assert b"Secret" in data
        image = clean(data)
        assert b"Secret" not in image.data
        assert set(opened(image.data).info) == set()


def test_what_hides_behind_the_picture_is_stripped() -> None:
    assert b"<script>" not in clean(boat((40, 30)) + b"<script>alert(1)</script>").data


@pytest.mark.parametrize(
    ("mode", "format", "alpha"),
    [("RGBA", "PNG", True), ("LA", "PNG", True), ("P", "PNG", False), ("L", "JPEG", False), ("CMYK", "JPEG", False),
     ("1", "PNG", False), ("RGBA", "WEBP", True)],
)  # fmt: skip
def test_every_kind_of_pixel_becomes_rgb_with_or_without_alpha(mode: str, format: str, alpha: bool) -> None:
    image = clean(saved(Image.new(mode, (40, 30)), format))
    assert image.has_alpha is alpha
    assert opened(image.data).mode == ("RGBA" if alpha else "RGB")


def test_a_palette_with_a_clear_colour_keeps_it_clear() -> None:
    picture = Image.new("P", (40, 30), 1)
    picture.putpalette([255, 0, 0, 0, 255, 0])
    image = clean(saved(picture, "PNG", transparency=1))
    assert opened(image.data).getpixel((5, 5)) == (0, 255, 0, 0)


def test_sixteen_bit_grey_is_scaled_and_not_cut_off() -> None:
    grey = Image.new("I;16", (40, 30), 0x8000)
    assert opened(clean(saved(grey, "PNG")).data).getpixel((5, 5)) == (128, 128, 128)


def test_colours_stay_where_the_profile_is_the_webs_own() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = clean(saved(Image.new("RGB", (40, 30), (10, 200, 90)), "PNG", icc_profile=profile))
    pixel = opened(image.data).getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) <= 2 for a, b in zip(pixel, (10, 200, 90), strict=True))


def test_a_broken_colour_profile_is_passed_over() -> None:
    image = clean(saved(Image.new("RGB", (40, 30), "teal"), "PNG", icc_profile=b"not a profile"))
    assert opened(image.data).getpixel((5, 5)) == (0, 128, 128)


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [7_072, 9_600, 13_500, 60_000])
def test_a_pixel_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    with pytest.raises(InvalidRequest, match="50 million pixels") as refusal:
        clean(png_that_claims(side, side))
    assert refusal.value.param == "image"
    assert refusal.value.code == "invalid_image_file"


def test_a_file_of_more_than_50_mb_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="50 MB"):
        clean(bytes(MAX_BYTES + 1))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_half_a_picture_is_refused(format: str) -> None:
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    data = saved(noise, format)
    with pytest.raises(InvalidRequest, match="not a whole"):
        clean(data[: len(data) // 2])


@pytest.mark.parametrize(
    "data",
    [b"", b"a friendly robot", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n"],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidRequest, match="not a whole PNG, JPEG or WebP picture"):
        clean(data)


@pytest.mark.parametrize("format", ["GIF", "BMP", "TIFF"])
def test_formats_that_nobody_promised_are_refused(format: str) -> None:
    with pytest.raises(InvalidRequest):
        clean(saved(Image.new("RGB", (40, 30)), format))


whole = [saved(Image.effect_noise((24, 24), 90).convert("RGB"), format) for format in ("PNG", "JPEG", "WEBP")]


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(whole))
def test_a_damaged_file_is_cleaned_or_refused_and_nothing_else(data: st.DataObject, file: bytes) -> None:
    damaged = bytearray(file)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        image = clean(bytes(damaged))
    except InvalidRequest:
        return
    assert opened(image.data).size == (image.width, image.height)

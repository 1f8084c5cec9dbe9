"""Making an image that a person gave harmless: decoded, rotated, stripped of everything but pixels, encoded again."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import ExifTags, Image, ImageCms, ImageOps

from limner.errors import InvalidRequest, Sentence, say
from limner.gallery.scans import START, too_many_scans
from limner.provenance.fresh_png import fresh_png

log = logging.getLogger(__name__)

MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
MOST_SCANS = 100
"""Of a JPEG. Programs write about ten."""
MOST_PIXELS_SCANNED = 1_000_000_000
"""In all of its scans: a picture of 50 million pixels may have twenty."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a file's header says, before a pixel of it is unpacked. Width and height are the upright image's."""

    format: str
    width: int
    height: int
    has_alpha: bool
    bytes: int
    for_print: bool = False
    """Its colours are mixed of printing inks (CMYK)."""
    deep: bool = False
    """It has more than 8 bits a colour."""


@dataclass(frozen=True, slots=True)
class Clean:
    """A PNG of ours with nothing in it but pixels."""

    data: bytes
    width: int
    height: int
    has_alpha: bool
    has_clear: bool = False
    """Some of it can be seen through entirely."""


def look(data: bytes) -> Look:
    """What the header says. Raises InvalidRequest for what is no picture, or one that is too large to be unpacked."""
    with _opened(data) as image:
        turned = image.format != "PNG" and image.getexif().get(ExifTags.Base.Orientation, 1) in _ON_ITS_SIDE
        size = image.size[::-1] if turned else image.size
        return Look(
            image.format or "",
            *size,
            image.has_transparency_data,
            len(data),
            for_print=image.mode == "CMYK",
            deep=image.format == "PNG" and data[_BIT_DEPTH] > 8,
        )


def clean(data: bytes) -> Clean:
    """The first of its images upright, in sRGB, without metadata, as PNG. Raises InvalidRequest with a sentence."""
    image = unpacked(data)
    has_alpha = image.mode == "RGBA"
    has_clear = has_alpha and image.getchannel("A").getextrema()[0] == 0
    return Clean(fresh_png(image), image.width, image.height, has_alpha, has_clear)


def unpacked(data: bytes) -> Image.Image:
    """The pixels that `clean` keeps, as "RGB" or "RGBA". Raises InvalidRequest with a sentence."""
    with _opened(data) as opened:
        opened.load()
        return _plain(ImageOps.exif_transpose(opened))


_ON_ITS_SIDE = range(5, 9)
_BIT_DEPTH = 24
"""Where a PNG's first chunk, which has to be its header, says how many bits a colour has."""


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """The image, not unpacked yet. Whatever goes wrong with it inside is said in a sentence."""
    if len(data) > MAX_BYTES:
        raise _refused(say("This file is larger than 50 MB. Make it smaller and try again."))
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise _too_many_pixels()
            most = min(MOST_SCANS, MOST_PIXELS_SCANNED // (opened.width * opened.height))
            if data.startswith(START) and too_many_scans(data, most):
                raise _refused(
                    say(
                        "This JPEG goes over its pixels more than {most} times, which takes too long to unpack. Save "
                        "it as a PNG, or as an ordinary JPEG, and try again.",
                        most=most,
                    )
                )
            yield opened
    except InvalidRequest:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:  # the boundary to Pillow: its decoders raise nearly anything
        log.info("Refused an upload of %d bytes: %r", len(data), error)
        raise _refused(_not_whole(data)) from error


def _not_whole(data: bytes) -> Sentence:
    if data.startswith((b"GIF87a", b"GIF89a")):
        return say("This file is not a whole PNG, JPEG or WebP picture, but a GIF. Try another one.")
    if b"<svg" in data[:1000].lower():
        return say("This file is not a whole PNG, JPEG or WebP picture, but an SVG. Try another one.")
    return say("This file is not a whole PNG, JPEG or WebP picture. Try another one.")


def _plain(image: Image.Image) -> Image.Image:
    """RGB or RGBA in sRGB, without anything that Pillow would carry into the next file."""
    if image.mode.startswith("I;16"):  # 16-bit grey: Pillow would cut it off at 255, not scale it
        image = image.point(lambda value: value / 256).convert("L")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        image = _in_srgb(image, profile, mode)
    if image.mode != mode:
        image = image.convert(mode)
    bare = Image.new(mode, image.size)
    bare.paste(image)
    return bare


def _in_srgb(image: Image.Image, profile: bytes, mode: str) -> Image.Image:
    """Phones photograph in wider colours than the web's: without this they would turn pale."""
    try:
        changed = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode=mode,
        )
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        log.info("Passed over a colour profile that cannot be used: %s", error)
        return image
    return changed or image


def _refused(sentence: Sentence) -> InvalidRequest:
    return InvalidRequest(sentence, param="image", code="invalid_image_file")


def _too_many_pixels() -> InvalidRequest:
    return _refused(say("This picture has more than 50 million pixels. Make it smaller and try again."))

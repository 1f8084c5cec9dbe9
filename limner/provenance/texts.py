"""The texts in a picture's file, whoever wrote it: PNG's text chunks, and Exif's comment in a JPEG or WebP."""

from __future__ import annotations

import io
import logging
import struct
import zlib

from PIL import ExifTags, Image

from limner.provenance import containers, xmp
from limner.provenance.infotext import infotext
from limner.provenance.mark import read
from limner.provenance.record import UnreadablePicture

log = logging.getLogger(__name__)

PARAMETERS = "parameters"
"""The name of the text that says how a picture was made."""
_FORMATS = ("JPEG", "WEBP")
_GRAPHS = ("prompt", "workflow")
_COMMENT_CODES = {b"UNICODE\x00": "utf-16-be", b"ASCII\x00\x00\x00": "ascii"}


def texts_in(file: bytes) -> dict[str, str]:
    """Every text by its name. `parameters` is there too where only our own mark says what it would. Never raises."""
    match containers.kind(file):
        case "png":
            found = _png(file)
        case "jpg" | "webp":
            found = _exif(file)
        case _:
            return {}
    made = None if PARAMETERS in found else read(file)
    return {**found, PARAMETERS: infotext(made)} if made is not None else found


def _png(file: bytes) -> dict[str, str]:
    try:
        found = containers.png_texts(file)
    except (UnreadablePicture, struct.error, zlib.error) as error:
        log.debug("No texts to read: %s", error)
        return {}
    return {name: xmp.printable(text) for name, text in found.items()}


def _exif(file: bytes) -> dict[str, str]:
    try:
        with Image.open(io.BytesIO(file), formats=_FORMATS) as image:
            exif = image.getexif()
            comment = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment)
            # Fooocus writes its comment where a camera's name would stand, ComfyUI its graphs into that itself.
            comment = comment or exif.get(ExifTags.Base.UserComment)
            graphs = [exif.get(ExifTags.Base.Make), exif.get(ExifTags.Base.Model)]
    except Exception as error:  # noqa: BLE001  (the boundary to Pillow: a stranger's Exif makes it raise nearly anything)
        log.debug("No comment to read: %s", error)
        return {}
    found = {PARAMETERS: _comment(comment)}
    for text in graphs:
        name, colon, graph = _comment(text).partition(":")
        if colon and name.lower() in _GRAPHS:
            found[name.lower()] = graph
    return {name: text for name, text in found.items() if text}


def _comment(given: object) -> str:
    """Exif's comments begin with the name of their code; other programs leave it out."""
    if isinstance(given, bytes) and len(given) <= xmp.MAX_PACKET:
        code = _COMMENT_CODES.get(given[:8])
        given = given[8:].decode(code, "replace") if code else ""
    return xmp.printable(given).strip() if isinstance(given, str) and len(given) <= xmp.MAX_PACKET else ""

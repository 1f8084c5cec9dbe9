"""The formats that a picture can be had in."""

from __future__ import annotations

from limner.gallery.models import Picture

EXTENSIONS = {"png": "png", "jpeg": "jpg", "jpg": "jpg", "webp": "webp"}
"""File extension by the name that a request or a row gives the format."""

CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


def extension_of(picture: Picture) -> str:
    """`png`, `jpg` or `webp`: what the picture's own file is."""
    return EXTENSIONS[picture.format]

"""Links to pictures that need no key to follow, for a while."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from limner.gallery.models import Picture
from limner.storage import signing

VALID_FOR = timedelta(hours=2)
"""OpenAI's links lasted an hour; programs that counted on it get some slack."""

EXTENSIONS = {"jpeg": "jpg"}


def picture_link(picture: Picture, origin: str) -> str:
    """An absolute link under `origin` (the request's own scheme, host and port), ending in the file's extension."""
    extension = EXTENSIONS.get(picture.format, picture.format)
    token = signing.sign(picture.public_id, extension, timezone.now() + VALID_FOR)
    path = reverse("gallery:signed", kwargs={"token": token, "ext": extension})
    return origin.rstrip("/") + path

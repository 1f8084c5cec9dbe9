"""Links to pictures that need no key to follow, for a while."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from limner.api.errors import ApiError
from limner.gallery.models import Picture
from limner.storage import signing

VALID_FOR = timedelta(hours=2)
"""OpenAI's links lasted an hour; programs that counted on it get some slack."""

EXTENSIONS = {"jpeg": "jpg"}


def origin_of(request: HttpRequest) -> str:
    """The scheme, host and port that the client called, which its links begin with."""
    try:
        return f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        raise ApiError(400, "Invalid Host header.") from None


def picture_link(picture: Picture, origin: str, *, while_public: bool = False) -> str:
    """An absolute link under `origin` (the request's own scheme, host and port), ending in the file's extension; for
    somebody else than the picture's owner, good while it is public."""
    extension = EXTENSIONS.get(picture.format, picture.format)
    token = signing.sign(picture.public_id, extension, timezone.now() + VALID_FOR, while_public=while_public)
    path = reverse("gallery:signed", kwargs={"token": token, "ext": extension})
    return origin + path

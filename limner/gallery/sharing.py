"""Links that show one picture to whoever has them, without signing in, for a while."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from limner.accounts.models import Account
from limner.errors import NotAllowed, say
from limner.gallery.formats import extension_of
from limner.gallery.queries import picture_visible_to
from limner.storage import signing

DAYS = 7
"""How long a link works. A picture that is in the trash or was taken down is gone from its links too."""


def share(account: Account, public_id: UUID) -> str:
    """The path of a link to one's own picture. Raises NotFound, or NotAllowed for somebody else's public picture
    and for one that was taken down."""
    picture = picture_visible_to(account, public_id)
    if picture.account_id != account.pk:
        raise NotAllowed(say("Only the person who made a picture can make a link to it."))
    if picture.taken_down_at is not None:
        raise NotAllowed(say("A moderator took this picture down, so there can be no link to it."))
    ext = extension_of(picture)
    token = signing.sign(picture.public_id, ext, timezone.now() + timedelta(days=DAYS))
    return reverse("gallery:signed", kwargs={"token": token, "ext": ext})

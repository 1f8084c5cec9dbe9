"""What moderators do with a picture that is public, or asks to be."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from limner.accounts.models import Account
from limner.errors import NotFound, say
from limner.gallery.models import Picture
from limner.moderation import audit
from limner.moderation.models import Target


def approve(moderator: Account, public_id: UUID) -> Picture:
    """It waited to be public, and is."""
    with transaction.atomic():
        picture = _locked(public_id)
        if picture.waiting_since is not None and picture.taken_down_at is None:
            picture.public, picture.published_at, picture.waiting_since = True, timezone.now(), None
            picture.save(update_fields=["public", "published_at", "waiting_since"])
            audit.record(moderator, "approve", Target.PICTURE, public_id)
    return picture


def take_down(moderator: Account, public_id: UUID, reason: str) -> Picture:
    """It is public no more and cannot be again; its owner is told why."""
    with transaction.atomic():
        picture = _locked(public_id)
        picture.public, picture.waiting_since = False, None
        picture.taken_down_at, picture.taken_down_reason = timezone.now(), reason
        picture.save(update_fields=["public", "waiting_since", "taken_down_at", "taken_down_reason"])
        audit.record(moderator, "take_down", Target.PICTURE, public_id, reason)
    return picture


def put_back(moderator: Account, public_id: UUID, reason: str) -> Picture:
    """It was taken down by mistake: its owner may show it again."""
    with transaction.atomic():
        picture = _locked(public_id)
        if picture.taken_down_at is not None:
            picture.taken_down_at, picture.taken_down_reason = None, ""
            picture.save(update_fields=["taken_down_at", "taken_down_reason"])
            audit.record(moderator, "restore", Target.PICTURE, public_id, reason)
    return picture


def _locked(public_id: UUID) -> Picture:
    picture = Picture.objects.select_for_update(no_key=True).filter(public_id=public_id).first()
    if picture is None:
        raise NotFound(say("There is no such picture."))
    return picture

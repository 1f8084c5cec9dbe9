"""Stored results, the images people gave, and what came from what."""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LANCZOS = "lanczos"
"""What stands for the model of an upload that was only made larger: no model drew any of it."""


_PUBLIC = Q(public=True, trashed_at__isnull=True)


def chance() -> int:
    """A place in the shuffled wall."""
    return secrets.randbelow(2**31)


class Licence(models.TextChoices):
    """What whoever sees a public picture may do with it."""

    RESERVED = "reserved", _("All rights reserved")
    BY = "cc-by-4.0", "CC BY 4.0"
    BY_SA = "cc-by-sa-4.0", "CC BY-SA 4.0"
    ZERO = "cc0-1.0", "CC0 1.0"


class Picture(models.Model):
    """One stored result."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pictures")
    job = models.UUIDField(help_text="The job's public id: plain, because jobs live above the gallery.")
    index = models.PositiveSmallIntegerField(help_text="Which of the job's n pictures, from 0.")
    attempt = models.PositiveIntegerField()
    blob = models.CharField(max_length=200, db_index=True, help_text="Unguessable key in storage; never shown.")
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    format = models.CharField(max_length=8, default="png")
    prompt = models.TextField()
    negative_prompt = models.TextField(blank=True)
    model = models.CharField(max_length=80)
    seed = models.BigIntegerField()
    parameters = models.JSONField(default=dict)
    style = models.CharField(max_length=80, blank=True, default="", help_text="Name of the style it was asked in.")
    public = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True, blank=True, help_text="When it was shown to everybody, last.")
    waiting_since = models.DateTimeField(null=True, blank=True, help_text="Asked to be public, and nobody said yes.")
    taken_down_at = models.DateTimeField(null=True, blank=True, help_text="By a moderator: cannot be public.")
    taken_down_reason = models.TextField(blank=True, default="", help_text="What its owner is told.")
    shows_prompt = models.BooleanField(default=True, help_text="Whether others read its prompt where it is public.")
    indexed = models.BooleanField(default=True, help_text="Whether search engines may show it where it is public.")
    licence = models.CharField(max_length=20, choices=Licence, default=Licence.RESERVED)
    likes = models.PositiveIntegerField(default=0, help_text="How many like it; counted with their rows.")
    shuffle = models.PositiveIntegerField(default=chance, help_text="Its place in the shuffled wall.")
    trashed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "index"], name="picture_once_per_job_and_index")
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="picture_newest_first"),
            models.Index(fields=["account", "-id"], name="picture_kept", condition=Q(trashed_at__isnull=True)),
            models.Index(fields=["account", "-id"], name="picture_in_trash", condition=Q(trashed_at__isnull=False)),
            models.Index(fields=["trashed_at"], name="picture_trashed", condition=Q(trashed_at__isnull=False)),
            models.Index(fields=["created_at"], name="picture_by_date"),
            models.Index(fields=["-published_at", "-id"], name="picture_public_newest", condition=_PUBLIC),
            models.Index(fields=["-likes", "-id"], name="picture_public_liked", condition=_PUBLIC),
            models.Index(fields=["shuffle", "id"], name="picture_public_shuffled", condition=_PUBLIC),
            models.Index(fields=["-id"], name="picture_public", condition=_PUBLIC),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.prompt[:40]}"

    @property
    def drawn(self) -> bool:
        """Whether a model drew it."""
        return self.model != LANCZOS


class Upload(models.Model):
    """An image that a person gave: decoded, rotated, stripped and encoded again before it was stored."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    blob = models.CharField(max_length=200, db_index=True)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    has_alpha = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.public_id)


class Lineage(models.Model):
    """One parent of one picture. A row whose parent was deleted stays as a tombstone, without words or pixels."""

    class Kind(models.TextChoices):
        REFINE = "refine"
        EDIT = "edit"
        VARY = "vary"
        UPSCALE = "upscale"
        REFERENCE = "reference"

    child = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="parents")
    parent_picture = models.ForeignKey(
        Picture, on_delete=models.SET_NULL, null=True, blank=True, related_name="children"
    )
    parent_upload = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(max_length=10, choices=Kind)

    def __str__(self) -> str:
        return f"{self.kind} of {self.parent_picture_id or self.parent_upload_id or 'a deleted parent'}"


class Like(models.Model):
    """One account likes one picture. `Picture.likes` counts them."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes")
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="liked_by")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "picture"], name="like_once")]
        indexes: ClassVar = [models.Index(fields=["account", "-picture"], name="like_newest_first")]

    def __str__(self) -> str:
        return f"{self.account_id} likes {self.picture_id}"


class Album(models.Model):
    """Pictures of its account's own that belong together, by that account's choice."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="albums")
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "name"], name="album_name_once")]

    def __str__(self) -> str:
        return self.name


class AlbumPicture(models.Model):
    """One picture in one album."""

    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="entries")
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="in_albums")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["album", "picture"], name="album_has_once")]
        indexes: ClassVar = [models.Index(fields=["album", "-picture"], name="album_newest_first")]

    def __str__(self) -> str:
        return f"{self.picture_id} in {self.album_id}"

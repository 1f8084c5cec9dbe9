"""Stored results, the images people gave, and what came from what."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

LANCZOS = "lanczos"
"""What stands for the model of an upload that was only made larger: no model drew any of it."""


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
    public = models.BooleanField(default=False)
    trashed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "index"], name="picture_once_per_job_and_index")
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="picture_newest_first")]

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

"""What writers have written for whom, and the styles that somebody keeps."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class Written(models.Model):
    """One of the last prompts that a writer wrote for an account: it shall not be given the same one soon again."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="written")
    text = models.TextField()

    class Meta:
        verbose_name_plural = "written"
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="written_newest_first")]

    def __str__(self) -> str:
        return self.text[:40]


class KeptStyle(models.Model):
    """A style of somebody's own. Without an account it is everybody's: the operator wrote it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="styles"
    )
    name = models.CharField(max_length=80)
    words = models.TextField(blank=True, default="")
    negative = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name"], name="kept_style_name_once_per_account"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(account=None), name="kept_style_name_once_for_everybody"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HiddenStyle(models.Model):
    """A style that comes with Limner and that the operator has taken away from everybody, by its name."""

    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name

"""What writers have written for whom."""

from __future__ import annotations

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

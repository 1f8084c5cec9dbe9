from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class GalleryConfig(AppConfig):
    name = "limner.gallery"
    label = "gallery"

    def ready(self) -> None:
        post_migrate.connect(_keep_words_in_step, sender=self)


def _keep_words_in_step(*, using: str, **_: Any) -> None:
    """SQLite makes a table anew to change it, and forgets its triggers."""
    from limner.gallery import search

    connection = connections[using]
    if connection.vendor == "sqlite" and {"gallery_words", "gallery_picture"} <= set(
        connection.introspection.table_names()
    ):
        with connection.cursor() as cursor:
            search.keep_in_step(cursor, connection.vendor)

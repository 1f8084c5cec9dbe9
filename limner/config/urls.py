"""Which room answers which path."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from limner.ops.admin import owners

urlpatterns: list[URLPattern | URLResolver] = [
    path("language", set_language, name="set_language"),
    path("admin/django/", owners.urls),
    path("", include("limner.ops.urls")),
    path("", include("limner.accounts.urls")),
    path("", include("limner.accounts.doors")),
    path("", include("limner.api.urls")),
    path("", include("limner.gallery.urls")),
    path("", include("limner.prompts.urls")),
    path("", include("limner.studio.urls")),
]

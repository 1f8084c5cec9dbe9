"""Which room answers which path."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"limner.{room}.urls"))
    for room in ("ops", "accounts", "api", "gallery", "studio")
    if find_spec(f"limner.{room}.urls") is not None
]

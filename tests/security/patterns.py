"""Every address that Limner answers, as its resolver knows them."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

LIBRARIES = ("admin/django/",)
"""Doors that a library keeps behind one check of its own: tested once, not address by address."""


def patterns() -> list[str]:
    """Each once, in order: `pictures/<uuid:public_id>`."""
    return list(dict.fromkeys(each for each in _walk(get_resolver(), "") if not each.startswith(LIBRARIES)))


def _walk(resolver: URLResolver, before: str) -> Iterator[str]:
    for one in resolver.url_patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield here
        else:
            yield from _walk(one, here)

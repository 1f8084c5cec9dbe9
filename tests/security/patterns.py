"""Every address that Limner answers, as its resolver knows them."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

LIBRARIES = ("admin/django/",)
"""What a library keeps behind one check of its own counts as one address."""


def patterns() -> list[str]:
    """Each once, in order: `pictures/<uuid:public_id>`."""
    return list(dict.fromkeys(_door(each) for each in _walk(get_resolver(), "")))


def _door(pattern: str) -> str:
    return next((library for library in LIBRARIES if pattern.startswith(library)), pattern)


def _walk(resolver: URLResolver, before: str) -> Iterator[str]:
    for one in resolver.url_patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield here
        else:
            yield from _walk(one, here)

"""Addresses of pictures, for pages that name dozens of them: each pattern is looked up once."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.urls import reverse

_ANY = UUID(int=0)


def address(name: str, public_id: UUID, *arguments: int) -> str:
    """What `reverse` answers for the gallery's route of this name."""
    return _pattern(name, *arguments).replace(str(_ANY), str(public_id))


@cache
def _pattern(name: str, *arguments: int) -> str:
    return reverse(f"gallery:{name}", args=[_ANY, *arguments])

"""One URL in, the address of a Valkey and Django's cache out."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from limner.config.env import BadSetting

SCHEMES = {"valkey": "redis", "valkeys": "rediss", "redis": "redis", "rediss": "rediss", "unix": "unix"}


def valkey(url: str) -> str:
    """The address as redis-py reads it; empty where none is set."""
    if not url:
        return ""
    scheme, _, rest = url.strip().partition("://")
    known = SCHEMES.get(scheme.lower())
    if not known or not _names_a_place(rest, known):
        raise BadSetting(
            "LIMNER_VALKEY_URL takes valkey://user:password@host:6379/0, valkeys:// for TLS, or unix:///path/to/socket."
        )
    if find_spec("redis") is None:
        raise BadSetting("LIMNER_VALKEY_URL names a Valkey, which needs: pip install 'limner[valkey]'")
    return f"{known}://{rest}"


def _names_a_place(rest: str, scheme: str) -> bool:
    try:
        parts = urlsplit(f"redis://{rest}")
        return bool(parts.path if scheme == "unix" else parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        return False


def caches(address: str) -> dict[str, dict[str, Any]]:
    """Django's cache: in Valkey, or in the memory of this process."""
    if address:
        return {"default": {"BACKEND": "limner.accounts.valkey.Cache", "LOCATION": address}}
    return {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
    }

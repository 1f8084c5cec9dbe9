"""The `Idempotency-Key` of a call: the same caller's same key means the same job, however often it is sent."""

from __future__ import annotations

from collections.abc import Mapping

from limner.api.errors import ApiError

LONGEST = 200


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """The key that a call brings, None where it brings none. Raises for one that could not be kept."""
    key = headers.get("idempotency-key", "").strip()
    if len(key) > LONGEST or not (key.isascii() and key.isprintable()):
        raise ApiError(
            400,
            f"Invalid 'Idempotency-Key': expected at most {LONGEST} printable ASCII characters.",
            param="idempotency-key",
            code="invalid_value",
        )
    return key or None

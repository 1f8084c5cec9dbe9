"""The `Idempotency-Key` of a call: the same caller's same key means the same job, however often it is sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from limner.api.errors import ApiError
from limner.engines.contract import ASKED_WITH, DrawRequest

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


def told_apart(
    request: DrawRequest, key: str | None, seed: int | None, images: Sequence[str] = (), mask: str | None = None
) -> DrawRequest:
    """The request of a call that has a key, such that its job knows it again, and no other.

    `seed` is the one that was named; None left it to chance. `images` and `mask` are whatever is the same for the
    same images and only for them: their digests, or the ids that the caller knows them by.
    """
    if key is None:
        return request
    asked = json.dumps([seed, list(images), mask])
    digest = hashlib.sha256(asked.encode()).hexdigest()
    return replace(request, options={**request.options, ASKED_WITH: digest})

"""What the gate knows of a key before anything is read: that its minute is used up."""

from __future__ import annotations

from collections.abc import Mapping

from limner.config.door import Refusal


def key_too_often(headers: Mapping[str, str]) -> Refusal | None:
    """What the key in these headers is told again. What is imported has rows, and those need Django set up."""
    from limner.api.auth import too_often
    from limner.api.errors import answer, rate_headers

    if (error := too_often(headers)) is None:
        return None
    told = {name: value for name, value in answer(error).items() if name.lower() != "content-type"}
    return Refusal(error.status, error.code, error.message, told | rate_headers(error.rate))

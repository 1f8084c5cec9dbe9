"""What a call that asked for pictures gets back, in the shape that clients of the name it asked for expect."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from limner.api.links import picture_link
from limner.api.openai.parameters import is_gpt_image
from limner.engines.contract import DrawRequest, Size
from limner.engines.validation import Notice
from limner.gallery.models import Picture
from limner.storage import blobs


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that a finished call's body is made of. `origin` is None for base64, else what URLs begin with."""

    created: int
    pictures: list[Picture]
    job: UUID
    request: DrawRequest
    model: str
    family: str
    asked: str | None
    quality: str
    warnings: list[Notice]
    safety_identifier: str | None
    origin: str | None
    told: list[dict[str, Any]] = field(default_factory=list)
    """What an upstream said of its calls for it."""

    def content(self) -> bytes:
        """The body. Reads the pictures when they go into it: slow, so not for the event loop."""
        body: dict[str, Any] = {
            "created": self.created,
            "data": [self._datum(picture) for picture in self.pictures],
        }
        if is_gpt_image(self.family):
            body |= self._newer_fields()
        body["limner"] = {
            "model": self.model,
            "job": str(self.job),
            "seed": self.request.seed,
            "warnings": [asdict(notice) for notice in self.warnings],
        }
        return json.dumps(body).encode()

    def _datum(self, picture: Picture) -> dict[str, str]:
        if self.origin is None:
            datum = {"b64_json": base64.b64encode(blobs.get(picture.blob)).decode()}
        else:
            datum = {"url": picture_link(picture, self.origin)}
        if self.asked == "dall-e-3":
            datum["revised_prompt"] = self.request.prompt
        return datum

    def _newer_fields(self) -> dict[str, Any]:
        size = Size(self.pictures[0].width, self.pictures[0].height)
        fields: dict[str, Any] = described(self.request, self.quality, size, self.pictures[0].format)
        fields["usage"] = told_usage(self.told) or usage(self.request, size, fields["quality"])
        if self.safety_identifier is not None:
            fields["safety_identifier"] = self.safety_identifier
        return fields


def described(request: DrawRequest, quality: str, size: Size, format: str) -> dict[str, Any]:
    """What newer names say of a picture. `quality` is the one that was asked for."""
    return {
        "background": "transparent" if request.background == "transparent" else "opaque",
        "output_format": format,
        "quality": next((word for word in (quality, request.quality) if word != "auto"), "low"),
        "size": str(size),
    }


TOKENS_PER_SQUARE = {"low": 272, "medium": 1056, "high": 4160, "xhigh": 4160, "max": 4160}
"""Output tokens of a 1024×1024 picture, as OpenAI counts them."""


TOKENS_AN_IMAGE = 512
"""Input tokens of an image that is given."""

COUNTED = ("input_tokens", "output_tokens", "total_tokens")
PARTS = ("text_tokens", "image_tokens")


def usage(request: DrawRequest, size: Size, quality: str) -> dict[str, Any]:
    """Tokens, as clients want to read them. Nothing here is counted in tokens: the figures follow OpenAI's table."""
    words = max(1, round(len(request.prompt) / 4))
    given = TOKENS_AN_IMAGE * len(request.images)
    drawn = request.n * max(1, round(TOKENS_PER_SQUARE.get(quality, 272) * size.pixels / 1024**2))
    return {
        "input_tokens": words + given,
        "input_tokens_details": {"text_tokens": words, "image_tokens": given},
        "output_tokens": drawn,
        "output_tokens_details": {"text_tokens": 0, "image_tokens": drawn},
        "total_tokens": words + given + drawn,
    }


def told_usage(told: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The upstream's own account: the sum of its calls, with all that clients read; None where it has none."""
    told = [row for row in told if _count(row.get("output_tokens")) or _count(row.get("input_tokens"))]
    if not told:
        return None
    total: dict[str, Any] = {name: sum(_count(row.get(name)) for row in told) for name in COUNTED}
    for name in ("input_tokens_details", "output_tokens_details"):
        rows = [row[name] for row in told if isinstance(row.get(name), dict)]
        total[name] = {part: sum(_count(row.get(part)) for row in rows) for part in PARTS}
    if not any(total["output_tokens_details"].values()):
        total["output_tokens_details"]["image_tokens"] = total["output_tokens"]
    total["total_tokens"] = total["input_tokens"] + total["output_tokens"]
    return total


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0

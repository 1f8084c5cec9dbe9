"""What a call that asked for pictures gets back, in the shape that clients of the name it asked for expect."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import pybase64

from limner.api.links import picture_link
from limner.api.openai.asking import Wish
from limner.api.openai.parameters import is_gpt_image
from limner.engines.contract import DrawRequest, Size
from limner.engines.keying import is_keyed
from limner.engines.validation import Notice
from limner.gallery.models import Picture
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.storage import blobs


@dataclass(frozen=True)
class Answer:
    """Everything that a finished call's body is made of. `origin` is what URLs begin with."""

    wish: Wish
    job: Job
    pictures: list[Picture]
    origin: str
    told: list[dict[str, Any]] = field(default_factory=list)
    """What an upstream said of its calls for it."""

    def content(self) -> bytes:
        """The body. Reads the pictures when they go into it: slow, so not for the event loop."""
        wish = self.wish
        body: dict[str, Any] = {}
        if is_gpt_image(wish.family):
            body |= self._newer_fields()
        body["limner"] = {
            "model": wish.model.name,
            "job": str(self.job.public_id),
            "seed": self._request.seed,
            "warnings": [asdict(notice) for notice in [*wish.warnings, *opaque_notices(self._clear)]],
        }
        # By hand: base64 has nothing that JSON escapes, and every copy of it is megabytes. With spaces, as OpenAI's
        # answers have them: scripts look for '"url": "'.
        pieces = [b'{"created": %d, "data": [' % int(self.job.created_at.timestamp())]
        for number, picture in enumerate(self.pictures):
            pieces += [b", " * bool(number), *self._datum(picture)]
        return b"".join([*pieces, b"], ", json.dumps(body)[1:].encode()])

    @cached_property
    def _request(self) -> DrawRequest:
        """As the job has it: one that an earlier call has made was drawn with the seed of that call."""
        return request_of(self.job) or self.wish.request

    @cached_property
    def _clear(self) -> list[bool | None]:
        if self._request.background != "transparent":
            return [None] * len(self.pictures)
        return [is_clear(self._request, blobs.get(picture.blob)) for picture in self.pictures]

    def _datum(self, picture: Picture) -> list[bytes]:
        """What is said of one picture, as JSON in pieces."""
        revised = b""
        if self.wish.asked == "dall-e-3":
            revised = b', "revised_prompt": ' + json.dumps(self._request.prompt).encode()
        if self.wish.base64:
            return [b'{"b64_json": "', pybase64.b64encode(blobs.get(picture.blob)), b'"', revised, b"}"]
        return [b'{"url": "', picture_link(picture, self.origin).encode(), b'"', revised, b"}"]

    def _newer_fields(self) -> dict[str, Any]:
        first = self.pictures[0]
        size = Size(first.width, first.height)
        fields: dict[str, Any] = described(self._request, self.wish.quality, size, first.format, self._clear[0])
        fields["usage"] = told_usage(self.told) or usage(self._request, size, fields["quality"])
        if self.wish.safety_identifier is not None:
            fields["safety_identifier"] = self.wish.safety_identifier
        return fields


def described(
    request: DrawRequest, quality: str, size: Size, format: str, clear: bool | None = None
) -> dict[str, Any]:
    """What newer names say of a picture. `quality` is the one that was asked for; `clear`: what `is_clear` says."""
    return {
        "background": "transparent" if request.background == "transparent" and clear is not False else "opaque",
        "output_format": format,
        "quality": next((word for word in (quality, request.quality) if word != "auto"), "low"),
        "size": str(size),
    }


def is_clear(request: DrawRequest, file: bytes) -> bool | None:
    """Whether a picture that was asked for with a clear background has one; None where none was asked for."""
    return is_keyed(file) if request.background == "transparent" else None


def opaque_notices(clear: Sequence[bool | None]) -> list[Notice]:
    """What is said of pictures whose background could not be cut away."""
    opaque = [str(number) for number, found in enumerate(clear, 1) if found is False]
    if not opaque:
        return []
    which = "The picture" if len(clear) == 1 else f"Of the pictures, {', '.join(opaque)}"
    return [Notice("background", f"{which} stayed opaque: no plain ground was found that could be cut away.")]


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

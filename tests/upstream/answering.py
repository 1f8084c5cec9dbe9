"""What the stand-in answers: bodies of good and spoiled answers, and the events of a stream."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from limner.engines.contract import Size
from tests.upstream.asked import Asked
from tests.upstream.bad_days import BadDay, mistaken, wrong_key
from tests.upstream.drawing import colour_of, picture

MODELS = (
    "gpt-image-2",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-2.6-sunburst",
    "dall-e-2",
    "dall-e-3",
)
GOOD = BadDay("good")
_TOKENS = {"low": 196, "medium": 1756, "high": 7024}


@lru_cache(maxsize=8)
def _base64(file: bytes) -> str:
    return base64.b64encode(file).decode()


@dataclass
class Manner:
    """How a stand-in answers."""

    key: str | None
    models: tuple[str, ...]
    strict_models: bool
    variations: bool
    partials: int
    weight: int
    writes: str
    streams_texts: bool
    links: dict[str, bytes] = field(default_factory=dict)
    """What can be fetched, by path."""

    def wrong(self, asked: Asked) -> BadDay | None:
        """What a real server would find wrong with a call for pictures."""
        if (bad := self.stranger(asked)) is not None:
            return bad
        if asked.verb == "variations" and not self.variations:
            return BadDay("retired", 404)
        if not asked.model:
            return mistaken("Missing required parameter: 'model'.", "missing_required_parameter")
        if self.strict_models and asked.model not in self.models:
            return mistaken(f"The model '{asked.model}' does not exist.")
        if asked.model.startswith("gpt-image"):
            for name in ("response_format", "style"):
                if name in asked.fields:
                    return mistaken(f"Unknown parameter: '{name}'.", "unknown_parameter")
        return None

    def stranger(self, asked: Asked) -> BadDay | None:
        """Whether it came with the key: as a Bearer, or in Azure's header."""
        given = asked.headers.get("authorization", "").removeprefix("Bearer ") or asked.headers.get("api-key", "")
        return wrong_key() if self.key is not None and given != self.key else None

    def list_models(self) -> bytes:
        data = [{"id": name, "object": "model", "created": 1776729600, "owned_by": "system"} for name in self.models]
        return json.dumps({"object": "list", "data": data}).encode()

    def pictures(self, asked: Asked, day: BadDay) -> list[bytes]:
        count = day.count if day.name == "fewer" else asked.n
        return [self._picture(asked, day, index) for index in range(count)]

    def partial(self, asked: Asked, day: BadDay, number: int) -> bytes:
        """A partial picture: another colour for each."""
        return self._picture(asked, day, 100 + number)

    def _picture(self, asked: Asked, day: BadDay, index: int) -> bytes:
        if day.name == "no_picture":
            return b"this is no picture at all, whatever its base64 says"
        wanted = str(asked.fields.get("size") or "auto")
        size = day.size or (Size(1024, 1024) if wanted == "auto" else Size.parse(wanted))
        seed = asked.fields.get("seed")
        colour = colour_of(str(asked.fields.get("prompt", "")), None if seed is None else int(seed), index)
        format = str(asked.fields.get("output_format") or "png")
        return picture(size, colour, format, asked.fields.get("background") == "transparent", self.weight)

    def body(self, asked: Asked, day: BadDay, base: str) -> bytes:
        """The JSON of an answer that is not streamed."""
        wants = asked.fields.get("response_format") or ("url" if asked.model.startswith("dall-e") else "b64_json")
        data = []
        for number, file in enumerate(asked.pictures):
            if wants == "url":
                path = f"/pictures/{id(asked)}-{number}.png"
                self.links[path] = file
                data.append({"url": base + path})
            else:
                data.append({"b64_json": self.text(file, day)})
        answer: dict[str, Any] = {"created": 1776729600, "data": data}
        if not asked.model.startswith("dall-e"):
            answer |= {**self._facts(asked), "usage": self.usage(asked, len(data))}
        return json.dumps(answer).encode()

    def event(self, asked: Asked, day: BadDay, file: bytes, partial: int | None) -> bytes:
        """One event of a stream."""
        kind = "image_edit" if asked.verb == "edits" else "image_generation"
        last = partial is None
        data: dict[str, Any] = {
            "type": f"{kind}.{'completed' if last else 'partial_image'}",
            "b64_json": self.text(file, day),
            "created_at": 1776729600,
            **self._facts(asked),
            **({"usage": self.usage(asked, 1)} if last else {"partial_image_index": partial}),
        }
        return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()

    @staticmethod
    def text(file: bytes, day: BadDay) -> str:
        text = _base64(file)
        # No multiple of four: a decoder that looks notices, and one that does not gets half a picture.
        return text[: len(text) // 2 // 4 * 4 - 3] if day.name == "cut_base64" else text

    @staticmethod
    def _facts(asked: Asked) -> dict[str, str]:
        said = {name: str(asked.fields.get(name) or "auto") for name in ("size", "quality", "background")}
        chosen = {"size": "1024x1024", "quality": "low", "background": "opaque"}
        facts = {name: chosen[name] if value == "auto" else value for name, value in said.items()}
        return {**facts, "output_format": str(asked.fields.get("output_format") or "png")}

    @staticmethod
    def usage(asked: Asked, count: int) -> dict[str, Any]:
        words, shown = len(str(asked.fields.get("prompt", "")).split()), 512 * len(asked.files)
        out = count * _TOKENS.get(str(asked.fields.get("quality")), 196)
        return {
            "input_tokens": words + shown,
            "input_tokens_details": {"text_tokens": words, "image_tokens": shown},
            "output_tokens": out,
            "output_tokens_details": {"text_tokens": 0, "image_tokens": out},
            "total_tokens": words + shown + out,
        }

"""What the stand-in's chat model says: events of Chat Completions, word by word, and odd ones."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.upstream.bad_days import BadDay


def says(text: str, *, finish: str | None = "stop", then: str = "") -> BadDay:
    """This text, word by word. `then`: what comes after it (see `BadDay.then`)."""
    words = re.findall(r"\s*\S+|\s+$", text)
    events = [delta(role="assistant", content=""), *(delta(content=word) for word in words)]
    return said(*events, *([delta(finish=finish)] if finish else []), then=then)


def said(*events: str, then: str = "") -> BadDay:
    """These events."""
    return BadDay("says", events=events, then=then)


def delta(finish: str | None = None, **fields: Any) -> str:
    """An event with these fields of a delta."""
    return event({"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]})


def event(data: object) -> str:
    """An event with this data."""
    if isinstance(data, dict):
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1776729600, "model": "scribe-1"}
        data = {**head, **data}
    return f"data: {json.dumps(data)}\n\n"


def whole_text(events: tuple[str, ...]) -> bytes:
    """The same as one body of JSON."""
    chunks = [json.loads(line.removeprefix("data: ")) for line in events]
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": chunks[-1]["choices"][0]["finish_reason"]}
    return json.dumps({"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice]}).encode()

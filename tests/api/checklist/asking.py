"""What the checklist's tests ask and read, again and again."""

from __future__ import annotations

import base64
import io
from typing import Any

import httpx
from PIL import Image

GENERATIONS = "/v1/images/generations"
PROMPT = "a red robot"


def drawn(client: httpx.Client, **body: Any) -> dict[str, Any]:
    """The answer to a call that draws; in two steps, unless the test says otherwise."""
    answer = client.post(GENERATIONS, json={"prompt": PROMPT, "steps": 2, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: httpx.Response, status: int = 400) -> dict[str, Any]:
    """The error object of a call that failed: all four keys, and the fifth that a refusal by policy may have."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    document = answer.json()
    assert document.keys() == {"error"}
    error: dict[str, Any] = document["error"]
    assert error.keys() - {"moderation_details"} == {"message", "type", "param", "code"}
    return error


def picture(datum: dict[str, str], client: httpx.Client | None = None) -> Image.Image:
    """The picture of one datum, whether it is in it or only linked."""
    if "b64_json" in datum:
        file = base64.b64decode(datum["b64_json"], validate=True)
    else:
        assert client is not None
        file = client.get(datum["url"]).content
    found = Image.open(io.BytesIO(file))
    found.load()
    return found

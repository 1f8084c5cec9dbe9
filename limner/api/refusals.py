"""How each of the APIs says no, where the gate has to say it before anything else of a request is looked at.

Pure: no Django, no database.
"""

from __future__ import annotations

import json

PATHS = ("/v1", "/images/", "/models", "/openai/", "/sdapi/", "/hf/", "/api/v1/")
"""What programs alone ask for, whatever they say they accept."""

VERSION = "2020-10-01"
"""OpenAI's, which its clients are told in every answer."""


def refused(path: str, accept: str, status: int, code: str | None, message: str) -> tuple[bytes, dict[bytes, bytes]]:
    """The body and its headers: the sentence alone for a person's browser, an error object for a program."""
    if "text/html" in accept and not path.startswith(PATHS):
        return (message + "\n").encode(), {b"content-type": b"text/plain; charset=utf-8"}
    headers = {b"content-type": b"application/json", b"cache-control": b"no-store"}
    if path.startswith("/sdapi/"):
        return _json({"error": "HTTPException", "detail": message, "body": "", "errors": ""}), headers
    if path.startswith("/hf/"):
        return _json({"error": message}), headers
    kind = "requests" if status == 429 else "invalid_request_error"
    envelope = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return _json(envelope), headers | {b"openai-version": VERSION.encode(), b"openai-processing-ms": b"0"}


def _json(document: object) -> bytes:
    return json.dumps(document).encode()

"""A request's JSON body: read within bounds, or refused in OpenAI's words."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest

from limner.api.errors import ApiError
from limner.engines.validation import type_name

MAX_JSON_BYTES = 1_000_000

NOT_JSON = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library "
    "correctly. This API expects a JSON object, but what was sent was {what}.)"
)


def json_body(request: HttpRequest) -> dict[str, Any]:
    """The object in the body. Raises `ApiError` for a wrong content type, too large a body or broken JSON."""
    _check_content_type(request.headers.get("content-type", ""))
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced) > MAX_JSON_BYTES:
        _too_large(announced)
    raw = request.read(MAX_JSON_BYTES + 1)
    if len(raw) > MAX_JSON_BYTES:
        _too_large(f"more than {MAX_JSON_BYTES}")
    try:
        document = json.loads(raw, parse_constant=_no_such_number)
        if b"\\u" in raw:
            # Half a surrogate pair is legal in JSON's escapes and in Python, and nowhere that text is stored.
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ApiError(400, NOT_JSON.format(what="not valid JSON")) from None
    if not isinstance(document, dict):
        raise ApiError(400, NOT_JSON.format(what=type_name(document)))
    return document


def _check_content_type(given: str) -> None:
    if given.partition(";")[0].strip().lower() == "application/json":
        return
    said = f"the header 'Content-Type: {given[:100]}'" if given else "no Content-Type header"
    raise ApiError(
        400,
        f"Unsupported content type: '{given[:100]}'. This API method only accepts 'application/json' requests, but "
        f"you specified {said}. Please try again with a supported content type.",
        code="unsupported_content_type",
    )


def _too_large(read: str) -> NoReturn:
    raise ApiError(
        413,
        f"Maximum content size limit ({MAX_JSON_BYTES}) exceeded ({read} bytes read)",
        code="request_too_large",
    )


def _no_such_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")

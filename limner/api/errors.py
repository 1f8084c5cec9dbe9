"""Every failure of the JSON APIs, in the one envelope that clients of OpenAI's API read.

`{"error": {"message", "type", "param", "code"}}`, all four keys always there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from django.http import HttpResponse, JsonResponse

from limner.errors import InvalidRequest, LimnerError, OutOfCredits, RateLimited

SERVER_FAULT = (
    "The server had an error while processing your request. What happened is in its log, under the x-request-id of "
    "this answer."
)


class ApiError(LimnerError):
    """A failure that only HTTP knows: its status, and the envelope's `type`, `param` and `code`."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str | None = None,
        param: str | None = None,
        code: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.status = status
        self.kind = kind
        self.param = param
        self.envelope_code = code


def envelope(message: str, kind: str, param: str | None, code: str | None) -> dict[str, dict[str, str | None]]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def answer(error: LimnerError) -> HttpResponse:
    """The HTTP answer to an error that was raised on purpose."""
    param = error.param if isinstance(error, InvalidRequest | ApiError) else None
    code = error.envelope_code if isinstance(error, ApiError) else error.code
    kind = (error.kind if isinstance(error, ApiError) else None) or type_of(error)
    response = JsonResponse(envelope(error.message, kind, param, code), status=error.status)
    if error.retry_after is not None:
        # openai-python honours 1 to 120 s and gives up on more, so the advice never leaves that range.
        response["retry-after"] = str(min(120, max(1, math.ceil(error.retry_after))))
    elif error.status >= 500 or isinstance(error, OutOfCredits):
        # Without a time to come back at, another try would only draw the same job again for nobody.
        response["x-should-retry"] = "true" if error.retryable else "false"
    return response


def server_fault() -> HttpResponse:
    """The answer to an error that nobody foresaw: what happened stays in the log."""
    response = JsonResponse(envelope(SERVER_FAULT, "server_error", None, None), status=500)
    response["x-should-retry"] = "false"
    return response


def type_of(error: LimnerError) -> str:
    if isinstance(error, OutOfCredits):
        return "insufficient_quota"
    if isinstance(error, RateLimited):
        return "requests"
    return "invalid_request_error" if error.status < 500 else "server_error"


def status_of_code(code: str) -> int:
    """The HTTP status of an error that is known by its code alone, as the ledger keeps it."""
    return next((error.status for error in _tree(LimnerError) if error.code == code), LimnerError.status)


def _tree(root: type[LimnerError]) -> Iterator[type[LimnerError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)

"""Every failure of the JSON APIs, in the one envelope that clients of OpenAI's API read.

`{"error": {"message", "type", "param", "code"}}`, all four keys always there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpResponse, JsonResponse

from limner.accounts.limits import Rate
from limner.accounts.models import Account
from limner.errors import (
    REFUSALS,
    InvalidRequest,
    LimnerError,
    OutOfCredits,
    RateLimited,
    UpstreamBusy,
    UpstreamRefused,
)
from limner.jobs.telling import told_to

SERVER_FAULT = (
    "The server had an error while processing your request. What happened is in its log, under the x-request-id of "
    "this answer."
)


class ApiError(LimnerError):
    """A failure that only HTTP knows: its status, and the envelope's `type`, `param`, `code` and what it has more."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str | None = None,
        param: str | None = None,
        code: str | None = None,
        retry_after: float | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.status = status
        self.kind = kind
        self.param = param
        self.envelope_code = code
        self.more = more or {}


USERS_FAULT = "image_generation_user_error"
"""The `type` that newer names have for what is wrong with a picture's own parameters."""


def users_fault(message: str, param: str | None, code: str | None = "invalid_value") -> ApiError:
    """A wrong parameter, as OpenAI's newer checks say it."""
    return ApiError(400, message, kind=USERS_FAULT, param=param, code=code)


Envelope = dict[str, dict[str, Any]]


def envelope(message: str, kind: str, param: str | None, code: str | None) -> Envelope:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def enveloped(error: LimnerError) -> Envelope:
    """What an error that was raised on purpose says in the envelope."""
    param = error.param if isinstance(error, InvalidRequest | ApiError) else None
    code = error.envelope_code if isinstance(error, ApiError) else error.code
    kind = (error.kind if isinstance(error, ApiError) else None) or type_of(error)
    said = envelope(error.message, kind, param, code)
    if isinstance(error, ApiError):
        said["error"] |= error.more
    return said


def answer(error: LimnerError) -> HttpResponse:
    """The HTTP answer to an error that was raised on purpose."""
    response = JsonResponse(enveloped(error), status=error.status)
    if error.retry_after is not None:
        # openai-python honours 1 to 120 s and gives up on more, so the advice never leaves that range.
        response["retry-after"] = str(min(120, max(1, math.ceil(error.retry_after))))
    elif error.status >= 500 or isinstance(error, OutOfCredits):
        # Without a time to come back at, another try would only draw the same job again for nobody.
        response["x-should-retry"] = "true" if error.retryable else "false"
    return response


UNFORESEEN = envelope(SERVER_FAULT, "server_error", None, None)


def rate_headers(rate: Rate) -> dict[str, str]:
    """What OpenAI's clients read of how much of a key's minute is left."""
    return {
        "x-ratelimit-limit-requests": str(rate.limit),
        "x-ratelimit-remaining-requests": str(rate.remaining),
        "x-ratelimit-reset-requests": f"{math.ceil(rate.reset)}s",
    }


def server_fault() -> HttpResponse:
    """The answer to an error that nobody foresaw: what happened stays in the log."""
    response = JsonResponse(UNFORESEEN, status=500)
    response["x-should-retry"] = "false"
    return response


def type_of(error: LimnerError) -> str:
    if isinstance(error, OutOfCredits):
        return "insufficient_quota"
    if isinstance(error, RateLimited):
        return "requests"
    return "invalid_request_error" if error.status < 500 else "server_error"


BUSY_FOR = 30.0
"""Seconds after which to ask again for what an upstream had no time for: the job has waited and tried already."""


def status_of_code(code: str) -> int:
    """The HTTP status of an error that is known by its code alone, as the ledger keeps it."""
    if code in REFUSALS:
        return UpstreamRefused.status
    return next((error.status for error in _tree(LimnerError) if error.code == code), LimnerError.status)


def ended_badly(code: str, message: str, account: Account, *, newer: bool, upstream: bool) -> ApiError:
    """What a caller is told of a job that failed. `newer`: the name asked for is one of the gpt-image family's.
    `upstream`: another server drew; a code that is not ours is that server's, about the call."""
    kind = retry_after = None
    if code in REFUSALS:
        return refusal(told_to(account, code, message), newer=newer, stage="unknown")
    ours = any(error.code == code for error in _tree(LimnerError))
    status = UpstreamRefused.status if upstream and code and not ours else status_of_code(code)
    if code == UpstreamBusy.code:
        kind, retry_after = "requests", BUSY_FOR
    return ApiError(
        status,
        told_to(account, code, message) or "The picture could not be drawn.",
        kind=kind,
        code=code or "image_generation_failed",
        retry_after=retry_after,
    )


def refusal(message: str, *, newer: bool, stage: str) -> ApiError:
    """A refusal by policy, as the generation of the name asked for has it. `stage`: input, output or unknown."""
    if not newer:
        return ApiError(400, message, kind="invalid_request_error", code="content_policy_violation")
    details = {"moderation_details": {"moderation_stage": stage, "categories": []}}
    return ApiError(400, message, kind=USERS_FAULT, code="moderation_blocked", more=details)


REJECTED = (
    "Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by "
    "our safety system."
)
REJECTED_NEWER = (
    "Your request was rejected by the safety system. If you believe this is an error, contact whoever runs this "
    "Limner and include the x-request-id of this answer. safety_violations=[blocked_words]."
)


def blocked(*, newer: bool) -> ApiError:
    """A prompt with a word that no prompt may have here, in OpenAI's words: programs look for them."""
    return refusal(REJECTED_NEWER if newer else REJECTED, newer=newer, stage="input")


def _tree(root: type[LimnerError]) -> Iterator[type[LimnerError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)

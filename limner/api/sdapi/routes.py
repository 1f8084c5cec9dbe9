"""What every route of `/sdapi/v1` has in common: who calls, which methods there are, and how it fails.

Errors have the shape of AUTOMATIC1111's server: `detail` is the sentence, or FastAPI's list where a value is wrong.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from limner.accounts.models import Scope
from limner.api.answering import View, answering
from limner.api.auth import Caller, caller_of
from limner.api.errors import ApiError
from limner.errors import InvalidRequest, LimnerError

UNPROCESSABLE = 422
NO_ENTRANCE = "Incorrect username or password. The password is an API key, such as `limner key add` makes."


class Unprocessable(LimnerError):
    """Values of a body that are wrong, one by one, as FastAPI lists them."""

    status = UNPROCESSABLE

    def __init__(self, faults: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(str(fault["msg"]) for fault in faults))
        self.faults = faults


def said(error: LimnerError) -> HttpResponse:
    """An error as these programs read it."""
    # A value that is wrong is 422 here, and the sentence names it.
    status = UNPROCESSABLE if isinstance(error, InvalidRequest) else error.status
    detail: Any = error.faults if isinstance(error, Unprocessable) else error.message
    if error.status == 401:
        detail = NO_ENTRANCE
    body = {"error": "HTTPException", "detail": detail, "body": "", "errors": ""}
    response = JsonResponse(body, status=status)
    if error.status == 401:
        response["www-authenticate"] = 'Basic realm="limner"'
    if error.retry_after is not None:
        response["retry-after"] = str(min(120, max(1, math.ceil(error.retry_after))))
    return response


def route(**views: View) -> View:
    """One URL's view out of one coroutine a method. Each is called with the request and its caller."""

    async def view(request: HttpRequest, **arguments: str) -> HttpResponse:
        allowed = ", ".join([*views, "OPTIONS"])
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"allow": allowed})
        method = "GET" if request.method == "HEAD" else request.method or ""
        if method not in views:
            refused = said(ApiError(405, "Method Not Allowed"))
            refused["allow"] = allowed
            return refused
        return await views[method](request, await _caller(request, method), **arguments)

    return answering(view, said)


async def _caller(request: HttpRequest, method: str) -> Caller:
    scope = Scope.READ if method == "GET" else Scope.DRAW
    return await caller_of(with_the_password_as_key(request.headers), scope)


def with_the_password_as_key(headers: Mapping[str, str]) -> Mapping[str, str]:
    """These programs sign in by name and password: the key is the password, and the name is for their eyes only."""
    scheme, _, given = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "basic" or headers.get("api-key", "").strip():
        return headers
    try:
        _, colon, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"authorization": f"Bearer {password}"} if colon and password else {}


async def _not_found(request: HttpRequest, **_: str) -> HttpResponse:
    return JsonResponse({"detail": "Not Found"}, status=404)


not_found = answering(_not_found, said)

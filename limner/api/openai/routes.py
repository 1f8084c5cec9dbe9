"""What every route of the Images API has in common: its methods, its headers, and how it fails."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from limner.accounts.limits import Rate, TooManyRequests
from limner.accounts.models import Scope
from limner.api.auth import caller_of
from limner.api.errors import ApiError, answer, rate_headers, server_fault
from limner.api.refusals import VERSION
from limner.errors import LimnerError
from limner.jobs.trouble import said_plainly

logger = logging.getLogger(__name__)

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]

request_id_now: ContextVar[str] = ContextVar("request_id_now", default="")
"""The `x-request-id` of the call that is being answered: what the log says of a stream that breaks later."""

_rate_now: ContextVar[Rate | None] = ContextVar("_rate_now", default=None)
"""What is left of the caller's minute, once it is known who calls."""


def route(scope: Scope | None = None, **views: View) -> View:
    """One URL's view out of one coroutine a method, as in `route(GET=list_models)`.

    Keys need `scope`; left out, to read for GET and to draw for all else.

    Each is called with the request, its caller and the URL's arguments. Whatever it raises is answered in the
    envelope, and every answer carries the headers that clients read. No cookie is read on the way, so there is
    nothing for another site to forge.
    """

    async def view(request: HttpRequest, **arguments: str) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"allow": _allowed(views)})
        called = views.get("GET" if request.method == "HEAD" else request.method or "")
        if called is None:
            refused = answer(ApiError(405, f"Method not allowed ({request.method} {request.path[:200]})"))
            refused["allow"] = _allowed(views)
            return refused
        needed = scope or (Scope.READ if request.method in ("GET", "HEAD") else Scope.DRAW)
        caller = await caller_of(request.headers, needed)
        _rate_now.set(caller.rate)
        return await called(request, caller, **arguments)

    return _with_headers(view)


async def _unknown_url(request: HttpRequest, **_: str) -> HttpResponse:
    raise ApiError(404, f"Invalid URL ({request.method} {request.path[:200]})")


def _with_headers(inner: View) -> View:
    async def view(request: HttpRequest, **arguments: str) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = f"req_{secrets.token_hex(16)}"
        request_id_now.set(request_id)
        _rate_now.set(None)
        response = await _answered(inner, request, request_id, arguments)
        response["x-request-id"] = request_id
        response["openai-version"] = VERSION
        response["openai-processing-ms"] = str(round((time.perf_counter() - started) * 1000))
        response.setdefault("cache-control", "no-store")
        if (rate := _rate_now.get()) is not None:
            for name, value in rate_headers(rate).items():
                response[name] = value
        return response

    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view


async def _answered(
    inner: View, request: HttpRequest, request_id: str, arguments: dict[str, str]
) -> HttpResponseBase:
    try:
        with said_plainly():
            return await inner(request, **arguments)
    except LimnerError as error:
        if error.status >= 500:
            logger.error(
                "%s %r answered %s (%s)", request.method, request.path, error.status, request_id, exc_info=error
            )
        if isinstance(error, TooManyRequests):
            _rate_now.set(error.rate)
        response = answer(error)
        if error.status == 401:
            response["www-authenticate"] = 'Bearer realm="limner"'
        return response
    except Exception:  # the border of the API: the caller gets the envelope, the log the reason
        logger.exception("%s %r failed (%s)", request.method, request.path, request_id)
        return server_fault()


def _allowed(views: dict[str, View]) -> str:
    return ", ".join([*views, "OPTIONS"])


unknown_url = _with_headers(_unknown_url)

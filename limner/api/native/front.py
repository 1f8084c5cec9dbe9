"""The native API as one: its name, its document, who may call it, and how it fails.

Every subject is a router of its own; `limner.api.native.api` puts them together.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.security import HttpBearer
from ninja.types import DictStrAny

from limner.accounts.limits import Rate, TooManyRequests
from limner.accounts.models import Scope
from limner.api.auth import Caller, caller_of
from limner.api.errors import ApiError, answer, rate_headers, server_fault
from limner.api.native.reference import Reference
from limner.api.native.schemas import ErrorOut
from limner.api.openai.body import json_body
from limner.api.openai.routes import request_id_now
from limner.errors import InvalidRequest, LimnerError, Unavailable
from limner.jobs.trouble import DATABASE_TROUBLE, said_plainly

logger = logging.getLogger(__name__)

ERRORS: dict[int, Any] = {400: ErrorOut, 401: ErrorOut, 403: ErrorOut, 429: ErrorOut}
"""How any call may fail."""
OF_ONE: dict[int, Any] = ERRORS | {404: ErrorOut}
"""How a call about one thing may fail."""

DESCRIPTION = """\
Ask for pictures and be answered at once, follow what happens, fetch what was drawn. Programs written for OpenAI's
Images API use `/v1` instead.

In personal mode no key is needed. With accounts on, a call brings one as `Authorization: Bearer KEY` (or in the
header `api-key`), and each operation names the scope that the key needs: `draw`, `read` or `admin`.

Times are UTC, sizes `WIDTHxHEIGHT`, prices credits (one is a US cent). Lists are pages, newest first: send `next` of
one as `before` for the one that follows. What is not yours reads as not there. Whatever fails, the body is
`{"error": {"message", "type", "param", "code"}}`."""


class CallerRequest(HttpRequest):
    """A request that has passed a `Key`."""

    auth: Caller


class Key(HttpBearer):
    """An API key with a scope; in personal mode none is needed. See `limner.api.auth`."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    async def __call__(self, request: HttpRequest) -> Caller:
        with said_plainly():
            return await caller_of(request.headers, self.scope)

    def authenticate(self, request: HttpRequest, token: str) -> NoReturn:
        raise NotImplementedError("limner.api.auth reads the headers: a key may come in three places")


class Bodies(Parser):
    """JSON as the Images API reads it: an object, whole, of no odd numbers and no half characters."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        return json_body(request)


class Native(NinjaAPI):
    """Ninja's, with the scope of each operation in the document, which is made once."""

    document: OpenAPISchema | None = None

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        if self.document is None:
            document = super().get_openapi_schema(path_prefix="/api/")
            scopes = {
                operation.operation_id: str(callback.scope)
                for router in self._get_bound_routers()
                for view in router.path_operations.values()
                for operation in view.operations
                for callback in operation.auth_callbacks
                if isinstance(callback, Key)
            }
            for methods in document["paths"].values():
                for operation in methods.values():
                    # In OpenAPI 3.1 a bearer key's requirement may name the roles that it has to have.
                    scope = scopes.get(operation["operationId"])
                    operation["security"] = [{Key.__name__: [scope]}] if scope else []
            named = json.dumps(document, default=str)
            schemas = document["components"]["schemas"]
            for name in [name for name in schemas if f'/{name}"' not in named]:
                del schemas[name]  # a group of parameters, which stand in their operations one by one
            self.document = document
        return self.document


def front() -> Native:
    """The API, with no subject yet."""
    api = Native(
        title="Limner",
        version="1",
        description=DESCRIPTION,
        docs=Reference(),
        docs_url="/docs",
        openapi_url="/openapi.json",
        urls_namespace="native",
        parser=Bodies(),
        auth=Key(Scope.ADMIN),
    )
    api.exception_handler(LimnerError)(_said)
    api.exception_handler(RequestDataTooBig)(_too_big)
    api.exception_handler(ValidationError)(_invalid)
    api.exception_handler(HttpError)(_http)
    api.exception_handler(Exception)(_unforeseen)
    for trouble in DATABASE_TROUBLE:
        api.exception_handler(trouble)(_database)
    return api


# How it fails -------------------------------------------------------------------------------------------------


def _said(request: HttpRequest, error: LimnerError) -> HttpResponse:
    if error.status >= 500:
        _log(request, f"answered {error.status}", error)
    response = answer(error)
    if isinstance(error, TooManyRequests):
        _say_rate(response, error.rate)
    if error.status == 401:
        response["www-authenticate"] = 'Bearer realm="limner"'
    return response


def _say_rate(response: HttpResponseBase, rate: Rate) -> None:
    for name, value in rate_headers(rate).items():
        response[name] = value


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The first thing that does not fit the document, and where it is: `images.0`, `n`, `before`."""
    first: dict[str, Any] = error.errors[0]
    where = [str(part) for part in first["loc"]]
    # Ninja puts the source first, and before a body's own fields the name of the view's argument.
    inner = where[2:] if where[0] == "body" else where[1:]
    param = ".".join(inner) or None
    if first["type"] == "missing":
        named = f"parameter: '{param}'" if param else "body: a JSON object"
        return answer(InvalidRequest(f"Missing required {named}.", param=param, code="missing_required_parameter"))
    if first["type"] == "extra_forbidden":
        return answer(InvalidRequest(f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter"))
    return answer(InvalidRequest(f"Invalid '{param or 'body'}': {first['msg']}.", param=param))


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, LimnerError):  # a body that could not be read: ours says why
        return _said(request, error.__cause__)
    return answer(ApiError(error.status_code, error.message))


def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return answer(ApiError(413, "The request is too large.", code="request_too_large"))


def _database(request: HttpRequest, error: Exception) -> HttpResponse:
    try:
        with said_plainly():
            raise error
    except Unavailable as plainly:
        return answer(plainly)


def _unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    _log(request, "failed", error)
    return server_fault()


def _log(request: HttpRequest, what: str, error: Exception) -> None:
    logger.error("%s %r %s (%s)", request.method, request.path, what, request_id_now.get(), exc_info=error)


# What every answer has ----------------------------------------------------------------------------------------

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]


def finished(pattern: URLPattern) -> URLPattern:
    """The same address, with the framework's plain texts in the envelope and the headers that every answer has."""
    view: View = pattern.callback

    @wraps(view)
    async def answering(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        request_id = f"req_{secrets.token_hex(16)}"
        request_id_now.set(request_id)
        response = await view(request, **arguments)
        if isinstance(response, HttpResponseNotAllowed):
            allowed = response["allow"]
            response = answer(ApiError(405, f"Method not allowed ({request.method} {request.path[:200]})"))
            response["allow"] = allowed
        caller = getattr(request, "auth", None)
        if isinstance(caller, Caller) and caller.rate is not None:
            _say_rate(response, caller.rate)
        response["x-request-id"] = request_id
        response.headers.setdefault("cache-control", "no-store")
        return response

    pattern.callback = answering
    return pattern

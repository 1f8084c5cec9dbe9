"""Django's own session, sign-in and CSRF middleware, run on the event loop.

Django would hand each of their steps to a thread, six hops for every request, although only saving a changed session
waits for anything. Programs that call the API carry neither cookies nor tokens: they go round all three.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware import csrf
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

WITHOUT_COOKIES = (
    "/v1/", "/images/", "/models", "/openai/", "/sdapi/", "/hf/", "/api/",
    "/livez", "/healthz", "/csp-report", "/files/",
)  # fmt: skip
"""Paths that programs call: bearer keys only."""

WITH_MESSAGES = ("/admin/django/", "/account/", "/sign-", "/reset")
"""Paths on which what was done is said on the page that comes next."""


def carries_cookies(request: HttpRequest) -> bool:
    """True for what a person's browser asks for: pages, their fragments and streams."""
    return not request.path.startswith(WITHOUT_COOKIES)


class LengthMiddleware(MiddlewareMixin):
    """Says how long an answer is, where that is known."""

    async def __acall__(self, request: HttpRequest) -> Any:
        return self.process_response(request, await _next(self, request))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if isinstance(response, HttpResponse) and not response.has_header("Content-Length"):
            response["Content-Length"] = str(len(response.content))
        return response


class PrivateMiddleware(MiddlewareMixin):
    """Pages are not kept: Back after signing out must not show the wall. What says itself how long it may be is."""

    async def __acall__(self, request: HttpRequest) -> Any:
        return self.process_response(request, await _next(self, request))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if carries_cookies(request):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class LanguageMiddleware(MiddlewareMixin):
    """Pages speak the language that the browser asks for, while they are made; programs are answered in English."""

    def __call__(self, request: HttpRequest) -> Any:
        if self.async_mode or not carries_cookies(request):
            return super().__call__(request)
        with translation.override(translation.get_language_from_request(request)):
            return self._said(self.get_response(request))

    async def __acall__(self, request: HttpRequest) -> Any:
        if not carries_cookies(request):
            return await _next(self, request)
        with translation.override(translation.get_language_from_request(request)):
            return self._said(await _next(self, request))

    def _said(self, response: Any) -> Any:
        """A picture is the same in every language."""
        if response.get("Content-Type", "").startswith("text/"):
            patch_vary_headers(response, ["Accept-Language"])
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


class SessionMiddleware(sessions.SessionMiddleware):
    """Its cookie travels over https only, where the request came that way."""

    async def __acall__(self, request: HttpRequest) -> Any:
        if not carries_cookies(request):
            return await _next(self, request)
        self.process_request(request)
        response = await _next(self, request)
        if request.session.modified:  # only then is there something to save, and to wait for
            return await sync_to_async(self.process_response)(request, response)
        return self.process_response(request, response)

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        return _secure(request, super().process_response(request, response), settings.SESSION_COOKIE_NAME)


class AuthenticationMiddleware(auth.AuthenticationMiddleware):
    """Finds the account when a page asks who is there, not before."""

    async def __acall__(self, request: HttpRequest) -> Any:
        if carries_cookies(request):
            self.process_request(request)
        return await _next(self, request)


class CsrfMiddleware(csrf.CsrfViewMiddleware):
    """On the loop its check is a comparison of two strings."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        if iscoroutinefunction(get_response):
            vars(self)["process_view"] = self._process_view_on_the_loop

    async def __acall__(self, request: HttpRequest) -> Any:
        if not carries_cookies(request):
            return await _next(self, request)
        self.process_request(request)
        return self.process_response(request, await _next(self, request))

    async def _process_view_on_the_loop(self, request: HttpRequest, *args: Any) -> Any:
        return super().process_view(request, *args) if carries_cookies(request) else None

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        return _secure(request, super().process_response(request, response), settings.CSRF_COOKIE_NAME)


class MessageMiddleware(messages.MessageMiddleware):
    """What Django's admin and the pages of the account say after a form. No other page has such messages."""

    async def __acall__(self, request: HttpRequest) -> Any:
        if not request.path.startswith(WITH_MESSAGES):
            return await _next(self, request)
        self.process_request(request)
        return self.process_response(request, await _next(self, request))

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        return _secure(request, super().process_response(request, response), "messages")


def _secure(request: HttpRequest, response: Any, cookie: str) -> Any:
    if request.is_secure() and cookie in response.cookies:
        response.cookies[cookie]["secure"] = True
    return response


async def _next(middleware: Any, request: HttpRequest) -> HttpResponseBase:
    answer: Awaitable[HttpResponseBase] = middleware.get_response(request)
    return await answer

"""Django's own session, sign-in and CSRF middleware, run on the event loop.

Django would hand each of their steps to a thread, six hops for every request, although only saving a changed session
waits for anything. Programs that call the API carry neither cookies nor tokens: they go round all three.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth import middleware as auth
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponseBase
from django.middleware import csrf

WITHOUT_COOKIES = ("/v1/", "/images/", "/models", "/api/", "/livez", "/healthz", "/csp-report", "/files/")
"""Paths that programs call: bearer keys only."""


def carries_cookies(request: HttpRequest) -> bool:
    """True for what a person's browser asks for: pages, their fragments and streams."""
    return not request.path.startswith(WITHOUT_COOKIES)


class SessionMiddleware(sessions.SessionMiddleware):
    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        if not carries_cookies(request):
            return await _next(self, request)
        self.process_request(request)
        response = await _next(self, request)
        if request.session.modified:  # only then is there something to save, and to wait for
            return await sync_to_async(self.process_response)(request, response)
        return self.process_response(request, response)


class AuthenticationMiddleware(auth.AuthenticationMiddleware):
    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        if carries_cookies(request):
            self.process_request(request)
        return await _next(self, request)


class CsrfMiddleware(csrf.CsrfViewMiddleware):
    """`process_view` stays synchronous where Django calls it so; on the loop it only compares two strings."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        if iscoroutinefunction(get_response):
            self.process_view = self._process_view_on_the_loop  # type: ignore[method-assign]

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        if not carries_cookies(request):
            return await _next(self, request)
        self.process_request(request)
        response = await _next(self, request)
        return self.process_response(request, response)

    async def _process_view_on_the_loop(self, request: HttpRequest, *args: Any) -> Any:
        return super().process_view(request, *args) if carries_cookies(request) else None


async def _next(middleware: Any, request: HttpRequest) -> HttpResponseBase:
    answer: Awaitable[HttpResponseBase] = middleware.get_response(request)
    return await answer

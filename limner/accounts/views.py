"""The sign-in page: plain, and the only page that a stranger sees when accounts are on."""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from limner.accounts.limits import check_sign_in, count_failed_sign_in
from limner.errors import RateLimited


class SignIn(LoginView):
    """Name and password in, a session out. Wrong ones are counted by address and name."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.LIMNER_ACCOUNTS:
            return HttpResponseRedirect("/")
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            check_sign_in(*self._who())
        except RateLimited as error:
            context = self.get_context_data(form=self.get_form_class()(request), refused=error.message)
            response = self.render_to_response(context, status=429)
            response["Retry-After"] = str(math.ceil(error.retry_after or 1))
            return response
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        count_failed_sign_in(*self._who())
        return self.render_to_response(self.get_context_data(form=form), status=400)

    def _who(self) -> tuple[str, str]:
        return self.request.META.get("REMOTE_ADDR", ""), self.request.POST.get("username", "")


class SignOut(LogoutView):
    """Ends the session; asked for by POST, so that no picture in a page can do it."""

    next_page = "accounts:sign_in"

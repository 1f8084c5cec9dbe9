"""Signing in, signing up, and letting others in. allauth has the other pages (`doors.py`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import LoginView, LogoutView, PasswordResetView, SignupView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from limner.accounts import people
from limner.accounts.adapters import CLOSED, FIRST, INVITATION
from limner.accounts.forms import SignInForm
from limner.accounts.keys import digest
from limner.accounts.limits import check_sign_in, count_failed_sign_in, forget_sign_in
from limner.accounts.models import Account
from limner.accounts.services import no_owner_can_sign_in
from limner.errors import RateLimited

View = Callable[..., HttpResponseBase]


def with_accounts(view: View) -> View:
    """In personal mode there is nothing to sign in to."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if settings.LIMNER_ACCOUNTS else HttpResponseRedirect("/")

    return wrapped


def go_elsewhere(request: HttpRequest, name: str) -> None:
    """Raises Http404 for a place that the settings do not name. Of what is asked on the way there only where to go on
    counts: a link could ask for other rights, or tie that place to an account.
    """
    place, _, way = name.rpartition("_")
    if place not in settings.SOCIALACCOUNT_PROVIDERS:
        raise Http404
    if way == "login":
        asked = QueryDict(mutable=True)
        asked.update({"next": request.GET["next"]} if "next" in request.GET else {})
        request.GET = asked  # type: ignore[assignment]


class SignIn(LoginView):  # type: ignore[misc]
    """Name or address and password in, a session out. Wrong ones are counted by address and name."""

    form_class = SignInForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            check_sign_in(*self._who())
        except RateLimited as error:
            context = self.get_context_data(form=self.get_form_class()(request=request), refused=error.message)
            response: HttpResponseBase = self.render_to_response(context, status=429)
            response["Retry-After"] = str(math.ceil(error.retry_after or 1))
            return response
        answer: HttpResponseBase = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponseBase:
        forget_sign_in(*self._who())
        answer: HttpResponseBase = super().form_valid(form)
        return answer

    def form_invalid(self, form: Any) -> HttpResponseBase:
        count_failed_sign_in(*self._who())
        answer: HttpResponseBase = self.render_to_response(self.get_context_data(form=form), status=400)
        return answer

    def _who(self) -> tuple[str, str]:
        return self.request.META.get("REMOTE_ADDR", ""), self.request.POST.get("login", "").strip()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"no_owner": no_owner_can_sign_in()}


class SignOut(LogoutView):  # type: ignore[misc]
    """Ends the session; asked for by POST, so that no picture in a page can do it."""

    http_method_names = ["post", "options"]


class SignUp(SignupView):  # type: ignore[misc]
    """Open, closed, or for who comes with a link: its secret goes into the session, and out of the address."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and self._came_with_link(request):
            return HttpResponseRedirect(reverse("account_signup"))
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def _came_with_link(self, request: HttpRequest) -> bool:
        invitation, first = digest(request.GET.get("invitation", "")), request.GET.get("first", "")
        if "invitation" in request.GET and people.lets_in(invitation):
            request.session[INVITATION] = invitation
            return True
        if first and people.first_account(first):
            request.session[FIRST] = first
            return True
        return False

    def form_valid(self, form: Any) -> HttpResponseBase:
        if form.account_already_exists:  # a new account's password would be hashed: a clock would tell
            Account().set_password(form.cleaned_data.get("password1", ""))
        answer: HttpResponseBase = super().form_valid(form)
        return answer

    def form_invalid(self, form: Any) -> HttpResponseBase:
        answer: HttpResponseBase = self.render_to_response(self.get_context_data(form=form), status=400)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        first = people.first_account(self.request.session.get(FIRST, "")) is not None
        invited = people.lets_in(self.request.session.get(INVITATION, ""))
        waits = settings.LIMNER_SIGN_UP == "approval" and not invited and not first
        return context | {"first": first, "waits": waits}


class Reset(PasswordResetView):  # type: ignore[misc]
    """By mail; without mail the page says whom to ask."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.LIMNER_MAIL:
            return render(request, "accounts/no_mail.html")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


@with_accounts
def closed(request: HttpRequest) -> HttpResponseBase:
    """Why a right password opens nothing, said once to whoever gave it."""
    return render(request, "account/account_inactive.html", {"reason": request.session.pop(CLOSED, "")})


sign_in = with_accounts(SignIn.as_view())
sign_out = with_accounts(SignOut.as_view())
sign_up = with_accounts(SignUp.as_view())
reset = with_accounts(Reset.as_view())

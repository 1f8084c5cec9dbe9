"""The page of an account's API keys: made, seen and revoked by its owner. A key is shown once, when it is made."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from limner.accounts.keys import LONGEST_NAME, make_key, revoke, state_of
from limner.accounts.models import Account, Scope
from limner.accounts.sign_in import account_of
from limner.errors import InvalidRequest, Sentence, say

MOST_SHOWN = 200
DAYS = (30, 90, 365)
"""How long a key may be made to last; left out, until it is revoked."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The keys, and a form for another one. Making one answers with its secret: that page cannot come again."""
    viewer = account_of(request)
    if viewer is None:
        return redirect_to_login(reverse("accounts:keys"), reverse("accounts:sign_in"))
    if viewer.is_guest:
        raise Http404
    if request.method != "POST":
        return _page(request, viewer)
    name, days = request.POST.get("name", "").strip(), request.POST.get("days", "")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        problem = say("Give the key a name of at most {most} letters, to know it by.", most=LONGEST_NAME)
        return _page(request, viewer, problem=problem)
    if days not in {"", *map(str, DAYS)}:
        return _page(request, viewer, problem=say("Choose one of the times that are offered."))
    ends = timezone.now() + timedelta(days=int(days)) if days else None
    try:
        _, secret = make_key(viewer, name, request.POST.getlist("scopes"), ends)
    except InvalidRequest:
        return _page(request, viewer, problem=say("Choose what the key may do."))
    return _page(request, viewer, secret=secret)


@require_POST
def end(request: HttpRequest, prefix: str) -> HttpResponse:
    """Revoke one's own key. Somebody else's is not there."""
    viewer = account_of(request)
    key = None if viewer is None or viewer.is_guest else viewer.api_keys.filter(prefix=prefix).first()
    if key is None:
        raise Http404
    revoke(key)
    return redirect("accounts:keys")


def _page(
    request: HttpRequest, viewer: Account, *, problem: Sentence | None = None, secret: str = ""
) -> HttpResponse:
    keys = viewer.api_keys.order_by("-id")[:MOST_SHOWN]
    context = {
        "keys": [{"row": key, "state": state_of(key)} for key in keys],
        "scopes": Scope.values,
        "days": DAYS,
        "problem": problem,
        "secret": secret,
    }
    return render(request, "accounts/keys.html", context, status=400 if problem else 200)

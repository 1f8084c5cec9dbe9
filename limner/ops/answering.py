"""How the pages of whoever runs this studio are answered: for whom they are there, and what a refusal looks like."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_noop

from limner.accounts.models import Account
from limner.accounts.sign_in import account_of
from limner.errors import LimnerError, NotFound
from limner.jobs.trouble import said_plainly

DONE = {
    "saved": gettext_noop("It was saved."),
    "deleted": gettext_noop("It was deleted."),
    "settled": gettext_noop("It was settled."),
    "turned-away": gettext_noop("The account was turned away."),
    "removed": gettext_noop("The model was removed."),
}

_View = Callable[..., HttpResponse]


def only_for(*, owner: bool = False) -> Callable[[_View], _View]:
    """Give the view its moderator, or the owner. Strangers are asked to sign in; everybody else finds nothing."""

    def wrapped(view: _View) -> _View:
        @wraps(view)
        def answering(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            viewer: Account | None = None
            try:
                with said_plainly():
                    viewer = account_of(request)
                    if viewer is None:
                        here = request.path if request.method == "GET" else reverse("ops:overview")
                        return redirect(f"{reverse('accounts:sign_in')}?{urlencode({'next': here})}")
                    if not (viewer.is_superuser or (viewer.is_staff and not owner)):
                        raise Http404
                    return view(request, viewer, **kwargs)
            except NotFound as error:
                raise Http404(error.message) from error
            except LimnerError as error:
                if viewer is None:  # the database is away: nobody knows who is looking
                    return HttpResponse(render_to_string("503.html", {"problem": error.message}), status=error.status)
                context = {"problem": error.message, "viewer": viewer, "back": _back(request)}
                return render(request, "ops/refused.html", context, status=error.status)

        return answering

    return wrapped


def _back(request: HttpRequest) -> str:
    """The page that a refused button stood on."""
    pages = ("people", "invitations", "models")
    return reverse(f"ops:{next((page for page in pages if f'/{page}' in request.path), 'moderation')}")


def page(
    request: HttpRequest, viewer: Account, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The page called `name`, and what was done before it."""
    said = DONE.get(request.GET.get("done", ""), "")
    told = {"here": name, **context, "viewer": viewer, "said": said}
    return render(request, f"ops/{name}.html", told, status=status)

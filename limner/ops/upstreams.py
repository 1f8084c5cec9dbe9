"""The owner's page about upstreams: how each is doing, what it has cost, what is not known. It changes nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from limner.accounts.models import Account
from limner.accounts.sign_in import account_of
from limner.engines.upstreams import Upstream
from limner.engines.upstreams import upstreams as configured
from limner.engines.upstreams.looking import Seen, look_at_all
from limner.errors import Unavailable
from limner.jobs.queries import uncertain_calls
from limner.jobs.standing import known_of, spend_by_month, standing
from limner.jobs.threads import in_thread
from limner.jobs.trouble import said_plainly

FRESH_SECONDS = 30.0
"""How long an answer of an upstream is shown again, instead of asking it with each look at the page."""
NEWEST = 100
"""How many uncertain calls the page names."""


@dataclass
class Looks:
    """What the upstreams answered this process last."""

    of: tuple[Upstream, ...] = ()
    seen: tuple[Seen, ...] = ()
    at: float = -FRESH_SECONDS

    async def now(self) -> tuple[Seen, ...]:
        """Ask them, unless that was done just now. Two pages at once may ask twice: it costs nothing."""
        found = configured()
        if found != self.of or time.monotonic() - self.at >= FRESH_SECONDS:
            self.seen = tuple(await look_at_all(found))
            self.of, self.at = found, time.monotonic()
        return self.seen


looks = Looks()


@require_safe
async def page(request: HttpRequest) -> HttpResponse:
    """For the owner. Whoever is not signed in is asked to; to everybody else the page is not there."""
    try:
        viewer = await in_thread(_viewer, request)
        if viewer is None:
            return redirect(f"{reverse('accounts:sign_in')}?{urlencode({'next': request.path})}")
        if not viewer.is_superuser:
            raise Http404
        seen = await looks.now()  # with no connection in hand: it may take seconds
        return await in_thread(_page, request, viewer, configured(), seen)
    except Unavailable as error:
        return HttpResponse(render_to_string("503.html", {"problem": error.message}), status=error.status)


@said_plainly()
def _viewer(request: HttpRequest) -> Account | None:
    return account_of(request)


@said_plainly()
def _page(request: HttpRequest, viewer: Account, found: tuple[Upstream, ...], seen: tuple[Seen, ...]) -> HttpResponse:
    known = known_of(found)
    uncertain = uncertain_calls()
    context = {
        "here": "upstreams",
        "viewer": viewer,
        "upstreams": [
            standing(one, looked, known[one.name], home=settings.LIMNER_HOME)
            for one, looked in zip(found, seen, strict=True)
        ],
        "months": spend_by_month(),
        "uncertain": uncertain[:NEWEST],
        "more": max(0, uncertain.count() - NEWEST),
    }
    return render(request, "ops/upstreams.html", context)

"""What every view of the studio stands on: who is looking, and the make page with a sentence on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now

from limner.accounts.models import Account
from limner.accounts.sign_in import account_of
from limner.errors import InvalidRequest, LimnerError, Unavailable
from limner.gallery.uploads import MAX_BYTES
from limner.jobs.queries import job_visible_to, jobs_visible_to
from limner.jobs.trouble import said_plainly
from limner.prompts.today import prompt_of
from limner.studio import asking, refining
from limner.studio.ahead import ahead
from limner.studio.cards import cards_of
from limner.studio.changes import MOST_AT_ONCE
from limner.studio.manner import manner

P = ParamSpec("P")
WALL = 24
"""How many jobs a page shows; the earlier ones are a press away."""


def for_viewer(
    view: Callable[Concatenate[HttpRequest, Account, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view its viewer and send everybody else to sign in; errors of ours are said on the page."""

    @wraps(view)
    def seen(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            with said_plainly():
                viewer = account_of(request)
        except Unavailable as error:
            return _nobody_knows(request, error)
        if viewer is None:
            return _sign_in_first(request)
        try:
            return view(request, viewer, *args, **kwargs)
        except LimnerError as error:
            return _said(request, viewer, error)

    return seen


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    here = request.get_full_path() if request.method == "GET" and not by_htmx(request) else "/"
    there = f"{reverse('accounts:sign_in')}?{urlencode({'next': here})}"
    return HttpResponse(status=204, headers={"HX-Redirect": there}) if by_htmx(request) else redirect(there)


def _nobody_knows(request: HttpRequest, error: Unavailable) -> HttpResponse:
    """The database is away: a page that needs nothing of it, not even who is looking."""
    template = "studio/_problem.html" if by_htmx(request) else "503.html"
    return HttpResponse(render_to_string(template, {"problem": error.message}), status=error.status)


def _said(request: HttpRequest, viewer: Account, error: LimnerError) -> HttpResponse:
    if by_htmx(request):
        return render(request, "studio/_problem.html", {"problem": error.message}, status=error.status)
    if error.status == 404:
        return render(request, "404.html", status=404)
    return make_page(request, viewer, problem=error.message, status=error.status)


def bringing() -> dict[str, object]:
    """What `studio/_bring.html` says of its limits, to the script as well."""
    most = min(MAX_BYTES, settings.LIMNER_MAX_BODY_MB * 1_000_000)
    return {"most_bytes": most, "most_megabytes": most // 1024**2, "most_files": MOST_AT_ONCE}


def by_htmx(request: HttpRequest) -> bool:
    """Whether a script asks, for a fragment."""
    return request.headers.get("HX-Request") == "true"


def make_page(
    request: HttpRequest,
    viewer: Account,
    *,
    problem: str = "",
    status: int = 200,
    start: refining.Start | None = None,
) -> HttpResponse:
    """The prompt box as it starts, a sentence on what went wrong, and all that this account has made."""
    # The number of the newest event is read before the jobs: what happens in between is replayed, never missed.
    seen = Account.objects.values_list("last_event", flat=True).get(pk=viewer.pk)
    start = start or refining.after_problem(viewer, request.POST)
    asked = start.asked
    try:
        offered = offer_for(viewer, asked.get("model") or request.GET.get("model", ""))
    except LimnerError as error:
        offered, problem = None, problem or error.message
    context = {
        "offer": offered,
        "question": asking.question_for(viewer, offered) if offered else None,
        "everybody_sees": settings.LIMNER_GALLERY == "wall" and settings.LIMNER_ACCOUNTS and not viewer.is_guest,
        "problem": problem,
        "start": start,
        "asked": asked,
        **(offered.filled(asked) | {"ahead": ahead(viewer, offered, asked)} if offered else {}),
        "examples": asking.EXAMPLES,
        "manner": manner(),
        "today": prompt_of(now().date(), offered.models[0].capabilities) if offered else "",
        "ask": uuid4(),
        "seen": seen,
        **bringing(),
        **wall_of(viewer),
    }
    return render(request, "studio/make.html", context, status=status)


def offer_for(viewer: Account, name: str) -> asking.Offer:
    """What can be asked of the model named, or of the one that this viewer's studio begins with."""
    try:
        return asking.offer(name, begin_with=viewer.studio_model, viewer=viewer)
    except InvalidRequest:  # one that has been taken away since: the page still opens
        return asking.offer(begin_with=viewer.studio_model, viewer=viewer)


def wall_of(viewer: Account, before: UUID | None = None) -> dict[str, object]:
    """The cards of the newest jobs, or of those before one, and the job from which a press leads further back."""
    jobs = jobs_visible_to(viewer)
    if before is not None:
        jobs = jobs.filter(pk__lt=job_visible_to(viewer, before).pk)
    found = list(jobs[: WALL + 1])
    return {"cards": cards_of(viewer, found[:WALL]), "earlier": found[WALL - 1] if len(found) > WALL else None}

"""What every view of the studio stands on: who is looking, and the make page with a sentence on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now

from limner.accounts import credits, guests
from limner.accounts.limits import check_press
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


View = Callable[Concatenate[HttpRequest, Account, P], HttpResponseBase]
Seen = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def for_viewer(view: View[P]) -> Seen[P]:
    """Give the view its viewer and send everybody else to sign in; errors of ours are said on the page."""
    return _for(lambda request, _: account_of(request), view)


def for_visitors(view: View[P]) -> Seen[P]:
    """The same for what visitors look at too, where guests draw: it writes nothing."""
    return _for(lambda request, _: _visitor(request), view)


def for_makers(view: View[P]) -> Seen[P]:
    """The same for what makes a visitor a guest, where guests draw, when it is not only looked at."""
    return _for(lambda request, making: (maker_of if making else _visitor)(request), view)


def counted(view: View[P]) -> View[P]:
    """For views that make something: their POSTs are requests, of which a plan allows so many a minute."""

    @wraps(view)
    def counting(request: HttpRequest, viewer: Account, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST":
            check_press(viewer)
        return view(request, viewer, *args, **kwargs)

    return counting


def maker_of(request: HttpRequest) -> Account | None:
    """Who is about to make something: a visitor becomes a guest. `remembered` tells their browser."""
    return account_of(request) or guests.begin(request)


R = TypeVar("R", bound=HttpResponseBase)


def remembered(request: HttpRequest, viewer: Account, response: R) -> R:
    """The answer to somebody who asked for something: a guest is known again by it."""
    if viewer.is_guest and viewer.pk != guests.NOBODY_YET and request.method == "POST":
        guests.remember(request, viewer, response)
    return response


def _visitor(request: HttpRequest) -> Account | None:
    return account_of(request) or guests.looking(request)


def _for(whose: Callable[[HttpRequest, bool], Account | None], view: View[P]) -> Seen[P]:
    @wraps(view)
    def seen(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            with said_plainly():
                viewer = whose(request, request.method == "POST")
        except Unavailable as error:
            return _nobody_knows(request, error)
        except LimnerError as error:  # no guest may begin here
            return _said(request, guests.looking(request) or Account(pk=guests.NOBODY_YET), error)
        if viewer is None:
            return _sign_in_first(request)
        try:
            response = view(request, viewer, *args, **kwargs)
        except LimnerError as error:
            response = _said(request, viewer, error)
        return remembered(request, viewer, response)

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
    seen = Account.objects.values_list("last_event", flat=True).filter(pk=viewer.pk).first() or 0
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
        "guest": guest_of(viewer),
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


def guest_of(viewer: Account) -> dict[str, object] | None:
    """What a guest is told: what they have left today, and what becomes of their pictures."""
    if not viewer.is_guest:
        return None
    left = credits.left(viewer)
    return {
        "new": viewer.pk == guests.NOBODY_YET,
        "left": None if left is None else max(left, 0) / 1000,
        "days": settings.LIMNER_KEEP_GUESTS,
    }


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

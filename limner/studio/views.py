"""The make page: ask for pictures, watch them appear, find them again.

Every fragment is the page's own markup, so the page works without scripts too; scripts only spare the reload.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST, require_safe

from limner.accounts import services as accounts
from limner.accounts.models import Account
from limner.accounts.sign_in import account_of
from limner.engines.contract import DrawRequest
from limner.errors import InvalidRequest, LimnerError, NotAllowed, NotFound, RateLimited, Unavailable
from limner.jobs import services
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.queries import job_visible_to, jobs_visible_to
from limner.jobs.sse import refuse_one_too_many
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.jobs.trouble import said_plainly
from limner.studio import asking, refining
from limner.studio.ahead import ahead
from limner.studio.cards import card_of, cards_of, unread
from limner.studio.stream import stream_of

P = ParamSpec("P")
LONGEST_NUMBER = 18
"""How many digits an event's number may have: what is longer was never one of ours."""
WALL = 24
"""How many jobs a page shows; the earlier ones are a press away."""


def _for_viewer(
    view: Callable[Concatenate[HttpRequest, Account, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view its viewer and send everybody else to sign in; errors of ours are said on the page."""

    @wraps(view)
    def seen(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
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
    here = request.get_full_path() if request.method == "GET" and not _by_htmx(request) else "/"
    there = f"{reverse('accounts:sign_in')}?{urlencode({'next': here})}"
    return HttpResponse(status=204, headers={"HX-Redirect": there}) if _by_htmx(request) else redirect(there)


def _nobody_knows(request: HttpRequest, error: Unavailable) -> HttpResponse:
    """The database is away: a page that needs nothing of it, not even who is looking."""
    template = "studio/_problem.html" if _by_htmx(request) else "503.html"
    return HttpResponse(render_to_string(template, {"problem": error.message}), status=error.status)


def _said(request: HttpRequest, viewer: Account, error: LimnerError) -> HttpResponse:
    if _by_htmx(request):
        return render(request, "studio/_problem.html", {"problem": error.message}, status=error.status)
    if error.status == 404:
        return render(request, "404.html", status=404)
    return _page(request, viewer, problem=error.message, status=error.status)


def _by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


@require_safe
@_for_viewer
def page(request: HttpRequest, viewer: Account) -> HttpResponse:
    """The prompt box, and everything this account has made, newest first; `?from=` begins with a picture's words."""
    try:
        return _page(request, viewer, start=refining.start_from(viewer, request.GET))
    except NotFound:
        return _page(request, viewer, start=refining.Start(QueryDict(), (refining.NOTHING_THERE,)))


def _page(
    request: HttpRequest,
    viewer: Account,
    *,
    problem: str = "",
    status: int = 200,
    start: refining.Start | None = None,
) -> HttpResponse:
    # The number of the newest event is read before the jobs: what happens in between is replayed, never missed.
    seen = Account.objects.values_list("last_event", flat=True).get(pk=viewer.pk)
    start = start or refining.after_problem(viewer, request.POST)
    asked = start.asked
    try:
        offered = _offer(viewer, asked.get("model") or request.GET.get("model", ""))
    except LimnerError as error:
        offered, problem = None, problem or error.message
    context = {
        "offer": offered,
        "question": asking.question_for(viewer, offered) if offered else None,
        "to_upstreams": viewer.is_superuser and any(model.upstream for model in offered.models) if offered else False,
        "problem": problem,
        "start": start,
        "asked": asked,
        **(offered.filled(asked) | {"ahead": ahead(viewer, offered, asked)} if offered else {}),
        "examples": asking.EXAMPLES,
        "ask": uuid4(),
        "seen": seen,
        **_wall(viewer),
    }
    return render(request, "studio/make.html", context, status=status)


def _offer(viewer: Account, name: str) -> asking.Offer:
    """What can be asked of the model named, or of the one that this viewer's studio begins with."""
    try:
        return asking.offer(name, begin_with=viewer.studio_model)
    except InvalidRequest:  # one that has been taken away since: the page still opens
        return asking.offer(begin_with=viewer.studio_model)


def _wall(viewer: Account, before: UUID | None = None) -> dict[str, object]:
    jobs = jobs_visible_to(viewer)
    if before is not None:
        jobs = jobs.filter(pk__lt=job_visible_to(viewer, before).pk)
    found = list(jobs[: WALL + 1])
    return {"cards": cards_of(viewer, found[:WALL]), "earlier": found[WALL - 1] if len(found) > WALL else None}


@require_GET
@_for_viewer
def settings(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Another model was chosen: its sizes, its count, its styles and its price, with what was chosen before."""
    offered = _offer(viewer, request.GET.get("model", ""))
    asked = {**request.GET.dict(), "n": offered.count(request.GET.get("n", "1"))}
    context = {**offered.filled(request.GET), "ahead": ahead(viewer, offered, request.GET)}
    return render(request, "studio/_chosen.html", {**context, "offer": offered, "asked": asked, "again": True})


@require_POST
@_for_viewer
def begin_with(request: HttpRequest, viewer: Account) -> HttpResponse:
    """The answer to the question of the first page, remembered."""
    offered = asking.offer(request.POST.get("model", ""))
    if not viewer.is_superuser:
        raise NotAllowed("Only the owner answers this; choose a model for your own pictures in the list.")
    accounts.begin_with(viewer, offered.model.name)
    return redirect("studio:page")


@require_POST
@_for_viewer
def make(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Submit a job and answer with its card. The form's token makes a second press of the same button harmless."""
    wish = refining.going_on(viewer, request.POST, asking.request_of(request.POST))
    job = services.submit(viewer, wish, idempotency_key=_one_press(request.POST.get("ask", ""), wish))
    return _made(request, viewer, job)


def _one_press(token: str, wish: DrawRequest) -> str | None:
    """The same for two presses of a form with the same words in it: one that was gone back to asks for new ones."""
    if not token:
        return None
    said = json.dumps([token, replace(wish, seed=0).to_json()])
    return f"studio:{hashlib.sha256(said.encode()).hexdigest()}"


@require_POST
@_for_viewer
def again(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """The same wish once more: the same picture after a failure, another one otherwise."""
    before = job_visible_to(viewer, public_id)
    asked = request_of(before)
    if asked is None:
        raise InvalidRequest("Another version of Limner made this job, and this one cannot read it. Ask for it anew.")
    wish = asking.same_again(asked, keep_seed=before.state == State.FAILED)
    return _made(request, viewer, services.submit(viewer, wish))


def _made(request: HttpRequest, viewer: Account, job: Job) -> HttpResponse:
    if not _by_htmx(request):
        return redirect(_same_model(request, viewer))
    context = {"card": card_of(viewer, job), "ask": uuid4()}
    return render(request, "studio/_made.html", context)


def _same_model(request: HttpRequest, viewer: Account) -> str:
    """The page, with the model that was just asked for, where the page would begin with another."""
    name = request.POST.get("model", "")
    there = reverse("studio:page")
    return f"{there}?{urlencode({'model': name})}" if name and name != _offer(viewer, "").model.name else there


@require_GET
@_for_viewer
def card(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """One job as it stands now."""
    return _card(request, viewer, job_visible_to(viewer, public_id))


@require_POST
@_for_viewer
def cancel(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """Stop a job; what it has drawn so far stays."""
    job = services.cancel(viewer, public_id)
    return _card(request, viewer, job) if _by_htmx(request) else redirect("studio:page")


def _card(request: HttpRequest, viewer: Account, job: Job) -> HttpResponse:
    return render(request, "studio/_card.html", {"card": card_of(viewer, job)})


@require_GET
@_for_viewer
def earlier(request: HttpRequest, viewer: Account) -> HttpResponse:
    """The cards of the jobs before `before`."""
    try:
        before = UUID(request.GET.get("before", ""))
    except ValueError:
        return HttpResponse(status=400)
    return render(request, "studio/_cards.html", _wall(viewer, before))


@require_GET
@_for_viewer
def words(request: HttpRequest, viewer: Account) -> HttpResponse:
    """While somebody types: the words that the model would pass over, and those that it would not get to."""
    offered = _offer(viewer, request.GET.get("model", ""))
    sentence = unread(offered.model, request.GET.get("prompt", "")[:4000])
    return render(request, "studio/_hint.html", {"sentence": sentence, "offer": offered})


@require_GET
async def events(request: HttpRequest) -> HttpResponseBase:
    """The account's stream: one for the whole page, however many jobs it shows."""
    viewer = await in_thread(account_of, request)
    if viewer is None:
        return HttpResponse("Sign in first.", status=401, content_type="text/plain")
    try:
        refuse_one_too_many(viewer)
    except RateLimited as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
    # A reconnecting browser names the newest event it has seen in a header; a page that opens its stream cannot
    # set headers and names it in the address.
    newest = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    known = newest.isascii() and newest.isdigit() and len(newest) <= LONGEST_NUMBER
    stream = stream_of(request, viewer, int(newest) if known else None)
    return StreamingHttpResponse(
        stream,
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )

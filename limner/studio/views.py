"""The make page: ask for pictures, watch them appear, find them again.

Every fragment is the page's own markup, so the page works without scripts too; scripts only spare the reload.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from limner.accounts import services as accounts
from limner.accounts.models import Account
from limner.accounts.sign_in import account_of
from limner.engines.contract import Task
from limner.errors import InvalidRequest, NotAllowed, NotFound, RateLimited, say
from limner.jobs import services
from limner.jobs.enlarging import enlarge
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.queries import job_visible_to
from limner.jobs.sse import refuse_one_too_many
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.look.speech import spoken
from limner.studio import asking, refining
from limner.studio.ahead import ahead
from limner.studio.cards import card_of, unread
from limner.studio.changes import source_of
from limner.studio.page import by_htmx, counted, for_makers, for_viewer, for_visitors, make_page, offer_for, wall_of
from limner.studio.pressing import one_press
from limner.studio.stream import stream_of

LONGEST_NUMBER = 18
"""How many digits an event's number may have: what is longer was never one of ours."""


@require_safe
@for_visitors
def page(request: HttpRequest, viewer: Account) -> HttpResponse:
    """The prompt box, and everything this account has made, newest first; `?from=` begins with a picture's words."""
    try:
        return make_page(request, viewer, start=refining.start_from(viewer, request.GET))
    except NotFound:
        return make_page(request, viewer, start=refining.Start(QueryDict(), (refining.NOTHING_THERE,)))


@require_GET
@for_visitors
def settings(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Another model was chosen: its sizes, its count, its styles and its price, with what was chosen before."""
    offered = offer_for(viewer, request.GET.get("model", ""))
    asked = {**request.GET.dict(), "n": offered.count(request.GET.get("n", "1"))}
    context = {**offered.filled(request.GET), "ahead": ahead(viewer, offered, request.GET)}
    return render(request, "studio/_chosen.html", {**context, "offer": offered, "asked": asked, "again": True})


@require_POST
@for_viewer
def begin_with(request: HttpRequest, viewer: Account) -> HttpResponse:
    """The answer to the question of the first page, remembered."""
    offered = asking.offer(request.POST.get("model", ""))
    if not viewer.is_superuser:
        raise NotAllowed(say("Only the owner answers this; choose a model for your own pictures in the list."))
    accounts.begin_with(viewer, offered.model.name)
    return redirect("studio:page")


@require_POST
@for_makers
@counted
def make(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Submit a job and answer with its card. The form's token makes a second press of the same button harmless."""
    wish = refining.going_on(viewer, request.POST, asking.request_of(viewer, request.POST))
    job = services.submit(viewer, wish, idempotency_key=one_press(request.POST, replace(wish, seed=0).to_json()))
    return _made(request, viewer, job)


@require_POST
@for_viewer
@counted
def again(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """The same wish once more: the same picture after a failure, another one otherwise."""
    before = job_visible_to(viewer, public_id)
    asked = request_of(before)
    if asked is None:
        raise InvalidRequest(
            say("Another version of Limner made this job, and this one cannot read it. Ask for it anew.")
        )
    if asked.task is Task.UPSCALE:
        source = source_of(viewer, UUID(asked.images[0].public_id))
        return _made(request, viewer, enlarge(viewer, source.row, asked.size.width // source.size.width))
    wish = asking.same_again(asked, keep_seed=before.state == State.FAILED)
    return _made(request, viewer, services.submit(viewer, wish))


def _made(request: HttpRequest, viewer: Account, job: Job) -> HttpResponse:
    if not by_htmx(request):
        return redirect(_same_model(request, viewer))
    if "first" in request.POST:  # the page of somebody who had made nothing follows no stream
        return HttpResponse(status=204, headers={"HX-Redirect": _same_model(request, viewer)})
    context = {"card": card_of(viewer, job), "ask": uuid4()}
    return render(request, "studio/_made.html", context)


def _same_model(request: HttpRequest, viewer: Account) -> str:
    """The page, with the model that was just asked for, where the page would begin with another."""
    name = request.POST.get("model", "")
    there = reverse("studio:page")
    return f"{there}?{urlencode({'model': name})}" if name and name != offer_for(viewer, "").model.name else there


@require_GET
@for_viewer
def card(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """One job as it stands now."""
    return _card(request, viewer, job_visible_to(viewer, public_id))


@require_POST
@for_viewer
def cancel(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """Stop a job; what it has drawn so far stays."""
    job = services.cancel(viewer, public_id)
    return _card(request, viewer, job) if by_htmx(request) else redirect("studio:page")


def _card(request: HttpRequest, viewer: Account, job: Job) -> HttpResponse:
    return render(request, "studio/_card.html", {"card": card_of(viewer, job)})


@require_GET
@for_viewer
def earlier(request: HttpRequest, viewer: Account) -> HttpResponse:
    """The cards of the jobs before `before`."""
    try:
        before = UUID(request.GET.get("before", ""))
    except ValueError:
        return HttpResponse(status=400)
    return render(request, "studio/_cards.html", wall_of(viewer, before))


@require_GET
@for_visitors
def words(request: HttpRequest, viewer: Account) -> HttpResponse:
    """While somebody types: the words that the model would pass over, and those that it would not get to."""
    offered = offer_for(viewer, request.GET.get("model", ""))
    sentence = unread(offered.model, request.GET.get("prompt", "")[:4000])
    return render(request, "studio/_hint.html", {"sentence": sentence, "offer": offered})


@require_GET
async def events(request: HttpRequest) -> HttpResponseBase:
    """The account's stream: one for the whole page, however many jobs it shows."""
    viewer = await in_thread(account_of, request)
    if viewer is None:
        return HttpResponse(gettext("Sign in first."), status=401, content_type="text/plain; charset=utf-8")
    try:
        refuse_one_too_many(viewer)
    except RateLimited as error:
        return HttpResponse(spoken(error.message), status=error.status, content_type="text/plain; charset=utf-8")
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

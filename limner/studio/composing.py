"""What the prompt box asks for while somebody composes: what it would take, and a prompt that it is written."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from limner.accounts.limits import check_press
from limner.accounts.models import Account
from limner.engines.validation import MAX_SEED
from limner.errors import InvalidRequest, LimnerError, say
from limner.jobs.threads import in_thread
from limner.jobs.trouble import said_plainly
from limner.look.speech import spoken
from limner.prompts.sse import HEADERS, events
from limner.prompts.writing import Wish, Writing, begin, remember
from limner.studio.ahead import ahead
from limner.studio.options import whole
from limner.studio.page import for_visitors, maker_of, offer_for, remembered

_WISHES = ("random", "finish", "improve")


@require_GET
@for_visitors
def takes(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Another size or count was chosen: the seconds, the credits and the price of what the form says now."""
    offered = offer_for(viewer, request.GET.get("model", ""))
    context = {"offer": offered, "again": True, "price": offered.price(request.GET)}
    return render(request, "studio/_takes.html", {**context, "ahead": ahead(viewer, offered, request.GET)})


@require_POST
async def write(request: HttpRequest) -> HttpResponseBase:
    """What was wished for as server-sent events, or one sentence on what is wrong with it."""
    try:
        viewer = await in_thread(maker_of, request)
    except LimnerError as error:
        return _sentence(spoken(error.message), error.status)
    if viewer is None:
        return _sentence(gettext("Sign in first."), 401)
    try:
        writing = await in_thread(_begun, viewer, request.POST)
    except LimnerError as error:
        return remembered(request, viewer, _sentence(spoken(error.message), error.status))

    async def keep(prompt: str) -> None:
        await in_thread(remember, viewer, writing, prompt)

    return remembered(request, viewer, StreamingHttpResponse(events(writing, keep), headers=HEADERS))


@said_plainly()
def _begun(viewer: Account, form: QueryDict) -> Writing:
    check_press(viewer)
    wish, words = form.get("wish", ""), form.get("prompt", "").replace("\r\n", "\n")  # forms send it so
    if wish not in _WISHES:
        raise InvalidRequest(say("Limner can be asked to: {wishes}.", wishes=", ".join(_WISHES)), param="wish")
    if wish != "random" and not words.strip():
        raise InvalidRequest(say("Write a few words first: what should the picture show?"), param="prompt")
    wanted = Wish(
        beginning="" if wish == "random" else words,
        improve=wish == "improve",
        seed=_seed(form.get("writing_seed", "")),
        theme=form.get("theme", ""),
        length=form.get("length", "medium"),
        only_known=form.get("any_words") != "on",
        writer=form.get("writer", ""),
    )
    return begin(viewer, offer_for(viewer, form.get("model", "")).model, wanted, field="prompt")


def _seed(typed: str) -> int | None:
    seed = whole(typed) if typed else None
    if isinstance(seed, str):
        raise InvalidRequest(say("A seed is a whole number from 0 to {most}.", most=MAX_SEED), param="writing_seed")
    return cast("int | None", seed)


def _sentence(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")

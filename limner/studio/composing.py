"""What the prompt box asks for while somebody composes: what it would take, and a prompt that it is written."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from limner.accounts.models import Account
from limner.accounts.sign_in import account_of
from limner.errors import LimnerError
from limner.jobs.threads import in_thread
from limner.look.speech import spoken
from limner.prompts.writers.contract import PromptOrder
from limner.prompts.writers.registry import build_writer
from limner.studio.ahead import ahead
from limner.studio.page import for_viewer, offer_for

PACE = 0.06
"""Seconds between two words: an eye can follow them, and a hand can stop them."""
LONGEST_BEGINNING = 4000


@require_GET
@for_viewer
def takes(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Another size or count was chosen: the seconds, the credits and the price of what the form says now."""
    offered = offer_for(viewer, request.GET.get("model", ""))
    context = {"offer": offered, "again": True, "price": offered.price(request.GET)}
    return render(request, "studio/_takes.html", {**context, "ahead": ahead(viewer, offered, request.GET)})


@require_GET
async def random_prompt(request: HttpRequest) -> HttpResponseBase:
    """A prompt for the chosen model, word by word as plain text, going on from what is in the box."""
    viewer = await in_thread(account_of, request)
    if viewer is None:
        return HttpResponse(gettext("Sign in first."), status=401, content_type="text/plain; charset=utf-8")
    try:
        offered = await in_thread(offer_for, viewer, request.GET.get("model", ""))
    except LimnerError as error:
        return HttpResponse(spoken(error.message), status=error.status, content_type="text/plain; charset=utf-8")
    beginning = request.GET.get("prompt", "")[:LONGEST_BEGINNING]
    order = PromptOrder(offered.model.capabilities, secrets.randbits(32), beginning)
    return StreamingHttpResponse(
        _paced(order),
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"},
    )


async def _paced(order: PromptOrder) -> AsyncIterator[bytes]:
    async for piece in build_writer().write(order):
        if isinstance(piece, str):
            yield piece.encode()
            await asyncio.sleep(PACE)

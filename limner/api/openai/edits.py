"""`POST /v1/images/edits` and `/variations`: pictures in, others out, by the rules of the name that was asked for.

Edits are a form or JSON, variations a form, as at OpenAI. What was given is read, looked at and unpacked in threads,
kept as uploads of the caller's, and named in the request by public id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from limner.api.auth import Caller
from limner.api.idempotency import idempotency_key
from limner.api.links import origin_of
from limner.api.openai.asking import Wish, named, understood
from limner.api.openai.body import FORM, JSON, check_content_type, form_body, json_body
from limner.api.openai.drawing import drawn
from limner.api.openai.images import Pieces, forget, images_in, kept, pieces_of, unpacking
from limner.engines.contract import Task
from limner.errors import InvalidRequest, OutOfCredits, RateLimited
from limner.jobs.threads import run_in
from limner.jobs.waiting import refuse_when_stopping


async def edit(request: HttpRequest, caller: Caller, model: str | None = None) -> HttpResponse:
    """Change a picture, all of it or where its mask is clear. `model` is the name that the URL has, if any."""
    form = check_content_type(request, FORM, JSON) == FORM
    read = partial(_form, request, Task.EDIT, model) if form else partial(_json, request, model)
    return await _changed(request, caller, read)


async def vary(request: HttpRequest, caller: Caller, model: str | None = None) -> HttpResponse:
    """Draw others like a picture. `model` is the name that the URL has, if any."""
    return await _changed(request, caller, partial(_form, request, Task.VARY, model))


async def _changed(request: HttpRequest, caller: Caller, read: Callable[[], Wish]) -> HttpResponse:
    origin, key = origin_of(request), idempotency_key(request.headers)
    refuse_when_stopping()
    wish = await run_in(unpacking, read)
    keeping = partial(kept, caller.account, wish.request, wish.pieces, wish.task, wish.family)
    wish = replace(wish, request=await run_in(unpacking, keeping), pieces=Pieces())
    try:
        return await drawn(caller.account, wish, origin, key)
    except (RateLimited, OutOfCredits, InvalidRequest):
        # No job was made, so nothing of what was given for it stays.
        await run_in(unpacking, forget, caller.account, (*wish.request.images, wish.request.mask))
        raise


def _form(request: HttpRequest, task: Task, model: str | None) -> Wish:
    form = form_body(request)
    if "images" in form.fields:
        raise InvalidRequest(
            "Unknown parameter: 'images'. For multipart/form-data use 'image' or 'image[]'.", param="images"
        )

    def bring(family: str) -> Pieces:
        return pieces_of(form.images, form.mask if task is Task.EDIT else None, family, "image")

    if task is Task.VARY and form.mask is not None:
        form.fields["mask"] = True  # named in the warnings
    return understood(named(form.fields, model), task, bring, form.faults)


def _json(request: HttpRequest, model: str | None) -> Wish:
    document = json_body(request, settings.LIMNER_MAX_BODY_MB * 1_000_000)
    if "image" in document:
        raise InvalidRequest(
            "Unknown parameter: 'image'. For application/json on /v1/images/edits, use 'images' (array).",
            param="image",
        )

    def bring(family: str) -> Pieces:
        return pieces_of(*images_in(document), family, "images")

    fields = {name: value for name, value in document.items() if name not in ("images", "mask")}
    return understood(named(fields, model), Task.EDIT, bring)

"""`POST /v1/images/edits` and `/variations`: pictures in, others out, by the rules of the name that was asked for.

Edits are a form or JSON, variations a form, as at OpenAI. What was given is read, looked at and unpacked in threads,
kept as uploads of the caller's, and named in the request by public id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from limner.accounts.models import Account
from limner.api.auth import Caller
from limner.api.idempotency import idempotency_key, told_apart
from limner.api.links import origin_of
from limner.api.openai.asking import Wish, named, understood
from limner.api.openai.body import FORM, JSON, check_content_type, form_body, json_body
from limner.api.openai.drawing import drawn
from limner.api.openai.images import Given, Pieces, kept, pieces_of, unpacking
from limner.api.openai.references import References
from limner.engines.contract import Task
from limner.errors import InvalidRequest
from limner.jobs.threads import run_in
from limner.jobs.waiting import refuse_when_stopping

TYPES = ("image/jpeg", "image/png", "image/webp")
"""What a file may call itself in strict mode, where OpenAI believes the caller and not the file."""


async def edit(request: HttpRequest, caller: Caller, model: str | None = None) -> HttpResponseBase:
    """Change a picture, all of it or where its mask is clear. `model` is the name that the URL has, if any."""
    if check_content_type(request, FORM, JSON) == FORM:
        return await _changed(request, caller, partial(run_in, unpacking, _form, request, Task.EDIT, model))
    return await _changed(request, caller, partial(_json, request, caller, model))


async def vary(request: HttpRequest, caller: Caller, model: str | None = None) -> HttpResponseBase:
    """Draw others like a picture. `model` is the name that the URL has, if any. OpenAI has it no more."""
    if settings.LIMNER_API_STRICT:
        gone = HttpResponse(status=404, headers={"x-content-type-options": "nosniff"})
        del gone["content-type"]
        return gone
    return await _changed(request, caller, partial(run_in, unpacking, _form, request, Task.VARY, model))


async def _changed(request: HttpRequest, caller: Caller, read: Callable[[], Awaitable[Wish]]) -> HttpResponseBase:
    origin, key = origin_of(request), idempotency_key(request.headers)
    refuse_when_stopping()
    wish = await read()
    wish = await run_in(unpacking, _kept, caller.account, wish, key)
    return await drawn(caller, wish, origin, key)


def _kept(account: Account, wish: Wish, key: str | None) -> Wish:
    """The wish with its images in the gallery, and known by what they were when they came."""
    pieces = wish.pieces
    request = kept(account, wish.request, pieces, wish.family)
    if key is not None:
        images = [hashlib.sha256(piece.data).hexdigest() for piece in pieces.images]
        mask = None if pieces.mask is None else hashlib.sha256(pieces.mask.data).hexdigest()
        request = told_apart(request, key, wish.seed, images, mask)
    return replace(wish, request=request, pieces=Pieces())


def _form(request: HttpRequest, task: Task, model: str | None) -> Wish:
    form = form_body(request, TYPES if settings.LIMNER_API_STRICT else ())
    if "images" in form.fields:
        raise InvalidRequest(
            "Unknown parameter: 'images'. For multipart/form-data use 'image' or 'image[]'.", param="images"
        )

    def bring(family: str) -> Pieces:
        mask = None if form.mask is None or task is Task.VARY else Given(form.mask)
        return pieces_of([Given(file) for file in form.images], mask, family, "image")

    if task is Task.VARY and form.mask is not None:
        form.fields["mask"] = True  # named in the warnings
    return understood(named(form.fields, model), task, bring, form.faults)


async def _json(request: HttpRequest, caller: Caller, model: str | None) -> Wish:
    """Pictures on other servers are fetched once all the rest is known to be right, and looked at then."""
    most = settings.LIMNER_MAX_BODY_MB * 1_000_000
    document = await run_in(unpacking, json_body, request)
    if "image" in document:
        raise InvalidRequest(
            "Unknown parameter: 'image'. For application/json on /v1/images/edits, use 'images' (array).",
            param="image",
        )
    references = References(document, caller.account, origin_of(request), most)
    fields = {name: value for name, value in document.items() if name not in ("images", "mask")}
    understand = partial(understood, named(fields, model), Task.EDIT, references.pieces)
    wish = await run_in(unpacking, understand)
    if references.away:
        await references.fetch()
        wish = await run_in(unpacking, understand)
    return wish

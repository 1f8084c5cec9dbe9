"""`POST /v1/images/generations`: words in, pictures out, in the dialect of the model name that was asked for."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponseBase

from limner.api.auth import Caller
from limner.api.idempotency import idempotency_key, told_apart
from limner.api.links import origin_of
from limner.api.openai.asking import named, understood
from limner.api.openai.body import json_body
from limner.api.openai.drawing import drawn


async def generate(request: HttpRequest, caller: Caller, model: str | None = None) -> HttpResponseBase:
    """Draw, wait, answer. `model` is the name that the URL has, where it has one: it goes before the body's."""
    key = idempotency_key(request.headers)
    wish = understood(named(json_body(request), model))
    wish = replace(wish, request=told_apart(wish.request, key, wish.seed))
    return await drawn(caller, wish, origin_of(request), key)

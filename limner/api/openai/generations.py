"""`POST /v1/images/generations`: words in, pictures out, in the dialect of the model name that was asked for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from limner.api.auth import Caller
from limner.api.links import origin_of
from limner.api.openai.asking import understood
from limner.api.openai.body import json_body
from limner.api.openai.drawing import drawn


async def generate(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Draw, wait, answer."""
    wish = understood(json_body(request))
    return await drawn(caller.account, wish, origin_of(request))

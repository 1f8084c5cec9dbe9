"""`/sdapi/v1/png-info` and `extra-single-image`: what a picture says of itself, and a picture made larger."""

from __future__ import annotations

import asyncio
import base64

from django.http import HttpRequest, HttpResponse, JsonResponse

from limner.api.auth import Caller
from limner.api.openai.body import json_body
from limner.api.sdapi.images import UPSCALERS, bytes_of, enlarged, working
from limner.api.sdapi.shapes import ExtraSingleImage, PngInfo
from limner.jobs.threads import run_in
from limner.provenance.infotext import facts_in
from limner.provenance.texts import PARAMETERS, texts_in

MOST_TEXT = 20_000
"""Characters of one text that are told."""


async def png_info(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The text that says how a picture was made, whoever made it."""
    return JsonResponse(await run_in(working, _said_by, request))


def _said_by(request: HttpRequest) -> dict[str, object]:
    asked = PngInfo.of(json_body(request))
    texts = {name: text[:MOST_TEXT] for name, text in texts_in(bytes_of(asked.image)).items()}
    info = texts.pop(PARAMETERS, "")
    return {"info": info, "items": texts, "parameters": facts_in(info) if info else {}}


async def extra_single_image(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The picture at another size. Nothing of it is kept."""
    asked, made = await run_in(working, _made_larger, request)
    told = f"Size changed by {asked.upscaler_1}."
    if asked.upscaler_1 not in UPSCALERS:
        told = "Size changed by Lanczos: Limner has no upscaler of the name that was asked for."
    image = await asyncio.to_thread(base64.b64encode, made)
    return JsonResponse({"image": image.decode(), "html_info": f"<p>{told}</p>"})


def _made_larger(request: HttpRequest) -> tuple[ExtraSingleImage, bytes]:
    asked = ExtraSingleImage.of(json_body(request))
    return asked, enlarged(bytes_of(asked.image), asked)

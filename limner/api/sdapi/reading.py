"""`/sdapi/v1/png-info` and `extra-…-image(s)`: what a picture says of itself, and a picture made larger."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse

from limner.api.auth import Caller
from limner.api.openai.body import json_body
from limner.api.sdapi.images import UPSCALERS, bytes_of, enlarged, working
from limner.api.sdapi.shapes import ExtraBatchImages, Extras, ExtraSingleImage, PngInfo
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
    return JsonResponse(await run_in(working, _one_larger, request))


async def extra_batch_images(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The same of several."""
    return JsonResponse(await run_in(working, _all_larger, request))


def _one_larger(request: HttpRequest) -> dict[str, object]:
    asked = ExtraSingleImage.of(json_body(request))
    [image] = _larger([asked.image], asked)
    return {"image": image, "html_info": _told(asked)}


def _all_larger(request: HttpRequest) -> dict[str, object]:
    asked = ExtraBatchImages.of(json_body(request))
    return {"images": _larger([image.data for image in asked.imageList], asked), "html_info": _told(asked)}


def _larger(images: Sequence[str], asked: Extras) -> list[str]:
    return [base64.b64encode(made).decode() for made in enlarged(map(bytes_of, images), asked)]


def _told(asked: Extras) -> str:
    if asked.upscaler_1 in UPSCALERS:
        return f"<p>Size changed by {asked.upscaler_1}.</p>"
    return "<p>Size changed by Lanczos: Limner has no upscaler of the name that was asked for.</p>"

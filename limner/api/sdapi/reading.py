"""`/sdapi/v1/png-info` and `extra-…-image(s)`: what a picture says of itself, and a picture made larger."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse

from limner.api.auth import Caller
from limner.api.openai.body import json_body
from limner.api.sdapi.enlarging import enlarged_by, named
from limner.api.sdapi.images import UPSCALERS, bytes_of, enlarged, working
from limner.api.sdapi.shapes import ExtraBatchImages, Extras, ExtraSingleImage, PngInfo
from limner.jobs.threads import in_thread, run_in
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
    """The picture at another size. Nothing of it is kept, unless a model makes it."""
    asked = await run_in(working, lambda: ExtraSingleImage.of(json_body(request)))
    [image], told = await _larger(caller, [asked.image], asked)
    return JsonResponse({"image": image, "html_info": told})


async def extra_batch_images(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The same of several."""
    asked = await run_in(working, lambda: ExtraBatchImages.of(json_body(request)))
    images, told = await _larger(caller, [image.data for image in asked.imageList], asked)
    return JsonResponse({"images": images, "html_info": told})


async def _larger(caller: Caller, images: Sequence[str], asked: Extras) -> tuple[list[str], str]:
    """The pictures in base64, and the sentence that says what made them larger."""
    by = await in_thread(named, caller.account, asked.upscaler_1)
    if by is None:
        made = await run_in(working, lambda: _in_base64(enlarged(map(bytes_of, images), asked)))
        return made, _told(asked)
    larger = await enlarged_by(caller, by, images, asked)
    used = asked.upscaler_1 if any(one.by_model for one in larger) else "Lanczos"
    return await run_in(working, lambda: _in_base64(one.file for one in larger)), _size_changed_by(used)


def _in_base64(files: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(file).decode() for file in files]


def _told(asked: Extras) -> str:
    if asked.upscaler_1 in UPSCALERS:
        return _size_changed_by(asked.upscaler_1)
    return "<p>Size changed by Lanczos: Limner has no upscaler of the name that was asked for.</p>"


def _size_changed_by(name: str) -> str:
    return f"<p>Size changed by {name}.</p>"

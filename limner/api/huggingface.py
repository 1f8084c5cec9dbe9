"""`POST /hf/{model}`: Hugging Face's text-to-image call. Words in, the bytes of one picture out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from limner.accounts.models import Scope
from limner.api.answering import answering
from limner.api.auth import caller_of
from limner.api.errors import ApiError
from limner.api.errors import answer as answered_as_openai_does
from limner.api.free import cancelled_elsewhere, ended
from limner.api.openai.body import json_body
from limner.engines.catalog import Model, model
from limner.engines.contract import DrawRequest
from limner.engines.dialects import target_for
from limner.engines.free import FREE
from limner.engines.validation import MISSING, Ask, Notice, make_request, type_name
from limner.errors import InvalidRequest, LimnerError
from limner.gallery.formats import CONTENT_TYPES, extension_of
from limner.jobs.threads import in_thread
from limner.storage import blobs

FORMATS = {"image/png": "png", "image/jpeg": "jpeg", "image/jpg": "jpeg", "image/webp": "webp"}
KNOWN = frozenset({"width", "height", "seed", "num_inference_steps", "guidance_scale", "negative_prompt"})
THEIR_NAMES = {"prompt": "inputs", "steps": "num_inference_steps", "guidance": "guidance_scale"}
"""What these programs call the same thing."""
_NOT_FOR_A_HEADER = re.compile(r"[^\x20-\x7e]+")


async def _text_to_image(request: HttpRequest, name: str) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"allow": "POST, OPTIONS"})
    if request.method != "POST":
        raise ApiError(405, f"Method not allowed ({request.method} {request.path[:200]})")
    caller = await caller_of(request.headers, Scope.DRAW)
    body = json_body(request)
    target = _target(name)
    asked, notices = _understood(body, target, request.headers.get("accept", ""))
    done = await ended(caller, asked, target)
    if not done.pictures:
        raise cancelled_elsewhere()
    picture = done.pictures[0]
    response = HttpResponse(
        await in_thread(blobs.get, picture.blob), content_type=CONTENT_TYPES[extension_of(picture)]
    )
    response["x-limner-model"] = target.name
    response["x-limner-seed"] = str(picture.seed)
    if notices:
        response["x-hf-warning"] = "limner; " + _for_a_header(" ".join(notice.message for notice in notices))
    return response


async def _no_such_url(request: HttpRequest, **_: str) -> HttpResponse:
    raise ApiError(404, f"Invalid URL ({request.method} {request.path[:200]}). It ends with a model: POST /hf/MODEL.")


def _target(name: str) -> Model:
    try:
        return model(target_for(name, settings.LIMNER_TARGETS))
    except InvalidRequest as error:
        raise ApiError(404, error.message) from None


def _understood(body: Mapping[str, Any], target: Model, accept: str) -> tuple[DrawRequest, list[Notice]]:
    parameters = body.get("parameters")
    if parameters is None:
        parameters = {}
    if not isinstance(parameters, Mapping):
        raise InvalidRequest(f"'parameters' must be an object, not {type_name(parameters)}.", param="parameters")
    ask = Ask(
        prompt=body.get("inputs", MISSING),
        size=_size(parameters.get("width"), parameters.get("height")),
        seed=parameters.get("seed"),
        steps=parameters.get("num_inference_steps"),
        guidance=parameters.get("guidance_scale"),
        negative_prompt=parameters.get("negative_prompt"),
        output_format=_format(accept),
    )
    try:
        request, notices = make_request(ask, FREE, target)
    except InvalidRequest as error:
        sent = THEIR_NAMES.get(error.param or "", error.param)
        raise InvalidRequest(error.message.replace(f"'{error.param}'", f"'{sent}'"), param=sent) from None
    unknown = [name for name, value in parameters.items() if name not in KNOWN and value is not None]
    return request, [*notices, *_passed_over(unknown)]


def _size(width: object, height: object) -> str | None:
    """One side alone is a square's."""
    sides = (height if width is None else width, width if height is None else height)
    if sides == (None, None):
        return None
    for name, side in zip(("width", "height"), sides, strict=True):
        if isinstance(side, bool) or not isinstance(side, int):
            raise InvalidRequest(f"'{name}' must be an integer, not {type_name(side)}.", param=name)
    return f"{sides[0]}x{sides[1]}"


def _format(accept: str) -> str:
    """The first kind of file in the Accept header that is one of ours."""
    kinds = (part.partition(";")[0].strip().lower() for part in accept.split(","))
    return next((FORMATS[kind] for kind in kinds if kind in FORMATS), "png")


def _passed_over(names: Sequence[str]) -> list[Notice]:
    return [Notice(name, f"Limner does not know '{name[:40]}' and passed it over.") for name in names[:10]]


def _for_a_header(text: str) -> str:
    return _NOT_FOR_A_HEADER.sub("?", text)[:1000]


def _said(error: LimnerError) -> HttpResponse:
    """`{"error": "…"}`, with the status and headers that OpenAI's clients get."""
    theirs = answered_as_openai_does(error)
    response = JsonResponse({"error": error.message}, status=theirs.status_code)
    for name in ("retry-after", "x-should-retry"):
        if name in theirs:
            response[name] = theirs[name]
    if error.status == 401:
        response["www-authenticate"] = 'Bearer realm="limner"'
    return response


text_to_image = answering(_text_to_image, _said)
no_such_url = answering(_no_such_url, _said)

"""The lists that these programs fill their menus with: what is here, and empty ones for what Limner has none of."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from limner.api.answering import View
from limner.api.auth import Caller
from limner.api.sdapi import models
from limner.api.sdapi.images import UPSCALERS
from limner.jobs.enlarging import enlarger_for
from limner.jobs.threads import in_thread


async def sd_models(request: HttpRequest, caller: Caller) -> HttpResponse:
    return _listed(await in_thread(lambda: [models.listed(model) for model in models.here()]))


async def samplers(request: HttpRequest, caller: Caller) -> HttpResponse:
    names = await in_thread(models.samplers)
    return _listed([{"name": name, "aliases": [], "options": {}} for name in names])


async def loras(request: HttpRequest, caller: Caller) -> HttpResponse:
    names = await in_thread(models.loras)
    return _listed([{"name": name, "alias": name, "path": name, "metadata": {}} for name in names])


async def upscalers(request: HttpRequest, caller: Caller) -> HttpResponse:
    by = await in_thread(enlarger_for, caller.account)
    names = [*UPSCALERS, *([by.name] if by else [])]
    nothing = {"model_name": None, "model_path": None, "model_url": None, "scale": 4.0}
    return _listed([{"name": name, **nothing} for name in names])


SCHEDULERS = [
    {"name": "automatic", "label": "Automatic", "aliases": None, "default_rho": -1.0, "need_inner_model": False}
]
NOTHING: dict[str, Any] = {
    "latent-upscale-modes": [],
    "sd-vae": [],
    "sd-modules": [],
    "embeddings": {"loaded": {}, "skipped": {}},
    "hypernetworks": [],
    "face-restorers": [],
    "realesrgan-models": [],
    "scripts": {"txt2img": [], "img2img": []},
    "script-info": [],
    "extensions": [],
    "artists": [],
    "artist-categories": [],
    "memory": {"ram": {}, "cuda": {}},
    "cmd-flags": {},
}
"""By the last part of the path."""
NO_OPS = (
    "skip",
    "refresh-checkpoints",
    "refresh-vae",
    "refresh-loras",
    "refresh-embeddings",
    "unload-checkpoint",
    "reload-checkpoint",
)
"""What programs ask a server to do about its own files and memory: Limner sees to those itself."""


def always(answer: Any) -> View:
    """A view that answers the same to everybody."""

    async def view(request: HttpRequest, caller: Caller) -> HttpResponse:
        return _listed(answer)

    return view


def _listed(answer: Any) -> HttpResponse:
    return JsonResponse(answer, safe=False)

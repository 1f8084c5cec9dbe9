"""`/sdapi/v1/options`: what an account's programs have set, and what that changes.

Programs send the whole object back that they were given, so most of it is never set by anybody. What is kept is what
Limner reads; of the rest the value that a program expects to find is told.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from limner.accounts.models import Account
from limner.accounts.services import remember_webui_options
from limner.api.auth import Caller
from limner.api.errors import ApiError
from limner.api.openai.body import json_body
from limner.api.sdapi.models import chosen, default, known_as, title
from limner.engines.catalog import Model
from limner.engines.weights import fingerprint
from limner.jobs.threads import in_thread

CHECKPOINT, FORMAT = "sd_model_checkpoint", "samples_format"
FORMATS = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "webp": "webp"}
"""What a picture's file can be, and what the rest of Limner calls it."""

TOLD: dict[str, Any] = {
    "sd_vae": "Automatic",
    "CLIP_stop_at_last_layers": 1,
    "eta_noise_seed_delta": 0,
    "enable_pnginfo": True,
    "grid_save": False,
    "return_grid": False,
    "live_previews_enable": True,
    "show_progress_every_n_steps": 5,
    "s_noise": 1.0,
}
"""What is so here, whatever a program says."""


async def read_options(request: HttpRequest, caller: Caller) -> HttpResponse:
    return JsonResponse(await in_thread(_options, caller.account))


async def set_options(request: HttpRequest, caller: Caller) -> HttpResponse:
    await in_thread(_set, caller.account, json_body(request))
    return JsonResponse(None, safe=False)


def _options(account: Account) -> dict[str, Any]:
    model = model_of(account)
    return {
        CHECKPOINT: title(model),
        "sd_checkpoint_hash": fingerprint(model.path),
        FORMAT: account.webui_options.get(FORMAT, "png"),
        **TOLD,
    }


def _set(account: Account, given: dict[str, Any]) -> None:
    changes: dict[str, Any] = {}
    if given.get(CHECKPOINT):
        changes[CHECKPOINT] = chosen(given[CHECKPOINT]).name
    if format := given.get(FORMAT):
        if not isinstance(format, str) or format.lower() not in FORMATS:
            raise ApiError(422, f"{FORMAT} is one of {', '.join(FORMATS)}.")
        changes[FORMAT] = format.lower()
    if changes:
        remember_webui_options(account, changes)


def model_of(account: Account) -> Model:
    """What draws for this account's programs; the default where what they chose is gone."""
    name = account.webui_options.get(CHECKPOINT)
    return (known_as(name) if isinstance(name, str) else None) or default()


def format_of(account: Account) -> str:
    """The format of the files that they get."""
    return FORMATS.get(account.webui_options.get(FORMAT, "png"), "png")

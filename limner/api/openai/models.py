"""`GET /v1/models` and `/v1/models/{id}`: every name that a program may ask for here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from limner.api.auth import Caller
from limner.api.errors import ApiError
from limner.api.openai.strict import is_gone
from limner.engines.catalog import drawing
from limner.engines.dialects import target_for
from limner.engines.families import families

CREATED = 1_795_132_800
"""Models have no day of birth here; the field is required: the first version's, 2026-11-20."""


def served() -> dict[str, dict[str, Any]]:
    """Models that can draw now, and the names of OpenAI's that one of them answers to."""
    own = {model.name: model.name for model in drawing()}
    targets = settings.LIMNER_TARGETS
    openais = [name for family in families().values() for name in family.names]
    aliases = {name: target_for(name, targets) for name in (*openais, *targets)}
    if settings.LIMNER_API_STRICT:
        aliases = {name: target for name, target in aliases.items() if not is_gone(name)}
    return {
        name: {"id": name, "object": "model", "created": CREATED, "owned_by": "limner", "limner": {"model": target}}
        for name, target in (own | aliases).items()
        if target in own
    }


async def list_models(request: HttpRequest, caller: Caller) -> HttpResponse:
    return JsonResponse({"object": "list", "data": list(served().values())})


async def one_model(request: HttpRequest, caller: Caller, name: str) -> HttpResponse:
    model = served().get(name)
    if model is None:
        raise ApiError(404, f"The model '{name[:100]}' does not exist", param="model", code="model_not_found")
    return JsonResponse(model)

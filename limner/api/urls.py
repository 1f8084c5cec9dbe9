"""Every URL of the JSON APIs. Included at the root: clients give a base URL with `/v1` and without, and Azure's have
`/openai` in it, and the model's name."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from limner.accounts.models import Scope
from limner.api.huggingface import no_such_url, text_to_image
from limner.api.native.api import addresses as native
from limner.api.openai import azure
from limner.api.openai.edits import edit, vary
from limner.api.openai.generations import generate
from limner.api.openai.models import list_models, one_model
from limner.api.openai.routes import route, unknown_url
from limner.api.sdapi.routes import not_found

_generations = route(POST=generate)
_edits = route(POST=edit)
_variations = route(POST=vary)
_models = route(GET=list_models)
_model = route(GET=one_model)


def _images(base: str) -> list[URLPattern]:
    """What draws, under one base."""
    return [
        path(f"{base}images/generations", _generations),
        path(f"{base}images/edits", _edits),
        path(f"{base}images/variations", _variations),
    ]


def _under(base: str) -> list[URLPattern]:
    """The whole Images API under one base."""
    return [*_images(base), path(f"{base}models", _models), path(f"{base}models/<path:name>", _model)]


urlpatterns: list[URLPattern | URLResolver] = [
    *_under("v1/"),
    re_path(r"^v1(?:/[\s\S]*)?$", unknown_url),
    *_under(""),
    re_path(r"^(?:images|models)(?:/[\s\S]*)?$", unknown_url),
    *_images("openai/deployments/<path:model>/"),
    path("openai/images/generations:submit", route(POST=azure.submit)),
    path("openai/operations/images/<uuid:job>", route(Scope.DRAW, GET=azure.operation), name=azure.OPERATION),
    *_under("openai/v1/"),
    *_under("openai/"),
    re_path(r"^openai(?:/[\s\S]*)?$", unknown_url),
    path("sdapi/v1/", include("limner.api.sdapi.urls")),
    re_path(r"^sdapi(?:/[\s\S]*)?$", not_found),
    path("hf/<path:name>", text_to_image),
    re_path(r"^hf(?:/[\s\S]*)?$", no_such_url),
    path("api/", native()),
    re_path(r"^api(?:/[\s\S]*)?$", unknown_url),
]

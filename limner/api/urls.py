"""Every URL of the JSON APIs. Included at the root: clients give a base URL with `/v1` and without."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from limner.api.native.jobs import api as native
from limner.api.openai.edits import edit, vary
from limner.api.openai.generations import generate
from limner.api.openai.models import list_models, one_model
from limner.api.openai.routes import route, unknown_url

_generations = route(POST=generate)
_edits = route(POST=edit)
_variations = route(POST=vary)
_models = route(GET=list_models)
_model = route(GET=one_model)

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/images/generations", _generations),
    path("v1/images/edits", _edits),
    path("v1/images/variations", _variations),
    path("v1/models", _models),
    path("v1/models/<path:name>", _model),
    re_path(r"^v1(?:/[\s\S]*)?$", unknown_url),
    path("images/generations", _generations),
    path("images/edits", _edits),
    path("images/variations", _variations),
    path("models", _models),
    path("models/<path:name>", _model),
    path("api/", native.urls),
    re_path(r"^api(?:/[\s\S]*)?$", unknown_url),
]

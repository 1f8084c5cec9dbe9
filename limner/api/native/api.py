"""The native API, put together: what `limner.api.urls` serves under `/api/`."""

from __future__ import annotations

from asgiref.sync import iscoroutinefunction
from django.urls import URLPattern, path
from django.views.generic import RedirectView

from limner.api.native import events, jobs, keys, models, pictures, prompts, uploads, usage
from limner.api.native.front import finished, front

api = front()
for subject in (jobs, events, pictures, uploads, prompts, models, usage, keys):
    api.add_router("/v1", subject.router)


def addresses() -> tuple[list[URLPattern], str, str]:
    """For `path("api/", addresses())`: every operation, the document, the page about it."""
    patterns, app_name, namespace = api.urls
    page = path("", RedirectView.as_view(pattern_name="native:openapi-view"), name="api-root")
    ours = [one for one in patterns if isinstance(one, URLPattern) and one.name != page.name]
    served = [finished(one) if iscoroutinefunction(one.callback) else one for one in ours]
    return [page, *served], app_name, namespace

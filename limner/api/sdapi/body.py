"""The JSON of a request that may have pictures in it. How large it may be is the edge's to say."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from limner.api.openai.body import json_body


def document_of(request: HttpRequest) -> dict[str, Any]:
    """Slow where it is large: in a thread."""
    return json_body(request, settings.LIMNER_MAX_BODY_MB * 1_000_000)

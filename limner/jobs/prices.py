"""What a job costs its account: money where an upstream draws, time of this machine where a model here does."""

from __future__ import annotations

from django.conf import settings

from limner.engines import catalog
from limner.engines.contract import DrawRequest
from limner.jobs import pace


def price_of(request: DrawRequest, predicted: float | None = None) -> int:
    """Millicredits of the whole request. `predicted`: the seconds that all of it takes, where they are known."""
    model = catalog.model(request.model)
    if model.upstream:
        return model.price(request) * request.n
    seconds = pace.predict(request).seconds * request.n if predicted is None else predicted
    return round(seconds * settings.LIMNER_CREDITS_PER_SECOND * 1000)

"""What a job costs its account: money where an upstream draws, time of this machine where a model here does."""

from __future__ import annotations

from django.conf import settings

from limner.engines import catalog
from limner.engines.contract import DrawRequest
from limner.jobs import pace


def price_of(request: DrawRequest, predicted: float | None = None) -> int:
    """Millicredits of the whole request. `predicted`: the seconds that all of it takes, where they are known."""
    model = catalog.model(request.drawn_by)
    if model.upstream:
        return model.price(request) * request.n
    each = pace.predict(request).seconds if predicted is None else predicted / request.n
    # Rounded for each picture: n of them cost n times what a list of prices says of one.
    return round(each * settings.LIMNER_CREDITS_PER_SECOND * 1000) * request.n

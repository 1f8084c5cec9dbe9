"""Predictions out of the `Pace` rows, and measurements into them."""

from __future__ import annotations

from django.db import transaction

from limner.engines.catalog import model as catalog_model
from limner.engines.contract import ENLARGED_BY, DrawRequest, Size
from limner.jobs import estimate
from limner.jobs.estimate import Prediction, SpeedClass
from limner.jobs.models import Pace


def speed_class(name: str) -> SpeedClass:
    """What the catalog says of the model called `name`."""
    model = catalog_model(name)
    return SpeedClass(model.seconds, model.capabilities.offered_sizes[0], model.capabilities.default_steps)


def predict(request: DrawRequest) -> Prediction:
    """Seconds for one picture of the request."""
    return predict_picture(*kind_of(request))


def kind_of(request: DrawRequest) -> tuple[str, Size, int]:
    """What is measured together: a model, its size and steps. One that makes a picture larger has no steps: how many
    times larger stands for them."""
    if ENLARGED_BY in request.options:
        return request.drawn_by, request.draw_size, request.size.width // request.draw_size.width
    return request.model, request.draw_size, request.steps


def predict_picture(model: str, size: Size, steps: int) -> Prediction:
    """Seconds for one picture that `model` draws at `size` in `steps` steps."""
    return estimate.predict(measured(model, size, steps), speed_class(model), size=size, steps=steps)


def measured(model: str, size: Size, steps: int) -> Pace | None:
    """What has been measured of such pictures; None before the first of them."""
    return Pace.objects.filter(model=model, bucket=estimate.bucket(size), steps=steps).first()


def learn(model: str, bucket: str, steps: int, pairs: list[tuple[float, float]]) -> None:
    """Take pairs of (measured, predicted) seconds of one kind of picture into its averages."""
    with transaction.atomic():
        row, _ = Pace.objects.select_for_update().get_or_create(
            model=model, bucket=bucket, steps=steps, defaults={"seconds": 0.0}
        )
        for seconds, predicted in pairs:
            after = estimate.record(row, seconds, predicted=predicted)
            row.seconds, row.error, row.measured = after.seconds, after.error, after.measured
        row.save()

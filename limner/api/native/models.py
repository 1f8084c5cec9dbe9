"""`/api/v1/models`: what there is to draw with, what it can do, and what it costs."""

from __future__ import annotations

from ninja import Router

from limner.accounts.models import Scope
from limner.api.errors import ApiError
from limner.api.native.front import ERRORS, OF_ONE, CallerRequest, Key
from limner.api.native.schemas import ModelOut, ModelsOut, ModelWhole, PriceOut
from limner.engines.catalog import Model, drawing
from limner.engines.contract import DrawRequest, Size
from limner.engines.prices import costs_money
from limner.engines.sizes import native_size
from limner.jobs.pace import predict_picture
from limner.jobs.prices import price_of
from limner.jobs.threads import in_thread

router = Router(tags=["models"])


@router.get(
    "/models",
    auth=Key(Scope.READ),
    response={200: ModelsOut, **ERRORS},
    operation_id="list_models",
    summary="Models that can draw now",
)
async def list_models(request: CallerRequest) -> ModelsOut:
    return await in_thread(_all)


def _all() -> ModelsOut:
    return ModelsOut(models=[_out(model) for model in drawing()])


@router.get(
    "/models/{path:name}",
    auth=Key(Scope.READ),
    response={200: ModelWhole, **OF_ONE},
    operation_id="get_model",
    summary="One model, and the words it knows",
)
async def get_model(request: CallerRequest, name: str) -> ModelWhole:
    return await in_thread(_one, name)


def _one(name: str) -> ModelWhole:
    model = next((model for model in drawing() if model.name == name), None)
    if model is None:
        raise ApiError(404, f"The model '{name[:100]}' does not exist", param="model", code="model_not_found")
    words = model.capabilities.vocabulary
    return ModelWhole(**_out(model).dict(), words=None if words is None else sorted(words))


def _out(model: Model) -> ModelOut:
    able = model.capabilities
    return ModelOut(
        name=model.name,
        title=model.title,
        description=model.description,
        licence=model.licence,
        tasks=sorted(able.tasks),
        sizes=[str(size) for size in able.offered_sizes],
        free_sizes=able.free_sizes or None,
        qualities=list(able.qualities),
        max_n=able.max_n,
        max_prompt=able.max_prompt,
        min_steps=able.min_steps,
        max_steps=able.max_steps,
        default_steps=able.default_steps,
        default_guidance=able.default_guidance,
        negative_prompt=able.negative_prompt,
        images=able.references,
        seconds=round(predict_picture(model.name, able.offered_sizes[0], able.default_steps).seconds, 1),
        costs_money=costs_money(model),
        prices=[
            PriceOut(size=str(size), quality=quality, credits=_millicredits(model, size, quality) / 1000)
            for quality in (able.qualities or (None,))
            for size in able.offered_sizes
        ],
    )


def _millicredits(model: Model, size: Size, quality: str | None) -> int:
    """What a job is held for each picture of this size and quality."""
    able = model.capabilities
    request = DrawRequest(
        prompt="",
        model=model.name,
        size=size,
        draw_size=native_size(size, able),
        seed=0,
        steps=able.default_steps,
        guidance=able.default_guidance,
        quality=quality or "auto",
    )
    return price_of(request)

"""From the body of `POST /api/v1/jobs` to a validated request: the model's own rules, and images by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from limner.accounts.models import Account
from limner.api.native.schemas import JobIn
from limner.engines.catalog import Model, drawing, model
from limner.engines.contract import DrawRequest, ImageRef, Size, Task
from limner.engines.dialects import dialect_for, target_for
from limner.engines.validation import MISSING, Ask, Notice, make_request
from limner.errors import InvalidRequest, NotConfigured, NotFound
from limner.gallery.models import Picture, Upload
from limner.gallery.queries import image_refs_visible_to, own_image
from limner.jobs.enlarging import FACTORS, enlarger_for, larger


def request_of(account: Account, wanted: JobIn) -> tuple[DrawRequest, list[Notice]]:
    """What to draw, and what of it cannot be had. Raises InvalidRequest. Reads the database."""
    target = target_of(wanted.model)
    task = wanted.task or (Task.EDIT if wanted.images else Task.CREATE)
    _check_images(wanted, task)
    images, mask = _images(account, wanted)
    ask = Ask(
        prompt=MISSING if wanted.prompt is None else wanted.prompt,
        n=wanted.n,
        size=wanted.size,
        seed=wanted.seed,
        steps=wanted.steps,
        guidance=wanted.guidance,
        negative_prompt=wanted.negative_prompt,
        output_format=wanted.output_format,
        background=wanted.background,
        quality=wanted.quality,
        style=wanted.style,
        scheduler=wanted.scheduler,
        task=task,
        images=images,
        mask=mask,
    )
    request, notices = make_request(ask, dialect_for(target.name), target)
    return request, notices


OF_LARGER = frozenset({"task", "model", "images", "size"})
"""What can be said of a picture that is only made larger."""


def check_larger(wanted: JobIn) -> None:
    """Raise InvalidRequest where something else is asked for than to make one picture larger."""
    _check_images(wanted, Task.UPSCALE)
    for name in sorted(wanted.model_fields_set - OF_LARGER):
        if getattr(wanted, name) is not None:
            raise InvalidRequest(f"Invalid '{name}': a picture that is only made larger takes none.", param=name)
    if len(wanted.images) > 1:
        raise InvalidRequest("Invalid 'images': one picture at a time is made larger.", param="images")


def is_that_larger(told: DrawRequest, wanted: JobIn) -> bool:
    """Whether an earlier job made the same picture as large as it is asked for now."""
    if told.task is not Task.UPSCALE or [image.public_id for image in told.images] != [str(wanted.images[0])]:
        return False
    twice = told.size.width == told.draw_size.width * FACTORS[0]
    return wanted.size == str(told.size) or (twice and wanted.size in (None, "auto"))


def source_of(account: Account, wanted: JobIn) -> Picture | Upload:
    """One's own picture or upload that shall be made larger. Raises InvalidRequest. Reads the database."""
    by = enlarger_for(account)
    if wanted.model is not None and (by is None or wanted.model != by.name):
        raise InvalidRequest(
            "Invalid 'model': it does not make pictures larger here. Leave it out: what is here for that is used.",
            param="model",
        )
    try:
        return own_image(account, wanted.images[0])
    except NotFound:
        message = f"Invalid 'images': you have no picture or upload '{wanted.images[0]}'."
        raise InvalidRequest(message, param="images") from None


def larger_of(account: Account, source: Picture | Upload, wanted: JobIn) -> DrawRequest:
    """The request for it: twice as large, or the `size` that is asked for. Raises InvalidRequest."""
    possible = {str(Size(source.width * factor, source.height * factor)): factor for factor in FACTORS}
    if wanted.size not in (None, "auto", *possible):
        sizes = " or ".join(possible)
        raise InvalidRequest(
            f"Invalid 'size': a picture of {source.width}x{source.height} can become {sizes}.", param="size"
        )
    try:
        return larger(account, source, possible.get(wanted.size or "", FACTORS[0]))
    except InvalidRequest as error:
        raise InvalidRequest(error.message, param="size") from None


def target_of(name: str | None) -> Model:
    """The model named; unnamed, the first that is here: never one that costs money because a key was found."""
    if name is not None:
        return model(target_for(name, settings.LIMNER_TARGETS))
    here = next(iter(drawing()), None)
    if here is None:
        raise NotConfigured("No model is installed. Run limner doctor to see what is missing and how to get it.")
    return here


def _check_images(wanted: JobIn, task: Task) -> None:
    if task is Task.CREATE and wanted.images:
        raise InvalidRequest("Invalid 'images': a picture that is made of words alone takes none.", param="images")
    if task is not Task.CREATE and not wanted.images:
        raise InvalidRequest(
            "Missing required parameter: 'images'.", param="images", code="missing_required_parameter"
        )
    if wanted.mask is not None and task is not Task.EDIT:
        raise InvalidRequest("Invalid 'mask': only an edit takes one.", param="mask")


def _images(account: Account, wanted: JobIn) -> tuple[tuple[ImageRef, ...], ImageRef | None]:
    named = [*wanted.images, *filter(None, [wanted.mask])]
    refs = image_refs_visible_to(account, named) if named else {}

    def of(ids: Sequence[UUID], param: str) -> tuple[ImageRef, ...]:
        if (missing := next((one for one in ids if one not in refs), None)) is not None:
            raise InvalidRequest(f"Invalid '{param}': you have no picture or upload '{missing}'.", param=param)
        return tuple(refs[one] for one in ids)

    images = of(wanted.images, "images")
    if wanted.mask is None:
        return images, None
    [mask] = of([wanted.mask], "mask")
    if (mask.width, mask.height) != (images[0].width, images[0].height):
        raise InvalidRequest(
            f"Invalid 'mask': it is {mask.width}x{mask.height} and the first image {images[0].width}x"
            f"{images[0].height}. Both have to have the same size.",
            param="mask",
            code="invalid_mask_image_format",
        )
    return images, mask

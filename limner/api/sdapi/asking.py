"""From a body to a request: what these programs ask for, as a model of this Limner can draw it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from limner.accounts.models import Account
from limner.api.errors import ApiError
from limner.api.sdapi.models import chosen
from limner.api.sdapi.notices import notices_for
from limner.api.sdapi.options import CHECKPOINT, format_of, model_of
from limner.api.sdapi.sampling import scheduler_for
from limner.api.sdapi.shapes import Drawing, Txt2Img
from limner.api.sdapi.styles import with_styles
from limner.engines.catalog import Model
from limner.engines.contract import CAME_BY, DrawRequest, ImageRef, Size, Task
from limner.engines.free import FREE, LONGEST_EDGE, size_fault
from limner.engines.validation import MAX_GUIDANCE, Ask, Notice, make_request

MARKED = {CAME_BY: "sdapi"}
"""Marks the jobs of these programs among the account's others: progress and interrupt are about them alone."""
NO_WORDS = " "
"""What an empty prompt becomes: these programs draw without words too."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A body that was understood."""

    asked: Drawing
    request: DrawRequest
    model: Model
    warnings: list[Notice]


def size_of(asked: Drawing) -> Size:
    """The size of what comes out. Raises ApiError where it is too large."""
    size = Size(asked.width, asked.height)
    if isinstance(asked, Txt2Img) and asked.enable_hr:
        size = _enlarged(asked)
    if (fault := size_fault(size)) is not None:
        raise ApiError(422, f"Invalid size {size}. {fault}")
    return size


def _enlarged(asked: Txt2Img) -> Size:
    wide, high = asked.hr_resize_x, asked.hr_resize_y
    if wide and high:
        return Size(wide, high)
    factor = wide / asked.width if wide else high / asked.height if high else asked.hr_scale
    longest = LONGEST_EDGE + 1  # more is told to be too large, however much more it is
    return Size(min(round(asked.width * factor), longest), min(round(asked.height * factor), longest))


def understood(asked: Drawing, account: Account, image: ImageRef | None = None, mask: ImageRef | None = None) -> Wish:
    """What shall be drawn. Raises LimnerError with the first thing that is wrong."""
    if (asked.script_name or "None") != "None":
        raise ApiError(422, f"Script {asked.script_name!a} not found")
    override = asked.override_settings.get(CHECKPOINT)
    model = chosen(override) if override else model_of(account)
    asked = with_styles(asked, account, model)
    notices = notices_for(asked, model)
    request, found = make_request(_ask(asked, account, model, image, mask, notices), FREE, model)
    if image is not None and asked.denoising_strength is not None:
        if model.upstream:
            notices.append(Notice("denoising_strength", f"{model.title} takes no strength; it was passed over."))
        else:
            request = replace(request, strength=asked.denoising_strength)
    return Wish(asked, replace(request, options={**request.options, **MARKED}), model, [*notices, *found])


def _ask(
    asked: Drawing,
    account: Account,
    model: Model,
    image: ImageRef | None,
    mask: ImageRef | None,
    notices: list[Notice],
) -> Ask:
    able = model.capabilities
    n = asked.batch_size * asked.n_iter
    if n > able.max_n:
        raise ApiError(422, f"batch_size times n_iter is {n}; {model.title} draws at most {able.max_n} at a time.")
    return Ask(
        prompt=asked.prompt or NO_WORDS,
        n=n,
        size=str(size_of(asked)),
        seed=None if asked.seed < 0 else asked.seed,
        steps=_within("steps", asked.steps, able.min_steps, able.max_steps, model, notices),
        guidance=_within("cfg_scale", asked.cfg_scale, 0.0, MAX_GUIDANCE, model, notices),
        negative_prompt=asked.negative_prompt,
        scheduler=scheduler_for(asked, model)[0],
        output_format=format_of(account),
        task=Task.CREATE if image is None else Task.EDIT,
        images=() if image is None else (image,),
        mask=mask,
    )


def _within(param: str, value: Any, least: Any, most: Any, model: Model, notices: list[Notice]) -> Any:
    """These programs have sliders that go further than a model: the nearest value is taken, and told."""
    if value is None or least <= value <= most:
        return value
    nearest = min(max(value, least), most)
    notices.append(Notice(param, f"{model.title} takes {least:g} to {most:g}; {nearest:g} was used."))
    return nearest

"""From a body to a wish: what to draw, with what, and how to answer. The same for all three routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from limner.api.errors import ApiError, blocked, users_fault
from limner.api.openai.images import Pieces
from limner.api.openai.parameters import (
    Found,
    fault_of_two,
    first_fault,
    is_gpt_image,
    normalised,
    passed_over,
    table_of,
    text,
)
from limner.api.openai.strict import check_background, check_keys, check_name, strict_dialect
from limner.engines.catalog import Model, model
from limner.engines.contract import DrawRequest, Task
from limner.engines.dialects import GPT_IMAGE_2, GPT_IMAGE_2_5, Dialect, dialect_for, target_for
from limner.engines.families import family_called
from limner.engines.validation import MISSING, Ask, Notice, make_request
from limner.errors import Blocked, InvalidRequest, LimnerError
from limner.moderation.words import refuse_blocked

OPTIONS = ("moderation", "user", "safety_identifier", "output_compression", "input_fidelity", "complexity")
"""Keys of the body that only some targets know: they travel as they came."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A body that was understood: what to draw, with what, and how to answer."""

    request: DrawRequest
    model: Model
    family: str
    asked: str | None
    task: Task
    base64: bool
    quality: str
    warnings: list[Notice]
    safety_identifier: str | None
    pieces: Pieces = field(default_factory=Pieces)
    stream: bool = False
    partial_images: int = 0
    """How many previews a stream should have, 0 to 3."""
    seed: int | None = None
    """The one that was named; None where it was left to chance."""


Bring = Callable[[str], Pieces]
"""Looks at the images that came with a call, by the rules of a family. Raises the first fault."""


def named(body: dict[str, Any], model: str | None) -> dict[str, Any]:
    """The body, asking for `model` where the URL has named one, as Azure's do."""
    return body if model is None else {**body, "model": model}


def understood(
    body: Mapping[str, Any],
    task: Task = Task.CREATE,
    bring: Bring | None = None,
    faults: Sequence[InvalidRequest] = (),
) -> Wish:
    """The wish in a body. Raises its first fault, in OpenAI's order. `faults` are those of reading it."""
    strict: bool = settings.LIMNER_API_STRICT
    if strict:
        check_name(body)
    given = normalised(body)
    asked = given.get("model")
    if asked is not None:
        text("model", asked)
    dialect = strict_dialect(asked) if strict and asked is not None else dialect_for(asked)
    target = _target(asked)
    table = table_of(_family_named(asked, dialect), task, strict=strict)
    if strict:
        check_keys(body, table, task)
    found: list[Found] = [(fault.param or "", fault) for fault in faults]
    pieces = Pieces()
    if bring is not None and not any(param in ("image", "mask") for param, _ in found):
        try:
            pieces = bring(dialect.family)
        except (InvalidRequest, ApiError) as fault:
            found.append(("image", fault))
    try:
        request, notices = make_request(_ask(given, task, pieces), dialect, target)
    except InvalidRequest as fault:
        found.append((fault.param or "", fault))
    first = first_fault(given, table, found) or fault_of_two(given)
    if first is not None:
        raise _as_this_family_says(first, dialect.family)
    if strict:
        check_background(given, dialect, request)
    _refuse_blocked(request, dialect)
    return Wish(
        request=request,
        model=target,
        family=dialect.family,
        asked=asked,
        task=task,
        base64=_in_base64(given, dialect),
        quality=given.get("quality", "auto"),
        warnings=[*notices, *passed_over(given, table)],
        safety_identifier=given.get("safety_identifier") or given.get("user"),
        pieces=pieces,
        stream=given.get("stream", False),
        partial_images=given.get("partial_images", 0),
        seed=given.get("seed"),
    )


def _ask(given: Mapping[str, Any], task: Task, pieces: Pieces) -> Ask:
    return Ask(
        prompt=given.get("prompt", MISSING),
        n=given.get("n"),
        size=given.get("size"),
        seed=given.get("seed"),
        steps=given.get("steps"),
        guidance=given.get("guidance"),
        negative_prompt=given.get("negative_prompt"),
        output_format=given.get("output_format"),
        background=given.get("background"),
        quality=given.get("quality"),
        style=given.get("style"),
        options={name: given[name] for name in OPTIONS if name in given},
        task=task,
        images=tuple(piece.ref for piece in pieces.images),
        mask=None if pieces.mask is None else pieces.mask.ref,
    )


def _in_base64(given: Mapping[str, Any], dialect: Dialect) -> bool:
    wanted = given.get("response_format", settings.LIMNER_API_RESPONSE_FORMAT)
    return is_gpt_image(dialect.family) or wanted == "b64_json"


def _family_named(asked: str | None, dialect: Dialect) -> str:
    """The family whose table of parameters a name has."""
    family = family_called(asked.partition("@")[0]) if asked else None
    return family.name if family else dialect.family


def _refuse_blocked(request: DrawRequest, dialect: Dialect) -> None:
    """Before anything is kept; `submit` looks again, for every entrance."""
    try:
        refuse_blocked(request)
    except Blocked:
        raise blocked(newer=is_gpt_image(dialect.family)) from None


def _target(asked: str | None) -> Model:
    try:
        return model(target_for(asked, settings.LIMNER_TARGETS))
    except InvalidRequest as error:
        raise users_fault(error.message, error.param, error.code) from None


def _as_this_family_says(fault: LimnerError, family: str) -> LimnerError:
    """Names whose sizes are free call a size that is wrong the user's in the envelope's `type` too."""
    free = family in (GPT_IMAGE_2.family, GPT_IMAGE_2_5.family)
    if free and isinstance(fault, InvalidRequest) and (fault.param, fault.code) == ("size", InvalidRequest.code):
        return users_fault(fault.message, fault.param)
    return fault

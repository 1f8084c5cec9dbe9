"""Going on from a picture, or from what a file says: its prompt and settings in the form, its name in the job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.http import QueryDict

from limner.accounts.models import Account
from limner.engines.catalog import Model
from limner.engines.contract import REFINES, Capabilities, DrawRequest, Size
from limner.engines.sizes import RULES
from limner.engines.validation import MAX_GUIDANCE, MAX_SEED
from limner.errors import InvalidRequest, NotFound, say
from limner.gallery.models import Picture
from limner.gallery.queries import picture_visible_to
from limner.provenance.record import Provenance
from limner.studio import asking

FROM = "from"
"""The field, and the part of the page's address, that names the picture which is refined."""
GONE = say("The picture that you refine is no longer there. Let go of it to draw these words all the same.")

NOTHING_THERE = say("The picture that you wanted to go on from is not there, or not yours to see.")


@dataclass(frozen=True, slots=True)
class Start:
    """What the form begins with, and a sentence for each thing that it could not take over."""

    asked: QueryDict
    notes: tuple[str, ...] = ()
    refined: Picture | None = None


def start_from(viewer: Account, form: QueryDict) -> Start:
    """What the page begins with where its address names a picture. Raises NotFound."""
    picture = refined_by(viewer, form)
    if picture is None:
        return Start(QueryDict())
    begun = start_with(viewer, _made(picture))
    for name in ("quality", "background"):
        begun.asked[name] = str(picture.parameters.get(name, "auto"))
    begun.asked["output_format"] = picture.format
    begun.asked[FROM] = str(picture.public_id)
    return replace(begun, refined=picture)


def after_problem(viewer: Account, form: QueryDict) -> Start:
    """The form as it was sent, with the picture that it goes on from where that is still there."""
    try:
        return Start(form, refined=refined_by(viewer, form))
    except NotFound:
        return Start(form)


def refined_by(viewer: Account, form: QueryDict) -> Picture | None:
    """The picture that the form or the address names; None where it names none. Raises NotFound."""
    named = form.get(FROM, "")
    if not named:
        return None
    try:
        return picture_visible_to(viewer, UUID(named))
    except ValueError:
        raise NotFound(say("There is no such picture.")) from None


def going_on(viewer: Account, form: QueryDict, wish: DrawRequest) -> DrawRequest:
    """The wish, and the picture that it goes on from where the form names one. Raises InvalidRequest."""
    try:
        picture = refined_by(viewer, form)
    except NotFound:
        raise InvalidRequest(GONE, param=FROM) from None
    if picture is None:
        return wish
    return replace(wish, options={**wish.options, REFINES: str(picture.public_id)})


def start_with(viewer: Account, made: Provenance) -> Start:
    """The form's fields for what was made so, as far as a model of ours can do it."""
    model, notes = _model(viewer, made)
    able = model.capabilities
    asked = QueryDict(mutable=True)
    asked["model"] = model.name
    asked["prompt"] = made.prompt[: able.max_prompt]
    if len(made.prompt) > able.max_prompt:
        notes.append(
            say(
                "{model} takes {most} letters: the end of the prompt was left out.",
                model=model.title,
                most=able.max_prompt,
            )
        )
    if made.negative_prompt and able.negative_prompt:
        asked["negative_prompt"] = made.negative_prompt[: able.max_prompt]
    elif made.negative_prompt:
        notes.append(say("{model} takes no negative prompt: it was left out.", model=model.title))
    _take_size(asked, notes, made, model)
    _take_numbers(asked, notes, made, able, model.title)
    return Start(asked, tuple(notes))


def _made(picture: Picture) -> Provenance:
    """How a picture of ours was made, from its row."""
    if not picture.drawn:  # an upload that was made larger: no model was asked for anything
        return Provenance(prompt=picture.prompt, width=picture.width, height=picture.height)
    return Provenance(
        prompt=picture.prompt,
        negative_prompt=picture.negative_prompt,
        model=picture.model,
        seed=picture.seed,
        steps=picture.parameters.get("steps"),
        guidance=picture.parameters.get("guidance"),
        width=picture.width,
        height=picture.height,
    )


def _model(viewer: Account, made: Provenance) -> tuple[Model, list[str]]:
    """The model that made it where it is installed here, else the one that the viewer begins with."""
    offered = asking.offer(begin_with=viewer.studio_model)
    wanted = made.model.strip().lower()
    same = next((model for model in offered.models if wanted in (model.name.lower(), model.title.lower())), None)
    if same is not None or not wanted:
        return same or offered.model, []
    model = offered.model
    return model, [
        say("“{wanted}” is not installed here. {model} will draw instead.", wanted=made.model[:80], model=model.title)
    ]


def _take_size(asked: QueryDict, notes: list[str], made: Provenance, model: Model) -> None:
    if not (made.width and made.height and made.width > 0 and made.height > 0):
        return
    size, able = Size(made.width, made.height), model.capabilities
    rule = RULES.get(able.free_sizes)
    if size not in able.offered_sizes and (rule is None or rule.fault(size)):
        size = min(able.offered_sizes, key=lambda offered: _unlike(offered, size))
        notes.append(
            say(
                "{model} does not draw {wanted}: {size} is the nearest that it offers.",
                model=model.title,
                wanted=f"{made.width} × {made.height}",
                size=f"{size.width} × {size.height}",
            )
        )
    asked["size"], asked["width"], asked["height"] = str(size), str(size.width), str(size.height)


def _unlike(offered: Size, size: Size) -> tuple[float, float]:
    """How far an offered size is from this one: first in shape, then in pixels."""
    shape = offered.width * size.height / (offered.height * size.width)
    area = offered.pixels / size.pixels
    return round(max(shape, 1 / shape), 2), max(area, 1 / area)


def _take_numbers(asked: QueryDict, notes: list[str], made: Provenance, able: Capabilities, title: str) -> None:
    if made.seed is not None and 0 <= made.seed <= MAX_SEED:
        asked["seed"] = str(made.seed)
    elif made.seed is not None:
        notes.append(
            say(
                "The seed {seed} is not between 0 and {most}: a new one will be chosen.",
                seed=made.seed,
                most=MAX_SEED,
            )
        )
    if made.steps is not None:
        steps = min(max(made.steps, able.min_steps), able.max_steps)
        asked["steps"] = str(steps)
        if steps != made.steps:
            notes.append(
                say(
                    "{model} takes {least} to {most} steps: {steps} instead of {wanted}.",
                    model=title,
                    least=able.min_steps,
                    most=able.max_steps,
                    steps=steps,
                    wanted=made.steps,
                )
            )
    if made.guidance is not None:
        guidance = min(max(made.guidance, 0.0), MAX_GUIDANCE)
        asked["guidance"] = f"{guidance:g}"
        if guidance != made.guidance:
            notes.append(
                say(
                    "The guidance is {guidance:g}: {wanted:g} is more than any model here is given.",
                    guidance=guidance,
                    wanted=made.guidance,
                )
            )

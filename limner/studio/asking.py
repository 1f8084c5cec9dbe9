"""From the make page's form to a validated request, and what the form offers."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from limner.engines.catalog import Model, catalog, installed
from limner.engines.contract import DrawRequest, Size
from limner.engines.dialects import dialect_for
from limner.engines.validation import Ask, make_request
from limner.errors import InvalidRequest, NotConfigured
from limner.prompts.styles import Style, colours_for, compose, styles_for
from limner.studio import wording

_SQUARE = Size(1024, 1024)
EXAMPLES = (
    "A friendly robot holding a flower",
    "A red boat on the sea at sunset",
    "A purple castle in the snow",
    "A sleeping moon over the city",
    "An orange cat with a balloon",
    "A little house in a meadow by day",
)


@dataclass(frozen=True)
class Offer:
    """What the form offers for one model."""

    model: Model
    models: tuple[Model, ...]

    @property
    def sizes(self) -> list[tuple[str, str]]:
        """Value and title of every size on offer, 1024 × 1024 first where the model reaches it."""
        offered = sorted(self.model.capabilities.offered_sizes, key=lambda size: size != _SQUARE)
        return [(str(size), wording.size_title(size)) for size in offered]

    @property
    def most(self) -> int:
        return min(10, self.model.capabilities.max_n)

    @property
    def styles(self) -> tuple[Style, ...]:
        return styles_for(self.model.capabilities)

    @property
    def colours(self) -> tuple[str, ...]:
        return colours_for(self.model.capabilities)


def offer(name: str = "") -> Offer:
    """What can be asked of the model called `name`, or of the first that is installed."""
    models = tuple(model for model in catalog().values() if installed(model))
    if not models:
        raise NotConfigured("No model is installed. Run limner doctor to see what is missing and how to get it.")
    chosen = next((model for model in models if model.name == name), None)
    if chosen is None and name:
        raise InvalidRequest("That model is not installed here. Choose another.", param="model")
    return Offer(chosen or models[0], models)


def request_of(form: QueryDict) -> DrawRequest:
    """What the form asks for. Raises InvalidRequest naming the field."""
    offered = offer(form.get("model", ""))
    prompt = form.get("prompt", "")
    if not prompt.strip():
        raise InvalidRequest("Write a few words first: what should the picture show?", param="prompt")
    style = next((style for style in offered.styles if style.name == form.get("style")), None)
    colour = next((colour for colour in offered.colours if colour == form.get("colour")), "")
    ask = Ask(
        prompt=compose(prompt.strip(), style=style, colour=colour),
        n=_whole(form.get("n", "1")),
        size=form.get("size") or offered.sizes[0][0],
        negative_prompt=style.negative if style and style.negative else None,
    )
    return _fitted(ask, offered.model)


def same_again(before: DrawRequest, *, keep_seed: bool) -> DrawRequest:
    """The request of an earlier job, checked again by today's rules; with a new seed, another picture."""
    ask = Ask(
        prompt=before.prompt,
        n=before.n,
        size=str(before.size),
        seed=before.seed if keep_seed else None,
        steps=before.steps,
        guidance=before.guidance,
        negative_prompt=before.negative_prompt or None,
        output_format=before.output_format,
    )
    return _fitted(ask, offer(before.model).model)


def _fitted(ask: Ask, model: Model) -> DrawRequest:
    request, _ = make_request(ask, dialect_for(model.name), model)
    return request


def _whole(text: str) -> object:
    """A number where it is one; else the text itself, for the validation to name."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text

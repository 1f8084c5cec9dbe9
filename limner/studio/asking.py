"""From the make page's form to a validated request, and what the form offers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import QueryDict

from limner.accounts.models import Account
from limner.engines.catalog import Model, drawing
from limner.engines.contract import ASKED_WITH, CAME_BY, STYLED, DrawRequest, Size
from limner.engines.dialects import DALL_E_3, Dialect, dialect_for, target_for
from limner.engines.prices import asked_price, costs_money, price_of, price_tag, usual_quality
from limner.engines.sizes import native_size
from limner.engines.validation import Ask, make_request, unsupported_value
from limner.errors import InvalidRequest, NotConfigured, say
from limner.look.speech import spoken
from limner.prompts.presets import Style
from limner.prompts.queries import ADDED, styles_visible_to
from limner.prompts.styles import avoiding, colours_for, compose, styles_for
from limner.studio import options, wording
from limner.studio.options import Form

_EXAMPLES_DRAWN = Path(__file__).parent / "static/studio/styles"
_SQUARE = Size(1024, 1024)
FEW_STYLES = 24
"""So many stand side by side; more are folded into their groups."""
EXAMPLES = (
    "A friendly robot holding a flower",
    "A red boat on the sea at sunset",
    "A purple castle in the snow",
    "A sleeping moon over the city",
    "An orange cat with a balloon",
    "A little house in a meadow by day",
)


@dataclass(frozen=True)
class Choice:
    """One line of a list to choose from."""

    value: str
    title: str
    each: dict[str, int] = field(default_factory=dict)
    """What one picture of this size costs, in millicredits of money, by quality."""

    @property
    def prices(self) -> str:
        """The same for the page's script."""
        return json.dumps(self.each)


@dataclass(frozen=True)
class Shelf:
    """Styles that stand together. One without a title is always open."""

    title: str
    styles: tuple[Style, ...]
    open: bool


@dataclass(frozen=True)
class Offer:
    """What the form offers for one model."""

    model: Model
    models: tuple[Model, ...]
    viewer: Account | None = None
    """Whose styles are offered too."""

    @property
    def picker(self) -> list[Choice]:
        """Every model that can draw, with its price."""
        return [Choice(model.name, f"{model.title} · {spoken(price_tag(model))}") for model in self.models]

    @cached_property
    def sizes(self) -> list[Choice]:
        """Every size on offer, 1024 × 1024 first where the model reaches it."""
        offered = sorted(self.model.capabilities.offered_sizes, key=lambda size: size != _SQUARE)
        most = self.viewer.plan.largest_pixels if self.viewer and self.viewer.plan else None
        if most is not None:  # where none is small enough, pressing the button says so
            offered = [size for size in offered if size.pixels <= most] or offered
        return [Choice(str(size), wording.size_title(size), self._prices(size)) for size in offered]

    def _prices(self, size: Size) -> dict[str, int]:
        return {quality: price_of(self.model, size, quality) for quality in self._qualities}

    @property
    def _qualities(self) -> tuple[str, ...]:
        return self.model.capabilities.qualities or (usual_quality(self.model),)

    @property
    def qualities(self) -> list[Choice]:
        """The qualities to choose from, where there is a choice."""
        names = self.model.capabilities.qualities
        return [Choice(name, wording.quality_title(name)) for name in names] if len(names) > 1 else []

    def quality(self, name: str) -> str:
        """`name`, where the model has that quality, else its usual one."""
        return name if name in self.model.capabilities.qualities else usual_quality(self.model)

    def count(self, n: str) -> int:
        """How many pictures to begin with, where `n` was chosen of another model."""
        return min(max(int(n), 1), self.most) if n.isascii() and n.isdigit() and len(n) < 6 else 1

    def price(self, asked: Form) -> str:
        """What pressing the button costs, in words, where there is more than one model to press it for."""
        if len(self.models) < 2:
            return ""
        quality = self.quality(asked.get("quality", ""))
        total = self._each(asked, quality) * self.count(str(asked.get("n", "1")))
        return wording.price(total) if costs_money(self.model) else wording.no_price(self.model)

    def _each(self, asked: Form, quality: str) -> int:
        size, wide, high = options.typed_size(asked, [choice.value for choice in self.sizes])
        if size != options.CUSTOM:
            return next(choice for choice in self.sizes if choice.value == size).each[quality]
        try:
            typed = drawn_as({"size": size, "width": wide, "height": high, "quality": quality}, self, prompt="-")
        except InvalidRequest:  # pressing the button says why; until then the usual size's price stands there
            return self.sizes[0].each[quality]
        return asked_price(typed, self.model)

    def fitting(self, asked: Form) -> dict[str, Any]:
        """The same with what this model has instead of what another one had: a form that was begun for that one."""
        size, wide, high = options.typed_size(asked, [choice.value for choice in self.sizes])
        quality = asked.get("quality", "")
        return {name: asked.get(name) for name in asked} | {
            "size": size,
            "width": wide,
            "height": high,
            "n": self.count(str(asked.get("n", 1))),
            "quality": quality if quality in self.model.capabilities.qualities else "",
        }

    def filled(self, asked: Form) -> dict[str, object]:
        """How the form begins: what was asked for before, as far as this model has it."""
        size, wide, high = options.typed_size(asked, [choice.value for choice in self.sizes])
        return {
            "quality": self.quality(asked.get("quality", "")),
            "price": self.price(asked),
            "size": size,
            "width": wide,
            "height": high,
            "edges": options.edges(self.model.capabilities),
            "formats": options.FORMATS,
            "takes": {field: options.takes(self.model, field) for field in options.FIELDS},
            "more": options.changed(asked, self.model),
            "shelves": self.shelves(asked.get("style", "")),
        }

    @property
    def most(self) -> int:
        return min(10, self.model.capabilities.max_n)

    @cached_property
    def styles(self) -> tuple[Style, ...]:
        return styles_for(self.model.capabilities, styles_visible_to(self.viewer))

    def shelves(self, chosen: str) -> list[Shelf]:
        """The styles by their groups. Where few come with Limner, those are one group, without a title."""
        few = sum(style.group not in ADDED for style in self.styles) <= FEW_STYLES
        groups = groupby(self.styles, key=lambda style: "" if few and style.group not in ADDED else style.group)
        found = [(title, tuple(styles)) for title, styles in groups]
        held = next((n for n, (_, styles) in enumerate(found) if any(one.name == chosen for one in styles)), 0)
        return [
            Shelf(title, styles, n == held or (few and len(styles) <= FEW_STYLES))
            for n, (title, styles) in enumerate(found)
        ]

    @cached_property
    def examples(self) -> frozenset[str]:
        """The names of the styles with an example to look at."""
        return frozenset(file.stem for file in _EXAMPLES_DRAWN.glob("*.webp"))

    @property
    def colours(self) -> tuple[str, ...]:
        return colours_for(self.model.capabilities)


def offer(name: str = "", *, begin_with: str = "", viewer: Account | None = None) -> Offer:
    """What `viewer` can ask of the model `name`; unnamed, of `begin_with` if it is still here, else of the first."""
    models = tuple(drawing())
    if not models:
        raise NotConfigured(say("No model is installed. Run limner doctor to see what is missing and how to get it."))
    chosen = next((model for model in models if model.name == name), None)
    if chosen is None and name:
        raise InvalidRequest(say("That model is not installed here. Choose another."), param="model")
    allowed = viewer.plan.allowed_models if viewer and viewer.plan else []
    models = tuple(model for model in models if not allowed or model.name in allowed) or models
    chosen = chosen or next((model for model in models if model.name == begin_with), models[0])
    return Offer(chosen, models, viewer)


@dataclass(frozen=True)
class Question:
    """What the owner is asked once: a key was found, shall it be used? Nothing is spent before the answer."""

    model: Model
    keep: Model

    @property
    def sentence(self) -> str:
        return wording.key_found(self.model.upstream, self.model.title, price_of(self.model), self.keep.title)


def question_for(viewer: Account, offered: Offer) -> Question | None:
    """The question, where there is something to ask and this is the owner, who has not answered yet."""
    if viewer.studio_model or not viewer.is_superuser:
        return None
    priced = [model for model in offered.models if costs_money(model)]
    if not priced or costs_money(offered.models[0]):
        return None
    todays = target_for(DALL_E_3.name, settings.LIMNER_TARGETS)
    return Question(next((model for model in priced if model.name == todays), priced[0]), offered.models[0])


def request_of(viewer: Account, form: QueryDict) -> DrawRequest:
    """What the viewer's form asks for. Raises InvalidRequest naming the field."""
    offered = offer(form.get("model", ""), viewer=viewer)
    if costs_money(offered.model) and form.get("shown") != offered.model.name:
        # The page showed another model's price: nothing that costs money is drawn before its own was to be seen.
        raise InvalidRequest(wording.look_at_the_price(offered.model.title, price_of(offered.model)), param="model")
    prompt = form.get("prompt", "")
    if not prompt.strip():
        raise InvalidRequest(say("Write a few words first: what should the picture show?"), param="prompt")
    return drawn_as(form, offered, prompt=prompt.strip())


def drawn_as(form: Form, offered: Offer, *, prompt: str) -> DrawRequest:
    """`prompt` with everything else that the form says. Raises InvalidRequest naming the field."""
    chosen = form.get("style")
    style = next((style for style in offered.styles if style.name == chosen), None) if chosen else None
    colour = next((colour for colour in offered.colours if colour == form.get("colour")), "")
    values = options.values(form, offered.model)
    negative = avoiding(values.pop("negative_prompt") or "", style)
    ask = Ask(
        prompt=compose(prompt, style=style, colour=colour),
        n=options.whole(str(form.get("n", 1))),
        size=options.size_of(form, offered.sizes[0].value),
        negative_prompt=negative or None,
        **values,
    )
    request = _fitted(ask, offered.model, options.rules_of(form, offered.model))
    styled = {STYLED: style.name} if style else {}
    return replace(request, quality=_quality(form.get("quality", ""), offered), options={**request.options, **styled})


def same_again(before: DrawRequest, *, keep_seed: bool) -> DrawRequest:
    """The request of an earlier job, checked again by today's rules; with a new seed, another picture.

    Its size is the one that was drawn: programs may ask for sizes that the page does not offer.
    """
    model = offer(before.model).model
    ask = Ask(
        prompt=before.prompt,
        n=before.n,
        seed=before.seed if keep_seed else None,
        steps=before.steps,
        guidance=before.guidance,
        negative_prompt=before.negative_prompt or None,
        output_format=before.output_format,
        background=before.background,
        task=before.task,
        images=before.images,
        mask=before.mask,
    )
    # This one comes from here, and was asked for once.
    options = {name: value for name, value in before.options.items() if name not in (CAME_BY, ASKED_WITH)}
    return replace(
        _fitted(ask, model),
        size=before.size,
        draw_size=native_size(before.size, model.capabilities),
        strength=before.strength,
        quality=before.quality,
        options=options,
    )


def _fitted(ask: Ask, model: Model, rules: Dialect | None = None) -> DrawRequest:
    request, _ = make_request(ask, rules or dialect_for(model.name), model)
    return request


def _quality(asked: str, offered: Offer) -> str:
    able = offered.model.capabilities
    if asked and asked not in able.qualities:
        raise unsupported_value("quality", asked, able.qualities or ("auto",))
    return offered.quality(asked)

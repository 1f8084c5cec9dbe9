"""Dialects: the rules of the name that was asked for. They say what is valid; the target only has to draw it.

The tables follow OpenAI's documents and answers: DALL·E's as they were until its end in May 2026, the gpt-image
family's as they are. `limner` is the dialect of Limner's own models: whatever the target offers. Which name has which
dialect is said in families.toml, by its family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from limner.engines.catalog import Model, catalog
from limner.engines.families import TODAYS, family_called
from limner.engines.sizes import RULES
from limner.errors import InvalidRequest, say

if TYPE_CHECKING:
    from limner.engines.contract import Size

DEFAULT_MODEL = "storybook"
"""What draws for every name whose own model is gone, where there is no upstream and nothing else is configured."""
OPENAI = "openai"
"""The name of the upstream that OPENAI_API_KEY makes."""

ANY_FAMILY = "any"
"""Of names that are none of OpenAI's, and of calls without a name: the values of every generation are fine."""
DALL_E = "dall-e"
EVERY_QUALITY = ("standard", "hd", "low", "medium", "high", "xhigh", "max", "auto")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One name's rules. `sizes` None: whatever the target offers; `auto` beside them: the target's first."""

    name: str
    sizes: tuple[str, ...] | None
    default_size: str
    max_n: int
    max_prompt: int | None
    """None: as long as the target takes."""
    size_rule: Callable[[Size], str | None] | None = None
    """Where sizes are free: why a size is refused, or None when it is fine. `sizes` is then not looked at."""
    bad_n: str | None = None
    """Its own sentence for an n above the maximum, where it has one."""
    family: str = ANY_FAMILY
    """Which of OpenAI's generations the name belongs to: they differ in their enums and in what they answer."""
    qualities: tuple[str, ...] = EVERY_QUALITY
    default_quality: str = "auto"
    """What no quality, or `auto`, means; "auto": whatever the target makes of it."""
    clear_is_mask: bool = True
    """Whether the clear parts of an image that is edited without a mask are its mask, as DALL·E 2 had it."""
    backgrounds: tuple[str, ...] = ("transparent", "opaque", "auto")
    """What OpenAI's own model of the name can be asked for today."""


DALL_E_2 = Dialect(
    "dall-e-2",
    ("256x256", "512x512", "1024x1024"),
    "1024x1024",
    10,
    1000,
    family=DALL_E,
    qualities=("standard", "hd"),
    default_quality="standard",
)
UNNAMED = replace(DALL_E_2, family=ANY_FAMILY, qualities=EVERY_QUALITY)
DALL_E_3 = replace(
    DALL_E_2,
    name="dall-e-3",
    sizes=("1024x1024", "1792x1024", "1024x1792"),
    max_n=1,
    max_prompt=4000,
    bad_n="You must provide n=1 for this model.",
)
GPT_IMAGE_1 = Dialect(
    "gpt-image-1",
    ("1024x1024", "1024x1536", "1536x1024", "auto"),
    "auto",
    10,
    32_000,
    family="gpt-image-1",
    qualities=("low", "medium", "high", "auto"),
    clear_is_mask=False,
)
GPT_IMAGE_2 = replace(
    GPT_IMAGE_1,
    name="gpt-image-2",
    sizes=None,
    size_rule=RULES["gpt-image-2"].fault,
    family="gpt-image-2",
    backgrounds=("opaque", "auto"),
)
GPT_IMAGE_2_5 = replace(
    GPT_IMAGE_2,
    name="gpt-image-2.5",
    family="gpt-image-2.5",
    qualities=("low", "medium", "high", "xhigh", "max", "auto"),
    backgrounds=GPT_IMAGE_1.backgrounds,
)
LIMNER = Dialect("limner", None, "auto", 10, None)

BY_FAMILY: Mapping[str, Dialect] = {
    "dall-e-2": DALL_E_2,
    "dall-e-3": DALL_E_3,
    "gpt-image-1": GPT_IMAGE_1,
    "gpt-image-1-mini": GPT_IMAGE_1,
    "gpt-image-1.5": GPT_IMAGE_1,
    "gpt-image-2": GPT_IMAGE_2,
    "gpt-image-2.5": GPT_IMAGE_2_5,
    "gpt-image-2.6": GPT_IMAGE_2_5,
}
"""Every family of families.toml."""


def dialect_for(model_name: str | None) -> Dialect:
    """The rules of the name asked for: DALL·E 2's where none was, Limner's own for every name not OpenAI's."""
    if model_name is None:
        return UNNAMED
    family = family_called(model_name.partition("@")[0])
    return BY_FAMILY[family.name] if family else LIMNER


def target_for(model_name: str | None, targets: Mapping[str, str]) -> str:
    """The model that draws for `model_name`.

    Configuration first (`targets`: a name → a model of the catalog); then the catalog's own names, those of
    configured upstreams among them; then, for OpenAI's names, today's model where OpenAI's upstream is configured,
    else Storybook. Chosen by configuration, never by failure. Raises InvalidRequest for a name that is none of these.
    """
    name = model_name or DALL_E_2.name
    if name in targets:
        return targets[name]
    if name in catalog():
        return name
    base, sign, upstream = name.partition("@")
    if sign:
        found = next((m.name for m in _drawn_by(upstream) if m.upstream_model == base), None)
        if found is not None:
            return found
    elif family_called(name) is not None:
        return todays_model()
    if name in catalog(at_once=True):
        return name
    raise InvalidRequest(say("The model '{name}' does not exist.", name=name[:100]), param="model")


def todays_model() -> str:
    """What draws for a name of OpenAI's that is gone: of their upstream's models today's one, or else its first;
    Storybook where that upstream is not configured or has no models."""
    models = _drawn_by(OPENAI)
    todays = next((model for model in models if model.upstream_model == TODAYS), None)
    chosen = todays or next(iter(models), None)
    return chosen.name if chosen else DEFAULT_MODEL


def _drawn_by(upstream: str) -> list[Model]:
    return [model for model in catalog().values() if upstream and model.upstream == upstream]

"""Dialects: the rules of the name that was asked for. They say what is valid; the target only has to draw it.

The tables follow OpenAI's documents and answers: DALL·E's as they were until its end in May 2026, the gpt-image
family's as they are. `limner` is the dialect of Limner's own models: whatever the target offers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from limner.engines.catalog import Model, catalog
from limner.engines.sizes import RULES
from limner.errors import InvalidRequest

if TYPE_CHECKING:
    from limner.engines.contract import Size

DEFAULT_MODEL = "storybook"
"""What draws for every name whose own model is gone, where there is no upstream and nothing else is configured."""
OPENAI = "openai"
"""The name of the upstream that OPENAI_API_KEY makes."""
TODAYS = "gpt-image-2"
"""What draws for OpenAI's older names where that upstream is configured."""

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
    default_response_format: str
    size_rule: Callable[[Size], str | None] | None = None
    """Where sizes are free: why a size is refused, or None when it is fine. `sizes` is then not looked at."""
    bad_n: str | None = None
    """Its own sentence for an n above the maximum, where it has one."""
    family: str = ANY_FAMILY
    """Which of OpenAI's generations the name belongs to: they differ in their enums and in what they answer."""
    qualities: tuple[str, ...] = EVERY_QUALITY

    def sounds_like(self, family: str) -> bool:
        """Whether what was left out has the defaults of `family`: a call without a model is DALL·E 2's."""
        return self.family == family or (self.family == ANY_FAMILY and self.name.startswith(family))


DALL_E_2 = Dialect(
    "dall-e-2",
    ("256x256", "512x512", "1024x1024"),
    "1024x1024",
    10,
    1000,
    "url",
    family=DALL_E,
    qualities=("standard", "hd"),
)
UNNAMED = replace(DALL_E_2, family=ANY_FAMILY, qualities=EVERY_QUALITY)
DALL_E_3 = Dialect(
    "dall-e-3",
    ("1024x1024", "1792x1024", "1024x1792"),
    "1024x1024",
    1,
    4000,
    "url",
    bad_n="You must provide n=1 for this model.",
    family=DALL_E,
    qualities=("standard", "hd"),
)
GPT_IMAGE_1 = Dialect(
    "gpt-image-1",
    ("1024x1024", "1024x1536", "1536x1024", "auto"),
    "auto",
    10,
    32_000,
    "b64_json",
    family="gpt-image-1",
    qualities=("low", "medium", "high", "auto"),
)
GPT_IMAGE_2 = Dialect(
    "gpt-image-2",
    None,
    "auto",
    10,
    32_000,
    "b64_json",
    size_rule=RULES["gpt-image-2"].fault,
    family="gpt-image-2",
    qualities=("low", "medium", "high", "auto"),
)
GPT_IMAGE_2_5 = replace(
    GPT_IMAGE_2,
    name="gpt-image-2.5",
    family="gpt-image-2.5",
    qualities=("low", "medium", "high", "xhigh", "max", "auto"),
)
LIMNER = Dialect("limner", None, "auto", 10, None, "url")

_FAMILIES: tuple[tuple[re.Pattern[str], Dialect], ...] = (
    (re.compile(r"dall-e-2"), DALL_E_2),
    (re.compile(r"dall-e-3"), DALL_E_3),
    (re.compile(r"(gpt-image-1(-mini|\.5)?|chatgpt-image-latest)(-\d{4}-\d\d-\d\d)?"), GPT_IMAGE_1),
    (re.compile(r"gpt-image-2(-(sunburst|flare))?(-\d{4}-\d\d-\d\d)?"), GPT_IMAGE_2),
    (re.compile(r"gpt-image-2\.\d+(-(sunburst|flare))?(-\d{4}-\d\d-\d\d)?"), GPT_IMAGE_2_5),
)


def dialect_for(model_name: str | None) -> Dialect:
    """The rules of the name asked for: DALL·E 2's where none was, Limner's own for every name not OpenAI's."""
    if model_name is None:
        return UNNAMED
    return _family(model_name.partition("@")[0]) or LIMNER


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
    elif _family(name) is not None:
        return todays_model()
    raise InvalidRequest(f"The model '{name[:100]}' does not exist.", param="model")


def todays_model() -> str:
    """What draws for a name of OpenAI's that is gone: of their upstream's models today's one, or else its first;
    Storybook where that upstream is not configured or has no models."""
    models = _drawn_by(OPENAI)
    todays = next((model for model in models if model.upstream_model == TODAYS), None)
    chosen = todays or next(iter(models), None)
    return chosen.name if chosen else DEFAULT_MODEL


def _drawn_by(upstream: str) -> list[Model]:
    return [model for model in catalog().values() if upstream and model.upstream == upstream]


def _family(name: str) -> Dialect | None:
    for pattern, dialect in _FAMILIES:
        if pattern.fullmatch(name):
            return dialect
    return None

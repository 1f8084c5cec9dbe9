"""Dialects: the rules of the name that was asked for. They say what is valid; the target only has to draw it.

The tables follow OpenAI's documents and answers: DALL·E's as they were until its end in May 2026, the gpt-image
family's as they are. `limner` is the dialect of Limner's own models: whatever the target offers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from limner.engines.catalog import catalog
from limner.errors import InvalidRequest

if TYPE_CHECKING:
    from limner.engines.contract import Size

DEFAULT_MODEL = "storybook"
"""What draws for every name whose own model is gone or elsewhere, unless the configuration says otherwise."""

ANY_FAMILY = "any"
"""Of names that are none of OpenAI's, and of calls without a name: the values of every generation are fine."""


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


def _free_size(size: Size) -> str | None:
    """The rule of gpt-image-2 and later, with its four distinct sentences."""
    if size.width % 16 or size.height % 16:
        return "Width and height must both be divisible by 16."
    if max(size.width, size.height) > 3840:
        return "The longest edge must be less than or equal to 3840."
    if max(size.width, size.height) > 3 * min(size.width, size.height):
        return "The longest edge must be at most three times the shortest edge."
    if size.pixels < 655_360:
        return "Requested resolution is below the current minimum pixel budget."
    if size.pixels > 8_294_400:
        return "Requested resolution exceeds the current pixel budget."
    return None


DALL_E_2 = Dialect("dall-e-2", ("256x256", "512x512", "1024x1024"), "1024x1024", 10, 1000, "url", family="dall-e")
UNNAMED = replace(DALL_E_2, family=ANY_FAMILY)
DALL_E_3 = Dialect(
    "dall-e-3",
    ("1024x1024", "1792x1024", "1024x1792"),
    "1024x1024",
    1,
    4000,
    "url",
    bad_n="You must provide n=1 for this model.",
    family="dall-e",
)
GPT_IMAGE_1 = Dialect(
    "gpt-image-1",
    ("1024x1024", "1024x1536", "1536x1024", "auto"),
    "auto",
    10,
    32_000,
    "b64_json",
    family="gpt-image-1",
)
GPT_IMAGE_2 = Dialect("gpt-image-2", None, "auto", 10, 32_000, "b64_json", size_rule=_free_size, family="gpt-image-2")
GPT_IMAGE_2_5 = replace(GPT_IMAGE_2, name="gpt-image-2.5", family="gpt-image-2.5")
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
    return _family(model_name) or LIMNER


def target_for(model_name: str | None, targets: Mapping[str, str]) -> str:
    """The model that draws for `model_name`: configuration first, then our own names, then OpenAI's → the default.

    `targets` maps a name to a model of the catalog. Chosen by configuration, never by failure.
    Raises InvalidRequest for a name that is none of these.
    """
    name = model_name or DALL_E_2.name
    if name in targets:
        return targets[name]
    if name in catalog():
        return name
    if _family(name) is not None:
        return DEFAULT_MODEL
    raise InvalidRequest(f"The model '{name[:100]}' does not exist.", param="model")


def _family(name: str) -> Dialect | None:
    for pattern, dialect in _FAMILIES:
        if pattern.fullmatch(name):
            return dialect
    return None

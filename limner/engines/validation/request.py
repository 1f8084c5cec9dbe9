"""From what was asked to a `DrawRequest`, parameter by parameter."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from limner.engines.contract import Capabilities, DrawRequest, Task
from limner.engines.dialects import Dialect
from limner.engines.loras import refuse_unknown
from limner.engines.schedulers import OPTION, SCHEDULERS
from limner.engines.translation import STYLES, Notice, Wanted, translate
from limner.engines.validation.asked import Ask, Missing
from limner.engines.validation.sentences import short
from limner.engines.validation.size import check_size
from limner.engines.validation.values import check_choice, check_integer, check_number, check_text
from limner.engines.words import words_of
from limner.errors import InvalidRequest

if TYPE_CHECKING:
    from limner.engines.catalog import Model

MAX_SEED = 2**32 - 1 - 16
"""Picture i of a job uses seed + i, and a generator takes 32 bits."""
MAX_RANDOM_SEED = 2**31 - 1 - 16
MAX_GUIDANCE = 30.0
OUTPUT_FORMATS = ("png", "webp", "jpeg")
BACKGROUNDS = ("transparent", "opaque", "auto")


def make_request(ask: Ask, dialect: Dialect, model: Model) -> tuple[DrawRequest, list[Notice]]:
    """Check `ask` by the rules of `dialect` and fit it to `model`. Raises InvalidRequest naming field and values."""
    able = model.capabilities
    prompt = _check_prompt(ask, dialect, able)
    refuse_unknown(prompt, model)
    n = _check_n(ask.n, dialect, able)
    quality = check_choice("quality", ask.quality, dialect.qualities, default="auto")
    output_format = check_choice("output_format", ask.output_format, OUTPUT_FORMATS, default="png")
    size = check_size(ask.size, dialect, able, like=ask.images[0] if ask.images else None)
    wanted = Wanted(
        prompt=prompt,
        size=size,
        draw_size=size,
        task=ask.task,
        quality=quality,
        background=check_choice("background", ask.background, BACKGROUNDS, default="auto"),
        style=check_choice("style", ask.style, tuple(STYLES), default=""),
        negative_prompt=_check_negative(ask.negative_prompt, dialect, able),
        seed=check_integer("seed", ask.seed, 0, MAX_SEED),
        steps=check_integer("steps", ask.steps, able.min_steps, able.max_steps),
        guidance=check_number("guidance", ask.guidance, 0.0, MAX_GUIDANCE),
        images=ask.images,
        mask=ask.mask,
        options={**ask.options, **_check_scheduler(ask.scheduler)},
    )
    drawn, notices = translate(wanted, dialect, model)
    notices += _unread(model, prompt, drawn.negative_prompt)
    request = DrawRequest(
        prompt=drawn.prompt,
        model=model.name,
        size=size,
        draw_size=drawn.draw_size,
        seed=secrets.randbelow(MAX_RANDOM_SEED + 1) if drawn.seed is None else drawn.seed,
        steps=able.default_steps if drawn.steps is None else drawn.steps,
        guidance=able.default_guidance if drawn.guidance is None else drawn.guidance,
        task=drawn.task,
        n=n,
        negative_prompt=drawn.negative_prompt,
        images=drawn.images,
        mask=drawn.mask,
        output_format=output_format,
        background=drawn.background,
        quality=drawn.quality,
        options=dict(drawn.options),
    )
    return request, notices


def _check_scheduler(value: object) -> dict[str, str]:
    name = check_choice(OPTION, value, tuple(SCHEDULERS), default="")
    return {OPTION: name} if name else {}


def _check_n(value: object, dialect: Dialect, able: Capabilities) -> int:
    maximum = min(dialect.max_n, able.max_n)
    if dialect.bad_n and isinstance(value, int) and not isinstance(value, bool) and value > maximum:
        raise InvalidRequest(dialect.bad_n, param="n", code="integer_above_max_value")
    n = check_integer("n", value, 1, maximum)
    return 1 if n is None else n


def _check_prompt(ask: Ask, dialect: Dialect, able: Capabilities) -> str:
    """A variation needs no words."""
    maximum = dialect.max_prompt or able.max_prompt
    if ask.task is not Task.VARY:
        return check_text("prompt", ask.prompt, maximum=maximum)
    given = "" if ask.prompt is None or isinstance(ask.prompt, Missing) else ask.prompt
    return check_text("prompt", given, maximum=maximum, minimum=0)


def _check_negative(value: object, dialect: Dialect, able: Capabilities) -> str:
    if value is None:
        return ""
    return check_text("negative_prompt", value, maximum=dialect.max_prompt or able.max_prompt, minimum=0)


def _unread(model: Model, prompt: str, negative: str) -> list[Notice]:
    able = model.capabilities
    notices = []
    for param, text in (("prompt", prompt), ("negative_prompt", negative)):
        unknown = able.unknown_words(words_of(text))
        if unknown:
            shown = ", ".join(short(word, 40) for word in unknown[:12]) + (", …" if len(unknown) > 12 else "")
            notices.append(Notice(param, f"{model.title} does not know these words and passes over them: {shown}."))
        if lost := able.lost_end(text):
            reads = f"{model.title} reads no more than {able.max_words} words and marks that it knows"
            notices.append(Notice(param, f"{reads}, and does not get to: {short(lost, 200)}."))
    return notices

"""From an asked-for picture to a `DrawRequest`: every rule of the dialect, with OpenAI's own sentences.

Values come as the caller gave them (decoded JSON, or form text that the API has turned into numbers). The first
fault found is reported, in OpenAI's order: prompt, n, quality, format, size, then the rest. Nothing is stored before
this is done.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from limner.engines.contract import Capabilities, DrawRequest, ImageRef, Size, Task
from limner.engines.dialects import Dialect
from limner.engines.sizes import RULES
from limner.engines.translation import STYLES, Notice, Wanted, translate
from limner.engines.words import words_of
from limner.errors import InvalidRequest, say

if TYPE_CHECKING:
    from limner.engines.catalog import Model


class Missing:
    """The type of MISSING: an absent prompt reads differently from one that is null."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


class File:
    """The type of FILE: what a form brings where text belongs."""

    def __repr__(self) -> str:
        return "FILE"


FILE = File()

MAX_SEED = 2**32 - 1 - 16
"""Picture i of a job uses seed + i, and a generator takes 32 bits."""
MAX_RANDOM_SEED = 2**31 - 1 - 16
MAX_GUIDANCE = 30.0
OUTPUT_FORMATS = ("png", "webp", "jpeg")
BACKGROUNDS = ("transparent", "opaque", "auto")


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked, raw. None means not given, except for the prompt, where MISSING does."""

    prompt: object
    n: object = None
    size: object = None
    seed: object = None
    steps: object = None
    guidance: object = None
    negative_prompt: object = None
    output_format: object = None
    background: object = None
    quality: object = None
    style: object = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """What only some targets know, already checked: plain JSON."""
    task: Task = Task.CREATE
    images: tuple[ImageRef, ...] = ()
    mask: ImageRef | None = None


def make_request(ask: Ask, dialect: Dialect, model: Model) -> tuple[DrawRequest, list[Notice]]:
    """Check `ask` by the rules of `dialect` and fit it to `model`. Raises InvalidRequest naming field and values."""
    able = model.capabilities
    prompt = _check_prompt(ask, dialect, able)
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
        options=ask.options,
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


# ---- one check a kind of value; the API layers use them for the parameters that are only theirs


def check_text(param: str, value: object, *, maximum: int, minimum: int = 1) -> str:
    """A string that can be stored and drawn. Whitespace alone is accepted, as OpenAI does."""
    if isinstance(value, Missing):
        raise InvalidRequest(
            say("Missing required parameter: '{param}'.", param=param), param=param, code="missing_required_parameter"
        )
    if not isinstance(value, str):
        raise wrong_type(param, say("a string"), value)
    if len(value) < minimum:
        raise InvalidRequest(
            say(
                "Invalid '{param}': empty string. Expected a string with minimum length {minimum}, "
                "but got an empty string instead.",
                param=param,
                minimum=minimum,
            ),
            param=param,
            code="empty_string",
        )
    if len(value) > maximum:
        raise InvalidRequest(
            say(
                "Invalid '{param}': string too long. Expected a string with maximum length {maximum}, "
                "but got a string with length {length} instead.",
                param=param,
                maximum=maximum,
                length=len(value),
            ),
            param=param,
            code="string_above_max_length",
        )
    if "\0" in value:
        raise InvalidRequest(
            say("Invalid '{param}': it contains a NUL character (U+0000). Remove it and try again.", param=param),
            param=param,
        )
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidRequest(
            say(
                "Invalid '{param}': it contains half of a character (a lone surrogate), which is not valid Unicode. "
                "Remove it and try again.",
                param=param,
            ),
            param=param,
        ) from None
    return value


def check_integer(param: str, value: object, minimum: int, maximum: int) -> int | None:
    """An integer within bounds; None stays None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(param, say("an integer"), value)
    _check_bounds(param, "integer", value, minimum, maximum)
    return value


def check_number(param: str, value: object, minimum: float, maximum: float) -> float | None:
    """A finite number within bounds; None stays None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(param, say("a number"), value)
    if isinstance(value, float) and math.isnan(value):
        raise InvalidRequest(
            say(
                "Invalid '{param}': not a number. Expected a number between {minimum} and {maximum}.",
                param=param,
                minimum=_show(minimum),
                maximum=_show(maximum),
            ),
            param=param,
        )
    _check_bounds(param, "decimal", value, minimum, maximum)
    return float(value)


def check_choice(param: str, value: object, choices: Sequence[str], *, default: str) -> str:
    """One of `choices`; None is `default`."""
    if value is None:
        return default
    if not isinstance(value, str):
        raise wrong_type(param, say("one of {values}", values=_one_of(choices)), value)
    if value not in choices:
        raise unsupported_value(param, value, choices)
    return value


def check_size(value: object, dialect: Dialect, able: Capabilities, *, like: ImageRef | None = None) -> Size:
    """The size asked for, by the dialect's rule; `auto` is the first size the target offers, or the one of them that
    is nearest to the shape of the image `like`."""
    if value is None:
        value = dialect.default_size
    if not isinstance(value, str):
        raise wrong_type("size", say("a string"), value)
    offered = tuple(str(size) for size in able.offered_sizes)
    free = dialect.size_rule or (RULES[able.free_sizes].fault if able.free_sizes and dialect.sizes is None else None)
    choices = (*offered, "auto") if dialect.sizes is None else dialect.sizes
    if value == "auto" and (free or value in choices):
        return able.offered_sizes[0] if like is None else _shaped(like, dialect, able)
    if value not in choices or dialect.size_rule:
        if free is None:
            raise unsupported_value("size", value, choices)
        return _free_size(value, free)
    return Size.parse(value)


NEARLY = 0.03
"""Shapes that differ by less (3 %) are one: nobody sees it."""


def _shaped(like: ImageRef, dialect: Dialect, able: Capabilities) -> Size:
    """Of the offered sizes the first with the shape nearest to that of an image. Where none comes near it, what is
    drawn is cut: to one of the dialect's sizes where they are fixed, else to the image's own shape.

    None of more than twice the usual one's pixels: nobody who leaves the size to us asked for the price of a poster.
    """
    usual = able.offered_sizes[0]
    shape = math.log(max(like.width, 1) / max(like.height, 1))
    sizes = [size for size in able.offered_sizes if size.pixels <= 2 * usual.pixels]
    if min(abs(_shape(size) - shape) for size in sizes) > NEARLY and not able.free_sizes:
        if dialect.sizes is None:
            longest = math.log(RULES["gpt-image-2"].max_ratio)
            side, wide = math.sqrt(usual.pixels), math.exp(min(max(shape, -longest), longest) / 2)
            return RULES["gpt-image-2"].nearest(Size(round(side * wide), round(side / wide)))
        sizes += [Size.parse(text) for text in dialect.sizes if text != "auto"]
    return min(sizes, key=lambda size: round(abs(_shape(size) - shape), 3))


def _shape(size: Size) -> float:
    return round(math.log(size.width / size.height), 3)


def wrong_type(param: str, expected: str, value: object) -> InvalidRequest:
    """OpenAI's sentence for a value of the wrong type."""
    return InvalidRequest(
        say(
            "Invalid type for '{param}': expected {expected}, but got {got} instead.",
            param=param,
            expected=expected,
            got=type_name(value),
        ),
        param=param,
        code="invalid_type",
    )


def unsupported_value(param: str, value: str, choices: Sequence[str]) -> InvalidRequest:
    """OpenAI's sentence for a value that is not among the allowed ones."""
    return InvalidRequest(
        say(
            "Invalid value: '{value}'. Supported values are: {values}.", value=_short(value), values=_all_of(choices)
        ),
        param=param,
    )


def type_name(value: object) -> str:
    """A JSON type in OpenAI's words."""
    if value is None:
        return "null"
    names: tuple[tuple[type, str], ...] = (
        (bool, say("a boolean")),
        (int, say("an integer")),
        (float, say("a decimal number")),
        (str, say("a string")),
        (list, say("an array")),
        (dict, say("an object")),
        (File, say("a file")),
    )
    return next((name for kind, name in names if isinstance(value, kind)), say("an unknown value"))


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


def _free_size(value: str, rule: Callable[[Size], str | None]) -> Size:
    try:
        # Nine characters hold every size that can be valid; a longer text would only be a big number to parse.
        size = Size.parse(value if len(value) <= 20 else "")
    except ValueError:
        raise InvalidRequest(
            say("Invalid size '{size}'. Expected WIDTHxHEIGHT, for example '1824x1024'.", size=_short(value)),
            param="size",
        ) from None
    if fault := rule(size):
        raise InvalidRequest(say("Invalid size '{size}'. {fault}", size=value, fault=fault), param="size")
    return size


def _unread(model: Model, prompt: str, negative: str) -> list[Notice]:
    able = model.capabilities
    notices = []
    for param, text in (("prompt", prompt), ("negative_prompt", negative)):
        unknown = able.unknown_words(words_of(text))
        if unknown:
            shown = ", ".join(_short(word, 40) for word in unknown[:12]) + (", …" if len(unknown) > 12 else "")
            notices.append(Notice(param, f"{model.title} does not know these words and passes over them: {shown}."))
        if lost := able.lost_end(text):
            reads = f"{model.title} reads no more than {able.max_words} words and marks that it knows"
            notices.append(Notice(param, f"{reads}, and does not get to: {_short(lost, 200)}."))
    return notices


def _check_bounds(param: str, kind: str, value: float, minimum: float, maximum: float) -> None:
    kinds = {"integer": say("integer"), "decimal": say("decimal")}
    said = {"param": param, "kind": kinds[kind], "got": _show(value)}
    if value < minimum:
        raise InvalidRequest(
            say(
                "Invalid '{param}': {kind} below minimum value. Expected a value >= {bound}, but got {got} instead.",
                bound=_show(minimum),
                **said,
            ),
            param=param,
            code=f"{kind}_below_min_value",
        )
    if value > maximum:
        raise InvalidRequest(
            say(
                "Invalid '{param}': {kind} above maximum value. Expected a value <= {bound}, but got {got} instead.",
                bound=_show(maximum),
                **said,
            ),
            param=param,
            code=f"{kind}_above_max_value",
        )


def _show(value: float) -> str:
    """A number for a sentence. Python refuses to write integers of more than 4300 digits, so a huge one is told."""
    if isinstance(value, int) and value.bit_length() > 128:
        return say("an integer of about {digits} digits", digits=int(value.bit_length() * math.log10(2)) + 1)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _short(text: str, length: int = 100) -> str:
    # What a caller sent is quoted back: never all of a megabyte, never a character that JSON or a log cannot carry.
    cut = text if len(text) <= length else text[:length] + "…"
    return cut.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _all_of(choices: Sequence[str]) -> str:
    several, last = _but_the_last(choices)
    if len(choices) < 3:
        return say("{one} and {other}", one=several, other=last) if several else last
    return say("{several}, and {last}", several=several, last=last)


def _one_of(choices: Sequence[str]) -> str:
    several, last = _but_the_last(choices)
    if len(choices) < 3:
        return say("{one} or {other}", one=several, other=last) if several else last
    return say("{several}, or {last}", several=several, last=last)


def _but_the_last(choices: Sequence[str]) -> tuple[str, str]:
    quoted = [f"'{choice}'" for choice in choices]
    return ", ".join(quoted[:-1]), "".join(quoted[-1:])


__all__ = [
    "FILE",
    "MISSING",
    "Ask",
    "Missing",
    "Notice",
    "check_choice",
    "check_integer",
    "check_number",
    "check_size",
    "check_text",
    "make_request",
    "type_name",
    "unsupported_value",
    "wrong_type",
]

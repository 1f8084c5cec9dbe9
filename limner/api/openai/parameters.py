"""The parameters of `/v1/images/generations`, one line each, for every dialect.

What the engines room validates (prompt, n, size and the numbers of drawing) is only named here, for its place in the
order; the rest is checked here. Faults are reported in the order in which OpenAI's server reports them, whatever
order a client wrote its keys in. `null` is the same as leaving a key out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from limner.engines.validation import check_choice, check_integer, check_text, wrong_type
from limner.errors import InvalidRequest

Check = Callable[[str, Any, str], None]
"""Raises `InvalidRequest` when a value is wrong. Called with the parameter's name, its value and the family."""

MAX_WARNINGS = 20
MAX_TEXT = 1000
"""Characters of a name, such as a model's or an end user's."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One key of the body. `passed_over` is the sentence for a caller whose value changes nothing, if it changes
    something at OpenAI; `plain` are the values that ask for nothing special."""

    name: str
    check: Check | None = None
    passed_over: str | None = None
    plain: frozenset[object] = field(default_factory=frozenset)


def is_gpt_image(family: str) -> bool:
    """True for the names that always answer with base64 and with the fields of the newer response."""
    return family.startswith("gpt-image")


def one_of(*values: str, **by_family: tuple[str, ...]) -> Check:
    """A string out of a list; a family with a list of its own is named in underscores (`gpt_image_1=…`)."""

    def check(name: str, value: Any, family: str) -> None:
        choices = by_family.get(family.replace("-", "_").replace(".", "_"), values)
        check_choice(name, value, choices, default=choices[0])

    return check


def whole(low: int, high: int) -> Check:
    """An integer between two bounds."""

    def check(name: str, value: Any, family: str) -> None:
        check_integer(name, value, low, high)

    return check


def text(name: str, value: Any, family: str) -> None:
    check_text(name, value, minimum=0, maximum=MAX_TEXT)


def stream(name: str, value: Any, family: str) -> None:
    if not isinstance(value, bool):
        raise wrong_type(name, "a boolean", value)
    if value:
        raise InvalidRequest(
            "'stream': true is not supported yet: this server answers once, when the picture is done. "
            "Leave 'stream' out, or send false.",
            param=name,
        )


def background(name: str, value: Any, family: str) -> None:
    one_of("transparent", "opaque", "auto")(name, value, family)
    if value == "transparent":
        raise InvalidRequest("Transparent background is not supported for this model.", param=name)


PARAMETERS: tuple[Parameter, ...] = (
    Parameter("model", text),
    Parameter("prompt"),
    Parameter("n"),
    Parameter(
        "quality",
        one_of(
            *("standard", "hd", "low", "medium", "high", "xhigh", "max", "auto"),
            dall_e=("standard", "hd"),
            gpt_image_1=("low", "medium", "high", "auto"),
            gpt_image_2=("low", "medium", "high", "auto"),
            gpt_image_2_5=("low", "medium", "high", "xhigh", "max", "auto"),
        ),
        "The model that draws has one quality; 'steps' is what it takes in its place.",
        frozenset({"standard", "low", "auto"}),
    ),
    Parameter("output_format", one_of("png", "webp", "jpeg")),
    Parameter("output_compression", whole(0, 100), "Pictures are stored at one compression.", frozenset({100})),
    Parameter("size"),
    Parameter("background", background),
    Parameter("moderation", one_of("auto", "low")),
    Parameter("partial_images", whole(0, 3)),
    Parameter("response_format", one_of("url", "b64_json")),
    Parameter(
        "style",
        one_of("vivid", "natural"),
        "The model that draws has no styles; say it in the prompt.",
        frozenset({"vivid"}),
    ),
    Parameter("stream", stream),
    Parameter("user", text),
    Parameter("safety_identifier", text),
    # Beyond OpenAI's: how clients of other servers steer the drawing, checked where the drawing is known.
    Parameter("seed"),
    Parameter("steps"),
    Parameter("guidance"),
    Parameter("negative_prompt"),
)

ORDER = {parameter.name: place for place, parameter in enumerate(PARAMETERS)}

OTHER_NAMES = {"num_inference_steps": "steps", "guidance_scale": "guidance", "cfg_scale": "guidance"}
"""What other servers call the same thing. The name of our own wins where both are given."""


def normalised(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body without nulls (but a prompt of null is wrong), other servers' names turned into ours."""
    given = {name: value for name, value in body.items() if value is not None or name == "prompt"}
    for other, ours in OTHER_NAMES.items():
        if other in given:
            given.setdefault(ours, given[other])
            del given[other]
    return given


def first_fault(given: Mapping[str, Any], family: str, found: InvalidRequest | None = None) -> InvalidRequest | None:
    """The fault to report: the first in the order of PARAMETERS, `found` by the engines' validation among them."""
    place = ORDER.get(found.param or "", -1) if found else len(PARAMETERS)
    for parameter in PARAMETERS[: max(place, 0)]:
        if parameter.check is None or parameter.name not in given:
            continue
        try:
            parameter.check(parameter.name, given[parameter.name], family)
        except InvalidRequest as fault:
            return fault
    return found


def compression_fault(given: Mapping[str, Any]) -> InvalidRequest | None:
    """PNG has no lossy compression: OpenAI refuses to pretend, and so do we."""
    if given.get("output_compression", 100) < 100 and given.get("output_format", "png") == "png":
        return InvalidRequest(
            "Compression less than 100 is not supported for PNG output format",
            param="output_compression",
            code="invalid_png_output_compression",
        )
    return None


def passed_over(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A (param, sentence) for each key that was understood, or not, and changes nothing."""
    warnings = [
        (parameter.name, parameter.passed_over)
        for parameter in PARAMETERS
        if parameter.passed_over and parameter.name in given and given[parameter.name] not in parameter.plain
    ]
    unknown = [name for name in given if name not in ORDER]
    warnings += [(name[:100], "Limner does not know this parameter and passed it over.") for name in unknown]
    return warnings[:MAX_WARNINGS]

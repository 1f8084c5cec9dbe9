"""The parameters of `/v1/images/generations`, `/edits` and `/variations`, one line each, for every dialect.

What the engines room validates (all that says what to draw) is only named here, for its place in the order; the rest
is checked here. Faults are reported in the order in which OpenAI's server reports them, whatever
order a client wrote its keys in. `null` is the same as leaving a key out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from limner.api.errors import users_fault
from limner.engines.contract import Task
from limner.engines.families import families
from limner.engines.validation import Notice, check_choice, check_integer, check_text, wrong_type
from limner.errors import InvalidRequest, LimnerError

Check = Callable[[str, Any], None]
"""Raises `InvalidRequest` when a value is wrong. Called with the parameter's name and its value."""

MAX_WARNINGS = 20
MAX_TEXT = 1000
"""Characters of a name, such as a model's or an end user's."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One key of the body, and the tasks whose routes know it."""

    name: str
    check: Check | None = None
    tasks: frozenset[Task] = frozenset(Task)


def is_gpt_image(family: str) -> bool:
    """True for the names that always answer with base64 and with the fields of the newer response."""
    return family.startswith("gpt-image")


def one_of(*values: str) -> Check:
    """A string out of a list."""

    def check(name: str, value: Any) -> None:
        check_choice(name, value, values, default=values[0])

    return check


def whole(low: int, high: int) -> Check:
    """An integer between two bounds."""

    def check(name: str, value: Any) -> None:
        check_integer(name, value, low, high)

    return check


def text(name: str, value: Any) -> None:
    check_text(name, value, minimum=0, maximum=MAX_TEXT)


def flag(name: str, value: Any) -> None:
    """True or false, and nothing that only means it."""
    if not isinstance(value, bool):
        raise wrong_type(name, "a boolean", value)


IMAGES = frozenset({Task.EDIT, Task.VARY})

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("model", text),
    Parameter("prompt"),
    # What `limner.api.openai.images` reads out of `image`, `image[]`, `images` and `mask`: their place in the order.
    Parameter("image", tasks=IMAGES),
    Parameter("mask", tasks=frozenset({Task.EDIT})),
    Parameter("n"),
    Parameter("quality"),
    Parameter("output_format"),
    Parameter("output_compression", whole(0, 100)),
    Parameter("size"),
    Parameter("background"),
    Parameter("moderation", one_of("auto", "low")),
    Parameter("input_fidelity", one_of("high", "low"), tasks=frozenset({Task.EDIT})),
    Parameter("complexity", one_of("low", "medium", "high"), tasks=frozenset({Task.CREATE, Task.EDIT})),
    Parameter("partial_images", whole(0, 3)),
    Parameter("response_format", one_of("url", "b64_json")),
    Parameter("style"),
    Parameter("stream", flag),
    Parameter("user", text),
    Parameter("safety_identifier", text),
    # Beyond OpenAI's: how clients of other servers steer the drawing.
    Parameter("seed"),
    Parameter("steps"),
    Parameter("guidance"),
    Parameter("negative_prompt"),
)

TODAY = frozenset(
    {"model", "prompt", "image", "mask", "n", "quality", "size", "stream", "partial_images", "user"}
    | {"safety_identifier"}
)
"""What every model of OpenAI's takes today; the others are told apart by the options of their family."""

Table = tuple[Parameter, ...]


@cache
def table_of(family: str, task: Task, *, strict: bool = False) -> Table:
    """The parameters of the names of one family, on one route, in their order.

    All are known by every name here; `strict`: those that OpenAI's own model of the name takes today.
    """
    options = families()[family].options if strict and family in families() else frozenset()
    return tuple(
        parameter
        for parameter in PARAMETERS
        if task in parameter.tasks and (not strict or parameter.name in TODAY | options)
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


Found = tuple[str, LimnerError]
"""A fault that somebody else found, and the parameter in whose place it is reported."""


def first_fault(given: Mapping[str, Any], table: Table, found: Sequence[Found] = ()) -> LimnerError | None:
    """The fault to report: the first in the table's order, those that the engines' validation found and those of the
    images among them. One of a name that is not in the table comes before all."""
    others = sorted(((ORDER.get(param, -1), fault) for param, fault in found), key=lambda pair: pair[0])
    place, first = others[0] if others else (len(PARAMETERS), None)
    for parameter in table:
        if ORDER[parameter.name] >= place or parameter.check is None or parameter.name not in given:
            continue
        try:
            parameter.check(parameter.name, given[parameter.name])
        except InvalidRequest as fault:
            return fault
    return first


CLEAR_JPEG = "Transparent background is not supported for JPEG output format"


def fault_of_two(given: Mapping[str, Any]) -> LimnerError | None:
    """What is wrong with two values that are fine each by itself. PNG has no lossy compression and JPEG no alpha:
    OpenAI refuses to pretend, and so do we."""
    format = given.get("output_format", "png")
    if given.get("background") == "transparent" and format == "jpeg":
        return users_fault(CLEAR_JPEG, "background")
    if given.get("output_compression", 100) < 100 and format == "png":
        said = "Compression less than 100 is not supported for PNG output format"
        return users_fault(said, None, "invalid_png_output_compression")
    return None


def passed_over(given: Mapping[str, Any], table: Table) -> list[Notice]:
    """A notice for each key that is not in the table."""
    known = {parameter.name for parameter in table}
    unknown = [name[:100] for name in given if name not in known][:MAX_WARNINGS]
    return [Notice(name, "Limner does not know this parameter and passed it over.") for name in unknown]

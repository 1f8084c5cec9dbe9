"""One check a kind of value; the API layers use them for the parameters that are only theirs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from limner.engines.validation.asked import Missing
from limner.engines.validation.sentences import one_of, show, unsupported_value, wrong_type
from limner.errors import InvalidRequest, say


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
                minimum=show(minimum),
                maximum=show(maximum),
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
        raise wrong_type(param, say("one of {values}", values=one_of(choices)), value)
    if value not in choices:
        raise unsupported_value(param, value, choices)
    return value


def _check_bounds(param: str, kind: str, value: float, minimum: float, maximum: float) -> None:
    kinds = {"integer": say("integer"), "decimal": say("decimal")}
    said = {"param": param, "kind": kinds[kind], "got": show(value)}
    if value < minimum:
        raise InvalidRequest(
            say(
                "Invalid '{param}': {kind} below minimum value. Expected a value >= {bound}, but got {got} instead.",
                bound=show(minimum),
                **said,
            ),
            param=param,
            code=f"{kind}_below_min_value",
        )
    if value > maximum:
        raise InvalidRequest(
            say(
                "Invalid '{param}': {kind} above maximum value. Expected a value <= {bound}, but got {got} instead.",
                bound=show(maximum),
                **said,
            ),
            param=param,
            code=f"{kind}_above_max_value",
        )

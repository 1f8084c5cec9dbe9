"""The rarely used fields of the make page's form: what a model takes of them, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from limner.engines.catalog import Model
from limner.engines.contract import Capabilities, Size
from limner.engines.dialects import Dialect, dialect_for
from limner.engines.free import LONGEST_EDGE, SHORTEST_EDGE, size_fault
from limner.engines.sizes import RULES
from limner.engines.translation import honours
from limner.errors import InvalidRequest, say

CUSTOM = "custom"
"""The value of the list of sizes that means: width and height as they are typed."""
FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}
FIELDS = ("steps", "guidance", "negative_prompt", "seed", "background", "output_format")
"""What folds away. Empty, or the first of a list, is the model's own choice."""
_USUAL = {"", "auto", "png"}

Form = Mapping[str, Any]
"""What somebody posted, or what the form begins with: text, or numbers."""


def takes(model: Model, field: str) -> bool:
    """Whether `field` changes what the model draws, so that it is worth asking for."""
    able = model.capabilities
    match field:
        case "steps":
            return not able.qualities and able.max_steps > able.min_steps and honours(model, field)
        case "negative_prompt":
            return able.negative_prompt
        case "background":
            return not model.upstream or {"background", "transparent"} <= able.options
        case "output_format":
            return True
    return honours(model, field)


def changed(form: Form, model: Model) -> int:
    """How many of the folded fields say something."""
    return sum(takes(model, field) and _text(form, field) not in _USUAL for field in FIELDS)


def values(form: Form, model: Model) -> dict[str, Any]:
    """The folded fields as `Ask` takes them. What the model does not take was another's."""
    said = {field: _text(form, field) if takes(model, field) else "" for field in FIELDS}
    if said["background"] == "transparent" and said["output_format"] == "jpeg":
        raise InvalidRequest(
            say("A JPEG cannot be transparent. Choose PNG or WebP as the format, or the background as it is drawn."),
            param="output_format",
        )
    read = {"steps": whole, "seed": whole, "guidance": _number}
    return {field: read.get(field, str)(text) if text else None for field, text in said.items()}


def size_of(form: Form, usual: str) -> str:
    """The size asked for, as `WIDTHxHEIGHT`."""
    if form.get("size") != CUSTOM:
        return form.get("size") or usual
    for field in ("width", "height"):
        text = _text(form, field)
        if not text.isascii() or not text.isdigit() or len(text) > 5:
            raise InvalidRequest(
                say("Invalid '{field}': type a whole number of pixels, for example 768.", field=field), param=field
            )
    return f"{int(form['width'])}x{int(form['height'])}"


def rules_of(form: Form, model: Model) -> Dialect:
    """The rules of the model's name. Typed sizes are free: where the model has a rule by its own, else any within
    bounds, and the nearest is drawn."""
    rules = dialect_for(model.name)
    if form.get("size") != CUSTOM or rules.size_rule or model.capabilities.free_sizes:
        return rules
    return replace(rules, sizes=None, size_rule=size_fault)


def edges(able: Capabilities) -> dict[str, int]:
    """The smallest, the largest and the step of width and height."""
    if able.free_sizes:
        rule = RULES[able.free_sizes]
        return {"least": rule.multiple, "most": rule.max_edge, "step": rule.multiple}
    return {"least": SHORTEST_EDGE, "most": LONGEST_EDGE, "step": 1}


def typed_size(form: Form, offered: list[str]) -> tuple[str, str, str]:
    """What the list of sizes and the two fields beside it show: a size that is not offered stands in the fields."""
    size, wide, high = (_text(form, field) for field in ("size", "width", "height"))
    if size == CUSTOM or size in offered:
        usual = Size.parse(offered[0] if size == CUSTOM else size)
        return size, wide or str(usual.width), high or str(usual.height)
    try:
        given = Size.parse(size)
    except ValueError:
        usual = Size.parse(offered[0])
        return str(usual), str(usual.width), str(usual.height)
    return CUSTOM, str(given.width), str(given.height)


def _text(form: Form, field: str) -> str:
    said = form.get(field)
    return "" if said is None else str(said).strip()


def whole(text: str) -> object:
    """A number where it is one; else the text itself, for the validation to name."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else text


def _number(text: str) -> object:
    try:
        return float(text.replace(",", ".")) if len(text) < 12 else text
    except ValueError:
        return text

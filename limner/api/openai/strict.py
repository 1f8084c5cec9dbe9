"""What OpenAI's Images API took once and refuses today (LIMNER_API_STRICT=on)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from limner.api.errors import users_fault
from limner.api.openai.parameters import Parameter, text
from limner.engines.contract import DrawRequest, Task
from limner.engines.dialects import GPT_IMAGE_2_5, LIMNER, Dialect, dialect_for
from limner.engines.families import switched_off
from limner.engines.validation import wrong_type
from limner.errors import InvalidRequest

FIDELITY = "input_fidelity"
TODAYS_LIMNER = replace(
    LIMNER,
    family=GPT_IMAGE_2_5.family,
    qualities=GPT_IMAGE_2_5.qualities,
    clear_is_mask=False,
)
"""Names of our own are drawn at the target's sizes here too, and answer as today's models do."""


def strict_dialect(asked: str) -> Dialect:
    """The rules of a name, none of them of the past."""
    dialect = dialect_for(asked)
    return TODAYS_LIMNER if dialect is LIMNER else dialect


def is_gone(name: str) -> bool:
    """Whether OpenAI has switched this name off by today."""
    return switched_off(name, datetime.now(UTC).date())


def check_name(body: Mapping[str, Any]) -> None:
    """A model has to be named, and to be one that is not switched off."""
    if body.get("model", "") == "":
        raise InvalidRequest("Missing required parameter: 'model'.", param="model", code="missing_required_parameter")
    if body["model"] is None:
        raise wrong_type("model", "a string", None)
    text("model", body["model"])
    if is_gone(body["model"]):
        raise users_fault(f"The model '{body['model']}' does not exist.", "model")


def check_keys(body: Mapping[str, Any], table: tuple[Parameter, ...], task: Task) -> None:
    """Every key is one that the name knows on this route, whatever its value."""
    known = {parameter.name for parameter in table}
    unknown = next((name for name in body if name not in known), None)
    if unknown == FIDELITY and task is Task.EDIT:
        raise InvalidRequest(
            f"The model '{body['model']}' does not support the '{FIDELITY}' parameter.",
            param=FIDELITY,
            code="invalid_input_fidelity_model",
        )
    if unknown is not None:
        shown = unknown[:100]
        raise InvalidRequest(f"Unknown parameter: '{shown}'.", param=shown, code="unknown_parameter")


def check_background(given: Mapping[str, Any], dialect: Dialect, request: DrawRequest) -> None:
    """A clear background is had, or refused: by the name, or because what draws for it has none."""
    if given.get("background") != "transparent":
        return
    if "transparent" not in dialect.backgrounds or request.background != "transparent":
        raise users_fault("Transparent background is not supported for this model.", "background")

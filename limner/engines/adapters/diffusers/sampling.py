"""Ways of sampling that a model did not come with."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from limner.engines.schedulers import SCHEDULERS
from limner.errors import EngineError, say


def scheduler(diffusers: ModuleType, own: Any, name: str) -> Any:
    """A new one of `SCHEDULERS`, which takes from the model's `own` what that knows of the noise. Raises EngineError
    for a name that only another version of Limner knows."""
    if name not in SCHEDULERS:
        raise EngineError(
            say("There is no scheduler '{name}'. Known: {known}.", name=name, known=", ".join(SCHEDULERS))
        )
    chosen = SCHEDULERS[name]
    return getattr(diffusers, chosen.made_by).from_config(own.config, **chosen.settings)

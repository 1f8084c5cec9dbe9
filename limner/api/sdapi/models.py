"""The models of this Limner under the names that AUTOMATIC1111's programs know models by."""

from __future__ import annotations

import re
from typing import Any

from limner.api.errors import ApiError
from limner.engines.catalog import Model, drawing
from limner.engines.dialects import DEFAULT_MODEL
from limner.engines.weights import fingerprint, sampler
from limner.provenance.infotext import SHORT_HASH

MAX_NAME = 300
_ENDINGS = ("", ".safetensors", ".ckpt")
_HASH = re.compile(r" \[[0-9a-f]{4,64}\]$")


def here() -> list[Model]:
    """Every model that can draw now, the default one first."""
    return drawing()


def title(model: Model) -> str:
    """Name and short hash, as those programs show a model and name it."""
    hash = fingerprint(model.path)
    return f"{model.name} [{hash[:SHORT_HASH]}]" if hash else model.name


def listed(model: Model) -> dict[str, Any]:
    """One item of `sd-models`. What files it has and where is nobody's business."""
    hash = fingerprint(model.path) or None
    return {
        "title": title(model),
        "model_name": model.name,
        "hash": hash and hash[:SHORT_HASH],
        "sha256": hash,
        "filename": model.name,
        "config": None,
    }


def samplers() -> list[str]:
    """How the models here sample, each way once."""
    return list(dict.fromkeys(filter(None, (sampler(model.path) for model in here()))))


def default() -> Model:
    """What draws for whoever has chosen nothing."""
    return next((model for model in here() if model.name == DEFAULT_MODEL), here()[0])


def known_as(name: str) -> Model | None:
    """The model with this title, name, file name or hash; in a title the hash of an older version will do."""
    wanted = name.strip().casefold()
    plain = _HASH.sub("", wanted)
    for model in here():
        hash = fingerprint(model.path)
        names = {(model.name + ending).casefold() for ending in _ENDINGS}
        if plain in names or (hash and wanted in (hash, hash[:SHORT_HASH])):
            return model
    return None


def chosen(name: object) -> Model:
    """The same. Raises ApiError where there is none."""
    model = known_as(name) if isinstance(name, str) and len(name) <= MAX_NAME else None
    if model is None:
        there = ", ".join(title(each) for each in here())
        raise ApiError(404, f"Checkpoint not found: {ascii(name)[:MAX_NAME]}. There are: {there}")
    return model

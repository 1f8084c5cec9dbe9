"""Tiny autoencoders (TAESD and its kin): one network that takes the place of a model's own, in a folder without an
index of parts. None draws by itself, so none is in the catalog."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limner.engines.weights.hub import File, Repository

SETTINGS = "config.json"
_FILES = (SETTINGS, "diffusion_pytorch_model.safetensors")
_KIND = "AutoencoderTiny"


def wanted_of(repository: Repository) -> list[File]:
    """The files of one on a hub; nothing where it is something else."""
    files = {file.name: file for file in repository.files}
    told = repository.index.get("_class_name") == _KIND and all(name in files for name in _FILES)
    return [files[name] for name in _FILES] if told else []


def is_tiny(folder: Path) -> bool:
    """Whether one lies in `folder`."""
    try:
        said = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("_class_name") == _KIND

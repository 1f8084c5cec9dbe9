"""Recipes: everything that sets one training run apart from another, read from a TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

Section = TypeVar("Section")


@dataclass(frozen=True)
class AutoencoderRecipe:
    """How the autoencoder is trained."""

    minutes: float = 27.0
    batch: int = 12
    rate: float = 1.5e-3
    warmup: int = 100
    pictures: int = 2000
    fresh: int = 2
    edges: float = 0.7
    divergence: float = 1e-3
    compiled: bool = False
    widths: tuple[int, int, int] = (64, 128, 256)
    latent: int = 16


@dataclass(frozen=True)
class DenoiserRecipe:
    """How the denoiser and its text encoder are trained."""

    minutes: float = 64.0
    batch: int = 64
    rate: float = 1e-3
    inner_rate: float = 2e-3
    warmup: int = 100
    optimizer: str = "muon"
    muon_steps: int = 4
    workers: int = 2
    compiled: bool = True
    scenes: int = 30000
    fresh: int = 10
    unconditional: float = 0.1
    pure_noise: float = 0.03
    average: float = 0.999
    width: int = 384
    blocks: int = 6
    heads: int = 6
    text_width: int = 256
    text_layers: int = 3
    text_length: int = 32


@dataclass(frozen=True)
class PolishRecipe:
    """How the decoder is trained further, its latents fixed."""

    minutes: float = 20.0
    batch: int = 12
    rate: float = 8e-4
    warmup: int = 30
    pictures: int = 3000
    noise: float = 0.3
    workers: int = 2


@dataclass(frozen=True)
class Recipe:
    """A whole model's recipe."""

    name: str = "small"
    seed: int = 1
    autoencoder: AutoencoderRecipe = field(default_factory=AutoencoderRecipe)
    denoiser: DenoiserRecipe = field(default_factory=DenoiserRecipe)
    polish: PolishRecipe = field(default_factory=PolishRecipe)

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read a recipe; an unknown key is an error, a missing one keeps its default."""
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        autoencoder = _section(AutoencoderRecipe, data.pop("autoencoder", {}))
        denoiser = _section(DenoiserRecipe, data.pop("denoiser", {}))
        polish = _section(PolishRecipe, data.pop("polish", {}))
        return _section(cls, {**data, "autoencoder": autoencoder, "denoiser": denoiser, "polish": polish})


def _section(kind: type[Section], values: dict[str, Any]) -> Section:
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(values) - known:
        raise ValueError(f"recipe: no such setting: {', '.join(sorted(unknown))}")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})

"""Recipes: everything that sets one training run apart from another, read from a TOML file."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from .scenes.world import WHOLE, World

Section = TypeVar("Section")

SIDE = 512
"""The short side of every picture, in pixels."""
FRAMES: dict[str, tuple[float, float]] = {"512x512": (1.0, 1.0), "896x512": (1.75, 1.0), "512x896": (1.0, 1.75)}
"""The pictures a model learns, and their width and height in units of the short side."""


@dataclass(frozen=True)
class AutoencoderRecipe:
    """How the autoencoder is trained."""

    minutes: float = 120.0
    batch: int = 12
    rate: float = 1.5e-3
    warmup: int = 100
    pictures: int = 2000
    fresh: int = 2
    edges: float = 0.7
    divergence: float = 1e-3
    widths: tuple[int, int, int] = (64, 128, 256)
    latent: int = 16


@dataclass(frozen=True)
class DenoiserRecipe:
    """How the denoiser and its text encoder are trained."""

    minutes: float = 200.0
    batch: int = 64
    rate: float = 1e-3
    inner_rate: float = 2e-3
    warmup: int = 100
    muon_steps: int = 4
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

    minutes: float = 40.0
    batch: int = 12
    rate: float = 8e-4
    warmup: int = 30
    pictures: int = 3000
    fresh: int = 2
    noise: float = 0.3
    squares: float = 3.0


@dataclass(frozen=True)
class ProbeRecipe:
    """How the judge of a model's pictures is trained, on drawn scenes alone."""

    minutes: float = 30.0
    batch: int = 64
    rate: float = 2e-3
    warmup: int = 100
    pictures: int = 40000
    fresh: int = 24


@dataclass(frozen=True)
class ScribeRecipe:
    """How the prompt writer is trained; ``strange`` is how often a prompt has a word that nobody knows."""

    minutes: float = 18.0
    batch: int = 64
    rate: float = 2e-3
    warmup: int = 200
    average: float = 0.998
    strange: float = 0.05
    threads: int = 1
    width: int = 224
    layers: int = 4
    heads: int = 7
    length: int = 64


_SECTIONS: dict[str, Any] = {
    "autoencoder": AutoencoderRecipe,
    "denoiser": DenoiserRecipe,
    "polish": PolishRecipe,
    "probe": ProbeRecipe,
    "scribe": ScribeRecipe,
}


@dataclass(frozen=True)
class Recipe:
    """A whole model's recipe; ``frames`` names entries of :data:`FRAMES`, the first the usual one."""

    name: str = "small"
    seed: int = 1
    workers: int = 2
    """Processes that train together on a CPU; on a GPU one trains and so many draw."""
    frames: tuple[str, ...] = ("512x512",)
    world: World = WHOLE
    autoencoder: AutoencoderRecipe = field(default_factory=AutoencoderRecipe)
    denoiser: DenoiserRecipe = field(default_factory=DenoiserRecipe)
    polish: PolishRecipe = field(default_factory=PolishRecipe)
    probe: ProbeRecipe = field(default_factory=ProbeRecipe)
    scribe: ScribeRecipe = field(default_factory=ScribeRecipe)

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read a recipe; an unknown key is an error, a missing one keeps its default."""
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        world = World.of(data.pop("world", {}))
        sections = {name: _section(kind, data.pop(name, {})) for name, kind in _SECTIONS.items()}
        recipe = _section(cls, {**data, **sections, "world": world})
        if strange := [frame for frame in recipe.frames if frame not in FRAMES]:
            raise ValueError(f"recipe: no such frame: {', '.join(strange)}")
        return recipe

    def frame(self, step: int) -> tuple[float, float]:
        """The frame of a step's pictures: three in four are the usual one. All workers of a crew agree on it."""
        usual, *others = self.frames
        chance = random.Random(f"{self.seed} {step}")
        return FRAMES[chance.choice(others) if others and chance.random() < 0.25 else usual]


def _section(kind: type[Section], values: dict[str, Any]) -> Section:
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(values) - known:
        raise ValueError(f"recipe: no such setting: {', '.join(sorted(unknown))}")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})

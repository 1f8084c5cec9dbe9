"""The probe: a small network that says what is in a picture. It judges a model; it is never shown its pictures."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIDE = 128
"""The picture's side as the probe sees it."""


class Residual(nn.Module):
    """Two convolutions around a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.GroupNorm(8, width),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.GroupNorm(8, width),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Add what the convolutions see."""
        return x + self.inner(x)


class Probe(nn.Module):
    """Scores for the choices of each attribute of a scene; ``heads`` says how many choices each has."""

    def __init__(self, heads: dict[str, int], widths: tuple[int, ...] = (32, 64, 96, 160)) -> None:
        super().__init__()
        stages: list[nn.Module] = []
        before = 3
        for width in widths:
            stages += [nn.Conv2d(before, width, 3, stride=2, padding=1), Residual(width)]
            before = width
        self.stages = nn.Sequential(*stages, Residual(before), nn.GroupNorm(8, before), nn.SiLU())
        # Where a thing stands matters from left to right: four columns are kept apart.
        self.features = nn.Sequential(nn.Flatten(), nn.Linear(6 * before, 256), nn.SiLU())
        self.heads = nn.ModuleDict({name: nn.Linear(256, count) for name, count in heads.items()})

    def describe(self, pictures: Tensor) -> Tensor:
        """Features (pictures, 256) of pictures in -1..1 (pictures, 3, 128, 128)."""
        x = self.stages(pictures)
        parts = [x.mean((2, 3)), x.amax((2, 3)), F.adaptive_avg_pool2d(x, (1, 4)).flatten(1)]
        return self.features(torch.cat(parts, 1))

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        """Scores of each attribute's choices."""
        features = self.describe(pictures)
        return {name: head(features) for name, head in self.heads.items()}

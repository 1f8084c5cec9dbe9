"""The upscaler: a picture to one of twice the size, with clean edges."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Step(nn.Module):
    """Two convolutions around a shortcut, without a norm: flat art must keep its tones."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Add what the convolutions see."""
        return x + self.second(F.silu(self.first(x)))


class Upscaler(nn.Module):
    """Works at half the picture's size and adds what a plain enlargement lacks; width and height must be even."""

    def __init__(self, width: int = 48, blocks: int = 3) -> None:
        super().__init__()
        last = nn.Conv2d(width, 48, 3, padding=1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.inner = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(12, width, 3, padding=1),
            *(Step(width) for _ in range(blocks)),
            nn.SiLU(),
            last,
            nn.PixelShuffle(4),
        )

    def forward(self, sample: Tensor) -> Tensor:
        """The picture in 0..1 (pictures, 3, height, width) at twice the size, in about 0..1."""
        large = F.interpolate(sample, scale_factor=2, mode="bilinear", align_corners=False)
        return large + self.inner(sample)

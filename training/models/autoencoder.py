"""The autoencoder: a 512x512 picture to a 16x16 latent of 16 channels and back."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class AutoencoderShape:
    """The sizes of an autoencoder; ``widths`` go from the finest stage to the coarsest."""

    widths: tuple[int, int, int] = (64, 128, 256)
    latent: int = 16


class Residual(nn.Module):
    """Two convolutions around a shortcut; starts as the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(16, width)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Add what the convolutions see."""
        return x + self.second(F.silu(self.first(F.silu(self.norm(x)))))


class Autoencoder(nn.Module):
    """A KL autoencoder with factor 32.

    The encoder works on the picture at half size (:meth:`halve`); the decoder draws it at full size. Latents are
    normalised per channel by ``shift`` and ``spread``, which are measured once after training, so a denoiser meets
    zero mean and unit variance.
    """

    FACTOR = 32

    shift: Tensor
    spread: Tensor

    def __init__(self, shape: AutoencoderShape | None = None) -> None:
        super().__init__()
        self.shape = shape = shape or AutoencoderShape()
        fine, middle, coarse = shape.widths
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(4),
            nn.Conv2d(48, fine, 3, padding=1),
            Residual(fine),
            nn.Conv2d(fine, middle, 4, 2, 1),
            Residual(middle),
            Residual(middle),
            nn.Conv2d(middle, coarse, 4, 2, 1),
            Residual(coarse),
            Residual(coarse),
            nn.GroupNorm(16, coarse),
            nn.SiLU(),
            nn.Conv2d(coarse, 2 * shape.latent, 3, padding=1),
        )
        self.decoder = nn.Sequential(
            nn.Conv2d(shape.latent, coarse, 3, padding=1),
            Residual(coarse),
            Residual(coarse),
            Residual(coarse),
            nn.Conv2d(coarse, 4 * middle, 3, padding=1),
            nn.PixelShuffle(2),
            Residual(middle),
            Residual(middle),
            Residual(middle),
            nn.Conv2d(middle, 4 * fine, 3, padding=1),
            nn.PixelShuffle(2),
            Residual(fine),
            Residual(fine),
            Residual(fine),
            nn.Conv2d(fine, 192, 3, padding=1),
            nn.PixelShuffle(8),
        )
        self.register_buffer("shift", torch.zeros(1, shape.latent, 1, 1))
        self.register_buffer("spread", torch.ones(1, shape.latent, 1, 1))

    @staticmethod
    def halve(picture: Tensor) -> Tensor:
        """The picture at half size, as the encoder sees it."""
        return F.avg_pool2d(picture, 2)

    def moments(self, halved: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the latent of a halved picture in -1..1."""
        mean, log_variance = self.encoder(halved).chunk(2, 1)
        return (mean - self.shift) / self.spread, log_variance.clamp(-12.0, 4.0) - 2.0 * self.spread.log()

    def decode(self, latent: Tensor) -> Tensor:
        """The picture of a latent, in about -1..1."""
        picture: Tensor = self.decoder(latent * self.spread + self.shift)
        return picture

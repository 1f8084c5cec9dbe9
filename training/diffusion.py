"""The noise schedule: Stable Diffusion's, with velocity prediction."""

from __future__ import annotations

import torch
from torch import Tensor

STEPS = 1000
FIRST, LAST = 0.00085, 0.012


def signal() -> Tensor:
    """How much of a picture's variance is left at each of the 1000 timesteps (``alphas_cumprod``)."""
    betas = torch.linspace(FIRST**0.5, LAST**0.5, STEPS, dtype=torch.float64) ** 2
    return torch.cumprod(1.0 - betas, 0).float()


def timesteps(count: int, pure: float) -> Tensor:
    """Random timesteps, denser in the middle; a share ``pure`` is the last, where sampling starts."""
    drawn = (torch.sigmoid(torch.randn(count) * 1.1 + 0.1) * STEPS).long().clamp(0, STEPS - 1)
    return torch.where(torch.rand(count) < pure, torch.full_like(drawn, STEPS - 1), drawn)


def noised(clean: Tensor, noise: Tensor, when: Tensor, left: Tensor) -> tuple[Tensor, Tensor]:
    """The noisy latents at some timesteps and their velocities.

    The schedule leaves 7 % of the picture at the last timestep, but sampling starts there from noise alone: so
    training shows noise alone there too.
    """
    share = left[when].view(-1, 1, 1, 1)
    keep, cover = share.sqrt(), (1.0 - share).sqrt()
    seen = torch.where(when.view(-1, 1, 1, 1) == STEPS - 1, noise, keep * clean + cover * noise)
    return seen, keep * noise - cover * clean

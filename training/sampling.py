"""Drawing with a trained model in PyTorch: the same Euler steps that the exported model is driven with."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from . import diffusion
from .denoising import Painter
from .examples import Frame, cells
from .models.autoencoder import Autoencoder
from .recipe import SIDE
from .tokens import Tokenizer


def sigmas(steps: int) -> tuple[Tensor, Tensor]:
    """Timesteps, evenly from the last to the first, and the noise level at each, with a last zero."""
    left = diffusion.signal()
    when = torch.linspace(diffusion.STEPS - 1, 0, steps).round().long()
    levels = ((1.0 - left) / left).sqrt()[when]
    return when, torch.cat([levels, torch.zeros(1)])


@torch.no_grad()
def paint(
    painter: Painter,
    autoencoder: Autoencoder,
    tokenizer: Tokenizer,
    prompts: list[str],
    *,
    seed: int = 1,
    steps: int = 20,
    guidance: float = 3.5,
    frame: Frame = (1.0, 1.0),
) -> np.ndarray:
    """Pictures of some prompts: ``uint8`` of shape (prompts, height, width, 3)."""
    length = painter.text.length
    texts = [*prompts, *[""] * len(prompts)]
    states = painter.text(torch.tensor([tokenizer.encode(text, length) for text in texts]))[0]
    when, levels = sigmas(steps)
    noise = torch.Generator().manual_seed(seed)
    first = torch.randn(1, autoencoder.shape.latent, *cells(frame, SIDE // Autoencoder.FACTOR), generator=noise)
    latent = first.repeat(len(prompts), 1, 1, 1) * (levels[0] ** 2 + 1).sqrt()
    for index, step in enumerate(when):
        level = levels[index]
        scaled = latent / (level**2 + 1).sqrt()
        velocity = painter.denoiser(scaled.repeat(2, 1, 1, 1), step.repeat(2 * len(prompts)), states)
        told, untold = velocity.chunk(2)
        velocity = untold + guidance * (told - untold)
        clean = latent / (level**2 + 1) - velocity * level / (level**2 + 1).sqrt()
        latent = latent + (latent - clean) / level * (levels[index + 1] - level)
    pictures = autoencoder.decode(latent).clamp(-1, 1)
    return ((pictures + 1) * 127.5).round().byte().permute(0, 2, 3, 1).contiguous().numpy()

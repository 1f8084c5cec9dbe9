"""The denoiser: a transformer over the patches of a latent, with the ports of a Stable Diffusion UNet."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import attend


@dataclass(frozen=True)
class DenoiserShape:
    """The sizes of a denoiser."""

    channels: int = 16
    patch: int = 2
    width: int = 384
    blocks: int = 6
    heads: int = 6
    text: int = 256


def waves(values: Tensor, width: int, longest: float) -> Tensor:
    """Sines and cosines of some numbers, ``width`` for each, with wavelengths up to about ``longest``."""
    half = width // 2
    steps = torch.arange(half, device=values.device, dtype=torch.float32) / half
    angles = values.float()[..., None] * torch.exp(-math.log(longest) * steps)
    return torch.cat([angles.sin(), angles.cos()], -1)


def places(height: int | Tensor, width: int | Tensor, features: int, like: Tensor) -> Tensor:
    """Where each patch is, counted from the middle: (1, height * width, features)."""
    down = torch.arange(height, device=like.device, dtype=torch.float32) - (height - 1) / 2
    across = torch.arange(width, device=like.device, dtype=torch.float32) - (width - 1) / 2
    rows = waves(down, features // 2, 100.0)[:, None].expand(-1, across.shape[0], -1)
    columns = waves(across, features // 2, 100.0)[None].expand(down.shape[0], -1, -1)
    return torch.cat([rows, columns], -1).reshape(1, -1, features)


class Block(nn.Module):
    """Attention among patches, attention to the text, two layers on each patch."""

    def __init__(self, shape: DenoiserShape) -> None:
        super().__init__()
        width, text = shape.width, shape.text
        self.heads, self.text_heads = shape.heads, max(1, text // 64)
        self.queries = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.text_norm = nn.LayerNorm(width)
        self.text_query = nn.Linear(width, text, bias=False)
        self.text_keys = nn.Linear(text, 2 * text, bias=False)
        self.text_out = nn.Linear(text, width)
        self.wide = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)
        self.offset = nn.Parameter(torch.zeros(1, 6, width))
        nn.init.zeros_(self.text_out.weight)

    def forward(self, x: Tensor, modulation: Tensor, text: Tensor) -> Tensor:
        """One round; ``modulation`` (pictures, 6, width) is shared by all blocks, each with its own offset."""
        scale, shift, gate, scale_wide, shift_wide, gate_wide = (modulation + self.offset).to(x.dtype).split(1, 1)
        features = (x.shape[-1],)
        inner = F.layer_norm(x, features) * (1 + scale) + shift
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.queries(inner).chunk(3, -1)
        )
        key, query = F.rms_norm(key, key.shape[-1:]), F.rms_norm(query, query.shape[-1:])
        seen = attend(query, key, value)
        x = x + gate * self.out(seen.transpose(1, 2).flatten(2))
        query = self.text_query(self.text_norm(x)).unflatten(-1, (self.text_heads, -1)).transpose(1, 2)
        key, value = (
            part.unflatten(-1, (self.text_heads, -1)).transpose(1, 2) for part in self.text_keys(text).chunk(2, -1)
        )
        read = attend(query, key, value)
        x = x + self.text_out(read.transpose(1, 2).flatten(2))
        inner = F.layer_norm(x, features) * (1 + scale_wide) + shift_wide
        return x + gate_wide * self.narrow(F.gelu(self.wide(inner), approximate="tanh"))


class Denoiser(nn.Module):
    """Predicts the velocity of a noisy latent at a timestep, told by a text."""

    def __init__(self, shape: DenoiserShape | None = None) -> None:
        super().__init__()
        self.shape = shape = shape or DenoiserShape()
        width, inside = shape.width, shape.channels * shape.patch**2
        self.enter = nn.Linear(inside, width)
        self.time = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))
        self.whole = nn.Linear(shape.text, width)
        self.modulate = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.blocks))
        self.leave = nn.Linear(width, inside)
        self.final = nn.Parameter(torch.zeros(1, 2, width))
        nn.init.zeros_(self.modulate.weight)
        nn.init.zeros_(self.modulate.bias)
        nn.init.zeros_(self.leave.weight)

    def forward(self, sample: Tensor, timestep: Tensor, encoder_hidden_states: Tensor) -> Tensor:
        """The velocity, of the shape of ``sample``; ``timestep`` 0-999, one a picture or one for all."""
        shape = self.shape
        height, width = sample.shape[2] // shape.patch, sample.shape[3] // shape.patch
        x = self.enter(F.pixel_unshuffle(sample, shape.patch).flatten(2).transpose(1, 2))
        x = x + places(height, width, shape.width, sample).to(x.dtype)
        told = self.time(waves(timestep, 256, 10000.0).to(x.dtype)) + self.whole(encoder_hidden_states[:, 0])
        modulation = self.modulate(F.silu(told)).unflatten(-1, (6, -1))
        for block in self.blocks:
            x = block(x, modulation, encoder_hidden_states)
        scale, shift = self.final.to(x.dtype).split(1, 1)
        x = self.leave(F.layer_norm(x, x.shape[-1:]) * (1 + scale) + shift)
        return F.pixel_shuffle(x.transpose(1, 2).unflatten(2, (height, width)), shape.patch)

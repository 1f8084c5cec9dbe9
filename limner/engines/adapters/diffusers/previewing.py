"""What the pictures would be now, without the model's decoder: a linear map from a latent's channels to red, green
and blue. It is found once for each model, by encoding a picture whose colours are known."""

from __future__ import annotations

import logging
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

from limner.engines.contract import DrawRequest
from limner.engines.previews import EDGE

log = logging.getLogger(__name__)

_PATCHES = 16
"""The picture of known colours has so many squares a side, of four cells of the latent each."""


class Previews:
    """The map of one model. None are shown where its autoencoder is of a kind that this does not know."""

    def __init__(self, torch: ModuleType, pipeline: Any) -> None:
        self._torch = torch
        self._pipeline = pipeline
        self._map: Any = None
        self._patched = hasattr(pipeline, "_patchify_latents")
        self._unknown = not all(hasattr(pipeline.vae, needed) for needed in ("encode", "decode"))

    def of(self, tensors: dict[str, Any], request: DrawRequest) -> list[Image.Image]:
        """A picture of each latent in `tensors`; nothing where that cannot be said."""
        if self._unknown or (latents := tensors.get("latents")) is None:
            return []
        try:
            if self._map is None:
                self._map = self._found()
            cells = self._in_cells(latents, request)
            colours = self._torch.einsum("nchw,cd->nhwd", cells.float().cpu(), self._map[:-1]) + self._map[-1]
        except Exception:  # boundary: a picture goes on without previews, whatever shape its latents have
            log.warning("no previews of %s", type(self._pipeline).__name__, exc_info=True)
            self._unknown = True
            return []
        bytes_ = (colours.clamp(0, 1) * 255).round().byte().numpy()
        return [_at_edge(Image.fromarray(one)) for one in bytes_]

    def _in_cells(self, latents: Any, request: DrawRequest) -> Any:
        """N × channels × rows × columns. Transformers keep theirs as a sequence, FLUX.2 of patches of 2 × 2 cells."""
        if latents.ndim == 3:
            size, factor = request.draw_size, self._pipeline.vae_scale_factor
            if self._patched:
                patches = latents.unflatten(1, (size.height // (2 * factor), size.width // (2 * factor)))
                return patches.permute(0, 3, 1, 2)
            latents = self._pipeline._unpack_latents(latents, size.height, size.width, factor)
        return latents.squeeze(2) if latents.ndim == 5 else latents

    def _found(self) -> Any:
        """(Channels + 1) × 3, the last row what is added to every cell."""
        torch, vae = self._torch, self._pipeline.vae
        chance = np.random.default_rng(0)
        patches = chance.uniform(size=(_PATCHES, _PATCHES, 3)).astype(np.float32)
        cell = self._pipeline.vae_scale_factor
        known = torch.from_numpy(patches).repeat_interleave(4, 0).repeat_interleave(4, 1)
        pixels = known.repeat_interleave(cell, 0).repeat_interleave(cell, 1).permute(2, 0, 1)[None] * 2 - 1
        if flat := vae.__class__.__name__ == "AutoencoderKLQwenImage":
            pixels = pixels.unsqueeze(2)
        read = vae.encode(pixels.to(vae.device, vae.dtype))
        latent = read.latents if hasattr(read, "latents") else read.latent_dist.mode()
        latent = latent.float().cpu()
        if self._patched:
            latent, known = self._pipeline._patchify_latents(latent), known[::2, ::2]
            spread = (vae.bn.running_var.float().cpu() + vae.config.batch_norm_eps).sqrt()
            latent = (latent - vae.bn.running_mean.float().cpu().view(1, -1, 1, 1)) / spread.view(1, -1, 1, 1)
        else:
            latent = _scaled(torch, vae, latent, flat)
        rows = latent.squeeze(2) if flat else latent
        rows = rows[0].permute(1, 2, 0).reshape(-1, rows.shape[1])
        rows = torch.cat([rows, torch.ones(len(rows), 1)], dim=1)
        return torch.linalg.lstsq(rows, known.reshape(-1, 3)).solution


def _scaled(torch: ModuleType, vae: Any, latent: Any, by_channel: bool) -> Any:
    """As the pipeline keeps it."""
    said = vae.config
    if by_channel:
        mean, deviation = (torch.tensor(said[name]).view(1, -1, 1, 1, 1) for name in ("latents_mean", "latents_std"))
        return (latent - mean) / deviation
    shift = getattr(said, "shift_factor", None) or 0.0
    return (latent - shift) * (getattr(said, "scaling_factor", None) or 1.0)


def _at_edge(small: Image.Image) -> Image.Image:
    scale = EDGE / max(small.size)
    return small.resize((round(small.width * scale), round(small.height * scale)), Image.Resampling.BICUBIC)

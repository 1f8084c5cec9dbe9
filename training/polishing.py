"""A second round for the decoder alone: the latents stay as they are, so a denoiser trained on them stays right.

The decoder meets latents with noise as large as a denoiser's errors, and learns to draw clean edges from them.
"""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import copy
import random
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .autoencoding import EVERY, PICTURE, edges, load
from .clock import Clock
from .machine import follow, half, prepare, tensor_of_pictures
from .models.autoencoder import Autoencoder
from .recipe import Recipe
from .scenes import random_scene
from .scenes.drawing import draw


def loss(model: Autoencoder, latents: Tensor, pictures: Tensor, weight: float) -> Tensor:
    """How far the decoder is from some pictures."""
    with half(pictures.device):
        drawn = model.decode(latents)
    wrong = drawn - pictures.to(drawn.dtype)
    return wrong.abs().mean(dtype=torch.float32) + weight * edges(wrong)


def train(recipe: Recipe, path: Path, source: Path, minutes: float | None) -> None:
    """Train the decoder of ``source`` further and write the whole autoencoder to ``path``; go on when it exists."""
    plan = recipe.polish
    where = prepare(recipe.seed + 1)
    average = load(path if path.exists() else source, recipe, where)
    model = copy.deepcopy(average).requires_grad_(False)
    model.decoder.requires_grad_(True)
    optimizer = torch.optim.AdamW(model.decoder.parameters(), plan.rate, betas=(0.9, 0.98), weight_decay=1e-3)
    step, done = 0, 0.0
    if path.exists():
        saved = torch.load(path, map_location="cpu", weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step, done = saved["step"], saved["minutes"]
    rng = random.Random(recipe.seed * 2_000_003 + step)
    clock = Clock(plan.minutes, done, minutes)
    judge = torch.compile(loss) if plan.compiled else loss
    shelf: list[np.ndarray] = [draw(random_scene(rng), PICTURE) for _ in range(8 * plan.batch)]
    heard = 0.0
    while clock.running:
        for _ in range(plan.fresh):
            picture = draw(random_scene(rng), PICTURE)
            if len(shelf) < plan.pictures:
                shelf.append(picture)
            else:
                shelf[rng.randrange(len(shelf))] = picture
        pictures = tensor_of_pictures(rng.sample(shelf, plan.batch), where)
        with torch.no_grad(), half(where):
            latents = average.moments(average.halve(pictures))[0].float()
        latents = latents + plan.noise * torch.rand(plan.batch, 1, 1, 1, device=where) * torch.randn_like(latents)
        for group in optimizer.param_groups:
            group["lr"] = clock.rate(plan.rate, step, plan.warmup)
        total = judge(model, latents, pictures, recipe.autoencoder.edges)
        total.backward()
        torch.nn.utils.clip_grad_norm_(model.decoder.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        follow(average.decoder, model.decoder, step, 0.99)
        step += 1
        heard = total.item() if step == 1 else 0.98 * heard + 0.02 * total.item()
        if step % EVERY == 0:
            print(
                f"step {step} pictures {step * plan.batch} minutes {clock.minutes:.1f} loss {heard:.4f}", flush=True
            )
        if step % (3 * EVERY) == 0 or not clock.running:
            state = {
                "model": model.state_dict(),
                "average": average.state_dict(),
                "optimizer": optimizer.state_dict(),
            }
            torch.save({**state, "step": step, "minutes": clock.minutes}, path.with_suffix(".part"))
            path.with_suffix(".part").replace(path)

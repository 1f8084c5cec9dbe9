"""Training of the upscaler: drawn scenes at half size become scenes at full size.

It never sees what the decoder draws: trained on that too, it learnt nothing but to leave things as they are, because
what is wrong with the decoder's pictures is not in their edges. No minutes in the recipe: none is made, and Limner
enlarges without one.
"""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import copy
import random
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from .autoencoding import EVERY, edges
from .clock import Clock
from .examples import supply
from .machine import follow, half, keep, prepare, tell, tensor_of_pictures
from .models.upscaler import Upscaler
from .recipe import SIDE, Recipe

CROP = 96


def load(path: Path, recipe: Recipe) -> Upscaler:
    """The averaged weights of a run."""
    model = Upscaler(recipe.upscaler.width, recipe.upscaler.blocks)
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["average"])
    return model.eval()


def pair(picture: Tensor) -> tuple[Tensor, Tensor]:
    """A small picture and the large one (1, 3, 1024, 1024 in -1..1) it is to become, as ``uint8``."""
    small = F.avg_pool2d(picture, 2)
    return tuple(((part.clamp(-1, 1) + 1) * 127.5).round().byte()[0] for part in (small, picture))  # type: ignore[return-value]


def crops(shelf: list[tuple[Tensor, Tensor]], count: int) -> tuple[Tensor, Tensor]:
    """Matching pieces of some pairs, in 0..1."""
    small, large = [], []
    for low, high in random.choices(shelf, k=count):
        top, left = (2 * random.randrange((side - CROP) // 2 + 1) for side in low.shape[1:])
        small.append(low[:, top : top + CROP, left : left + CROP])
        large.append(high[:, 2 * top : 2 * (top + CROP), 2 * left : 2 * (left + CROP)])
    return torch.stack(small).float() / 255, torch.stack(large).float() / 255


def train(recipe: Recipe, path: Path, minutes: float | None) -> None:
    """Train until the recipe's minutes, or this call's, are used; go on from ``path`` when it exists."""
    plan, where = recipe.upscaler, prepare(recipe.seed + 3)
    model = Upscaler(plan.width, plan.blocks).to(where, memory_format=torch.channels_last)
    average, step, done = copy.deepcopy(model).eval(), 0, 0.0
    optimizer = torch.optim.AdamW(model.parameters(), plan.rate, betas=(0.9, 0.98), weight_decay=1e-3)
    if path.exists():
        saved = torch.load(path, map_location="cpu", weights_only=True)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        step, done = saved["step"], saved["minutes"]
    random.seed(recipe.seed + step)
    drawn = supply(replace(recipe, frames=recipe.frames[:1]), recipe.seed + 3_000_017 + step, 2 * SIDE, where)
    clock, heard = Clock(plan.minutes, done, minutes), 0.0
    pairs = list(zip(average.parameters(), model.parameters(), strict=True))
    shelf: list[tuple[Tensor, Tensor]] = []
    while clock.running:
        for _ in range(plan.fresh if len(shelf) >= plan.batch else plan.batch):
            new = pair(tensor_of_pictures([next(drawn).picture], where))
            if len(shelf) < plan.pictures:
                shelf.append(new)
            else:
                shelf[random.randrange(plan.pictures)] = new
        small, large = crops(shelf, plan.batch)
        with half(where):
            told = model(small.contiguous(memory_format=torch.channels_last))
        wrong = told.float() - large
        total = wrong.abs().mean() + recipe.autoencoder.edges * edges(wrong)
        total.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = clock.rate(plan.rate, step, plan.warmup)
        optimizer.step()
        optimizer.zero_grad()
        follow(pairs, step, 0.99)
        step += 1
        heard = 0.98 * heard + 0.02 * total.item() if heard else total.item()
        if step % EVERY == 0 or not clock.running:
            plain = F.interpolate(small, scale_factor=2, mode="bicubic", align_corners=False) - large
            gain = 10 * torch.log10(plain.square().mean() / wrong.detach().square().mean())
            tell(path, f"step {step} minutes {clock.minutes:.1f} loss {heard:.4f} over bicubic {gain:.2f} dB")
            state = {name: part.state_dict() for name, part in (("model", model), ("average", average))}
            keep(path, {**state, "optimizer": optimizer.state_dict(), "step": step, "minutes": clock.minutes})

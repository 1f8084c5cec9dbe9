"""Training of the autoencoder on drawn scenes."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import copy
from pathlib import Path

import torch
from torch import Tensor

from .clock import Clock
from .examples import Pictures, supply
from .machine import follow, half, keep, prepare, tell
from .models.autoencoder import Autoencoder, AutoencoderShape
from .recipe import FRAMES, SIDE, Recipe

EVERY = 100
PARTS = ("l1", "edges", "kl", "psnr")


def shape_of(recipe: Recipe) -> AutoencoderShape:
    """The autoencoder that a recipe asks for."""
    return AutoencoderShape(recipe.autoencoder.widths, recipe.autoencoder.latent)


def load(path: Path, recipe: Recipe, where: torch.device) -> Autoencoder:
    """The trained autoencoder of a run."""
    model = Autoencoder(shape_of(recipe))
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["average"])
    return model.eval().to(where, memory_format=torch.channels_last)


def edges(wrong: Tensor) -> Tensor:
    """How much two pictures differ in their steps from pixel to pixel, given their difference."""
    across = (wrong[..., 1:] - wrong[..., :-1]).abs().mean(dtype=torch.float32)
    down = (wrong[..., 1:, :] - wrong[..., :-1, :]).abs().mean(dtype=torch.float32)
    return across + down


def loss(model: Autoencoder, pictures: Tensor, recipe: Recipe) -> tuple[Tensor, Tensor]:
    """What the autoencoder is to make small on some pictures, and its parts to log (named in ``PARTS``)."""
    with half(pictures.device):
        mean, log_variance = model.moments(model.halve(pictures))
        drawn = model.decode(mean + torch.randn_like(mean) * (0.5 * log_variance).exp())
    wrong = drawn - pictures.to(drawn.dtype)
    mean, log_variance = mean.float(), log_variance.float()
    distance, steps = wrong.abs().mean(dtype=torch.float32), edges(wrong)
    divergence = 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).mean()
    total = distance + recipe.autoencoder.edges * steps + recipe.autoencoder.divergence * divergence
    squared = wrong.detach().float().square().mean()
    return total, torch.stack([distance, steps, divergence, -10.0 * torch.log10(squared / 4.0)]).detach()


def best(run: Path) -> Path:
    """The file of a run's autoencoder: the polished one if there is one."""
    polished = run / "polish.pt"
    return polished if polished.exists() else run / "autoencoder.pt"


@torch.no_grad()
def measure(model: Autoencoder, pictures: Tensor) -> None:
    """Set ``shift`` and ``spread`` so that latents of these pictures have zero mean and unit variance per channel.

    Latents as a denoiser meets them, drawn from their distributions: a channel that the autoencoder left idle is
    mostly noise, and by its means alone it would come out several times too loud.
    """
    model.shift.zero_()
    model.spread.fill_(1.0)
    mean, log_variance = (part.float() for part in model.moments(model.halve(pictures)))
    model.shift.copy_(mean.mean((0, 2, 3), keepdim=True))
    noise = log_variance.exp().mean((0, 2, 3), keepdim=True)
    model.spread.copy_((mean.var((0, 2, 3), keepdim=True) + noise).sqrt())


def train(recipe: Recipe, path: Path, minutes: float | None) -> None:
    """Train until the recipe's minutes, or this call's, are used; go on from ``path`` when it exists."""
    plan = recipe.autoencoder
    where = prepare(recipe.seed)
    model = Autoencoder(shape_of(recipe)).to(where, memory_format=torch.channels_last)
    average = copy.deepcopy(model).eval()
    optimizer = torch.optim.AdamW(model.parameters(), plan.rate, betas=(0.9, 0.98), weight_decay=1e-3)
    step, done = 0, 0.0
    if path.exists():
        saved = torch.load(path, map_location="cpu", weights_only=True)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        step, done = saved["step"], saved["minutes"]
        with torch.no_grad():
            model.shift.zero_()
            model.spread.fill_(1.0)
    clock = Clock(plan.minutes, done, minutes)
    source = supply(recipe, recipe.seed * 1_000_003 + step, SIDE, where)
    shelf = Pictures(recipe, source, plan.pictures, where)
    shelf.fill(2 * plan.batch)
    pairs = list(zip(average.parameters(), model.parameters(), strict=True))
    heard: dict[str, float] = {}
    while clock.running:
        shelf.add(plan.fresh)
        for group in optimizer.param_groups:
            group["lr"] = clock.rate(plan.rate, step, plan.warmup)
        total, parts = loss(model, shelf.take(recipe.frame(step), plan.batch), recipe)
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        follow(pairs, step, 0.995)
        step += 1
        if step % 10 == 0:
            new = dict(zip(PARTS, parts.tolist(), strict=True))
            heard = {key: value if not heard else 0.9 * heard[key] + 0.1 * value for key, value in new.items()}
        if step % EVERY == 0:
            told = " ".join(f"{key} {value:.4f}" for key, value in heard.items())
            tell(path, f"step {step} pictures {step * plan.batch} minutes {clock.minutes:.1f} {told}")
        if step % (10 * EVERY) == 0 or not clock.running:
            measure(average, shelf.take(FRAMES[recipe.frames[0]], 64))
            state = {
                "model": model.state_dict(),
                "average": average.state_dict(),
                "optimizer": optimizer.state_dict(),
            }
            keep(path, {**state, "step": step, "minutes": clock.minutes})
    source.close()

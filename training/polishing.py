"""A second round for the decoder alone: the latents stay as they are, so a denoiser trained on them stays right.

The decoder meets latents with noise as large as a denoiser's errors, and learns to draw clean edges from them.
"""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import copy
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

import torch
from torch import Tensor

from .autoencoding import EVERY, edges, load
from .clock import Clock
from .crew import Crew
from .crew import run as crew_run
from .examples import Pictures, supply
from .machine import follow, half, keep, prepare, tell
from .models.autoencoder import Autoencoder
from .recipe import SIDE, Recipe


def loss(model: Autoencoder, latents: Tensor, pictures: Tensor, recipe: Recipe) -> Tensor:
    """How far the decoder is from some pictures."""
    with half(pictures.device):
        drawn = model.decode(latents)
    wrong = drawn - pictures.to(drawn.dtype)
    squared = wrong.float().square().mean()
    return (
        wrong.abs().mean(dtype=torch.float32)
        + recipe.autoencoder.edges * edges(wrong)
        + recipe.polish.squares * squared
    )


@dataclass(frozen=True)
class Run:
    """What the workers of a run share."""

    recipe: Recipe
    path: Path
    minutes: float | None
    model: Autoencoder
    average: Autoencoder
    crew: Crew
    going: Tensor
    step: int
    done: float


def train(recipe: Recipe, path: Path, source: Path, minutes: float | None) -> None:
    """Train the decoder of ``source`` further and write the whole autoencoder to ``path``; go on when it exists."""
    where = prepare(recipe.seed + 1)
    average = load(path if path.exists() else source, recipe, where)
    model = copy.deepcopy(average)
    step, done = 0, 0.0
    if path.exists():
        saved = torch.load(path, map_location="cpu", weights_only=True)
        model.load_state_dict(saved["model"])
        step, done = saved["step"], saved["minutes"]
    size = 1 if where.type == "cuda" else recipe.workers
    crew, going = Crew(model.decoder, size), torch.ones(1)
    if size > 1:
        average.share_memory()
        going.share_memory_()
    crew_run(work, size, Run(recipe, path, minutes, model, average, crew, going, step, done))


def work(rank: int, barrier: Barrier | None, run: Run) -> None:
    """One worker's loop."""
    plan, crew, model, average = run.recipe.polish, run.crew, run.model, run.average
    seed = run.recipe.seed + 2_000_003 + 1000 * run.step + rank
    where = prepare(seed, threads=1 if crew.size > 1 else None)
    meet = barrier.wait if barrier else lambda: None
    model.requires_grad_(False)
    model.decoder.requires_grad_(True)
    weights = [weight for _, weight in crew.owned(model.decoder, rank)]
    mine = {id(weight) for weight in weights}
    every = zip(average.decoder.parameters(), model.decoder.parameters(), strict=True)
    pairs = [pair for pair in every if id(pair[1]) in mine]
    optimizer = torch.optim.AdamW(weights, plan.rate, betas=(0.9, 0.98), weight_decay=1e-3)
    crew.attach(model.decoder, rank)
    clock, step, batch = Clock(plan.minutes, run.done, run.minutes), run.step, plan.batch // crew.size
    source = supply(run.recipe, seed, SIDE, where)
    shelf = Pictures(run.recipe, source, plan.pictures // crew.size, where)
    shelf.fill(4 * batch)
    heard, going = 0.0, True
    while going:
        shelf.add(-(-plan.fresh // crew.size))
        pictures = shelf.take(run.recipe.frame(step), batch)
        with torch.no_grad(), half(where):
            latents = average.moments(average.halve(pictures))[0].float()
        latents = latents + plan.noise * torch.rand(batch, 1, 1, 1, device=where) * torch.randn_like(latents)
        total = loss(model, latents, pictures, run.recipe)
        total.backward()
        heard = 0.98 * heard + 0.02 * total.item() if heard else total.item()
        if rank == 0:
            run.going.fill_(float(clock.running))
        meet()
        going = bool(run.going.item())  # between the meetings, where worker 0 cannot change it: all stop at one step
        crew.gather(model.decoder, rank, mine)
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        for group in optimizer.param_groups:
            group["lr"] = clock.rate(plan.rate, step, plan.warmup)
        optimizer.step()
        follow(pairs, step, 0.98)
        meet()
        crew.clear(rank)
        step += 1
        if rank == 0 and (step % EVERY == 0 or not going):
            told = f"step {step} pictures {step * plan.batch} minutes {clock.minutes:.1f}"
            tell(run.path, f"{told} loss {heard:.4f}")
            state = {"model": model.state_dict(), "average": average.state_dict()}
            keep(run.path, {**state, "step": step, "minutes": clock.minutes})
    source.close()

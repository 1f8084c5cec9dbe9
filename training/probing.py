"""Training of the probe, on drawn scenes alone, and its answers."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .autoencoding import EVERY
from .clock import Clock
from .examples import supply
from .machine import follow, half, keep, prepare, tell
from .models.probe import SIDE, Probe
from .recipe import Recipe
from .scenes import Scene, World

ABSENT = -1
HELD_OUT = 0.25
"""The share of what it learns from that a model never does: the probe has to know what it will be asked."""


def choices(world: World) -> dict[str, tuple[Any, ...]]:
    """The attributes that the probe names, and what each can be."""
    return {
        "subject": world.subjects,
        "colour": world.colours,
        "place": world.places,
        "time": world.times,
        "style": world.styles,
        "count": world.counts,
        "position": world.positions,
    }


def truth(scene: Scene, world: World) -> dict[str, int]:
    """What a scene is, as numbers into :func:`choices`; :data:`ABSENT` for what cannot be asked of it."""
    figure = scene.figure
    single = figure is not None and scene.count == 1 and scene.relation is None
    said: dict[str, Any] = {
        "subject": figure.subject if figure else None,
        "colour": figure.colour if figure else None,
        "place": scene.place,
        # A place with one time only would be a gift.
        "time": scene.time if len(world.times_of(scene.place, scene.style)) > 1 else None,
        "style": scene.style,
        "count": scene.count if figure and scene.relation is None else None,
        "position": scene.position if single else None,
    }
    known = choices(world)
    return {name: known[name].index(value) if value in known[name] else ABSENT for name, value in said.items()}


def seen(pictures: Tensor) -> Tensor:
    """``uint8`` pictures (pictures, height, width, 3) as the probe sees them: in -1..1 at its size."""
    channels = pictures.permute(0, 3, 1, 2).float().div(127.5).sub(1.0)
    if channels.shape[-1] != SIDE:
        channels = F.interpolate(channels, (SIDE, SIDE), mode="area")
    return channels.contiguous(memory_format=torch.channels_last)


def blurred(pictures: Tensor) -> Tensor:
    """Pictures as a worse printer would give them: some softer, all with a little noise. Chosen before any model was
    judged, so that sharpness alone decides nothing."""
    soft = F.interpolate(F.avg_pool2d(pictures, 2), scale_factor=2.0, mode="bilinear", align_corners=False)
    share = torch.rand(len(pictures), 1, 1, 1, device=pictures.device).mul(1.5).clamp(0, 1)
    return torch.lerp(pictures, soft, share) + 0.04 * torch.randn_like(pictures)


def load(path: Path, recipe: Recipe) -> Probe:
    """The averaged weights of a run."""
    probe = Probe({name: len(known) for name, known in choices(recipe.world).items()})
    probe.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["average"])
    return probe.eval()


@torch.no_grad()
def right(
    probe: Probe, pictures: Sequence[np.ndarray], scenes: Sequence[Scene], world: World
) -> dict[str, np.ndarray]:
    """For each attribute, whether the probe sees what each scene says: 1, 0, or -1 where it cannot be asked."""
    told = probe(seen(torch.from_numpy(np.stack(pictures))))
    facts = [truth(scene, world) for scene in scenes]
    found: dict[str, np.ndarray] = {}
    for name, scores in told.items():
        asked = np.array([fact[name] for fact in facts])
        found[name] = np.where(asked == ABSENT, -1, scores.argmax(1).numpy() == asked)
    return found


def train(recipe: Recipe, path: Path, minutes: float | None) -> None:
    """Train until the recipe's minutes, or this call's, are used; go on from ``path`` when it exists."""
    plan, where, world = recipe.probe, prepare(recipe.seed + 5), recipe.world
    names = choices(world)
    probe = Probe({name: len(known) for name, known in names.items()}).to(where, memory_format=torch.channels_last)
    average, step, done = copy.deepcopy(probe).eval(), 0, 0.0
    optimizer = torch.optim.AdamW(probe.parameters(), plan.rate, betas=(0.9, 0.98), weight_decay=0.01)
    if path.exists():
        saved = torch.load(path, map_location="cpu", weights_only=True)
        probe.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        step, done = saved["step"], saved["minutes"]
    squares = replace(recipe, frames=("512x512",))
    source = supply(squares, recipe.seed + 5_000_011 + step, 2 * SIDE, where, held_out=HELD_OUT)
    pictures = torch.empty(plan.pictures, SIDE, SIDE, 3, dtype=torch.uint8, device=where)
    facts = torch.empty(plan.pictures, len(names), dtype=torch.int64, device=where)
    size, clock, heard = 0, Clock(plan.minutes, done, minutes), 0.0
    generator = np.random.default_rng(recipe.seed + step)
    pairs = list(zip(average.parameters(), probe.parameters(), strict=True))
    while clock.running:
        for _ in range(plan.fresh if size else 4 * plan.batch):
            new, place = next(source), size if size < plan.pictures else int(generator.integers(size))
            small = new.picture.reshape(SIDE, 2, SIDE, 2, 3).mean((1, 3)).round().astype(np.uint8)
            pictures[place] = torch.from_numpy(small).to(where)
            facts[place] = torch.tensor(list(truth(new.scene, world).values()), device=where)
            size = min(size + 1, plan.pictures)
        chosen = torch.randint(size, (plan.batch,), device=where)
        with half(where):
            told = probe(blurred(seen(pictures[chosen])))
        asked = facts[chosen].unbind(1)
        losses = [
            F.cross_entropy(scores.float(), fact, ignore_index=ABSENT, reduction="sum") / plan.batch
            for scores, fact in zip(told.values(), asked, strict=True)
        ]
        total = torch.stack(losses).sum()
        total.backward()
        torch.nn.utils.clip_grad_norm_(probe.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = clock.rate(plan.rate, step, plan.warmup)
        optimizer.step()
        optimizer.zero_grad()
        follow(pairs, step, 0.998)
        step += 1
        heard = 0.98 * heard + 0.02 * total.item() if heard else total.item()
        if step % EVERY == 0 or not clock.running:
            tell(path, f"step {step} pictures {size} minutes {clock.minutes:.1f} loss {heard:.4f}")
            state = {name: part.state_dict() for name, part in (("model", probe), ("average", average))}
            keep(path, {**state, "optimizer": optimizer.state_dict(), "step": step, "minutes": clock.minutes})
    source.close()

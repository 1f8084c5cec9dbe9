"""Training of the denoiser and its text encoder on the latents of drawn scenes."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from . import diffusion
from .autoencoding import load as load_autoencoder
from .captions import vocabulary
from .clock import Clock
from .crew import Crew
from .crew import run as crew_run
from .examples import Example, Frame, cells, supply
from .machine import follow, half, keep, prepare, tell, tensor_of_pictures
from .models.autoencoder import Autoencoder
from .models.denoiser import Denoiser, DenoiserShape
from .models.text import TextEncoder
from .recipe import FRAMES, SIDE, DenoiserRecipe, Recipe
from .tokens import Tokenizer

EVERY = 50
SAVE = 300


class Painter(nn.Module):
    """The text encoder and the denoiser, trained as one."""

    def __init__(self, plan: DenoiserRecipe, latent: int, tokenizer: Tokenizer) -> None:
        super().__init__()
        shape = DenoiserShape(latent, 2, plan.width, plan.blocks, plan.heads, plan.text_width)
        self.text = TextEncoder(
            len(tokenizer.ids), tokenizer.end, plan.text_width, plan.text_layers, plan.text_length
        )
        self.denoiser = Denoiser(shape)

    def forward(self, sample: Tensor, timestep: Tensor, numbers: Tensor) -> Tensor:
        """The velocity of noisy latents under texts."""
        velocity: Tensor = self.denoiser(sample, timestep, self.text(numbers)[0])
        return velocity


def load(path: Path, recipe: Recipe, tokenizer: Tokenizer) -> Painter:
    """The averaged weights of a run."""
    painter = Painter(recipe.denoiser, recipe.autoencoder.latent, tokenizer)
    painter.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["average"])
    return painter.eval()


class Shelf:
    """Encoded scenes with their captions, for each frame; grows, then replaces at random."""

    def __init__(self, source: Iterator[Example], autoencoder: Autoencoder, recipe: Recipe, most: int) -> None:
        self._source, self._autoencoder, self._plan = source, autoencoder, recipe.denoiser
        self._tokenizer = Tokenizer.of(vocabulary())
        self._rng = np.random.default_rng(recipe.seed)
        self._where = next(autoencoder.parameters()).device
        self._latents: dict[Frame, Tensor] = {}
        self._numbers: dict[Frame, Tensor] = {}
        self._sizes: dict[Frame, int] = {}
        for index, name in enumerate(recipe.frames):
            room, frame = most if index == 0 else most // 4, FRAMES[name]
            shape = (room, 2 * autoencoder.shape.latent, *cells(frame, SIDE // Autoencoder.FACTOR))
            self._latents[frame] = torch.zeros(shape, dtype=torch.bfloat16, device=self._where)
            self._numbers[frame] = torch.zeros(room, self._plan.text_length, dtype=torch.int64, device=self._where)
            self._sizes[frame] = 0

    @property
    def size(self) -> int:
        """How many scenes there are."""
        return sum(self._sizes.values())

    def fill(self, least: int) -> None:
        """Shelve until every frame has so many."""
        while min(self._sizes.values()) < least:
            self.add(16)

    @torch.no_grad()
    def add(self, count: int) -> None:
        """Draw, encode and shelve some scenes."""
        drawn: dict[Frame, list[Example]] = {}
        for one in islice(self._source, count):
            drawn.setdefault(one.scene.frame, []).append(one)
        for frame, those in drawn.items():
            with half(self._where):
                moments = self._autoencoder.moments(tensor_of_pictures([one.picture for one in those], self._where))
            size, room = self._sizes[frame], len(self._latents[frame])
            for row, one in zip(torch.cat(moments, 1).bfloat16(), those, strict=True):
                place = size if size < room else int(self._rng.integers(room))
                self._latents[frame][place] = row
                numbers = self._tokenizer.encode(one.caption, self._plan.text_length)
                self._numbers[frame][place] = torch.tensor(numbers, device=self._where)
                size = min(size + 1, room)
            self._sizes[frame] = size

    def take(self, frame: Frame, count: int) -> tuple[Tensor, Tensor]:
        """Latents of one frame, drawn from their distributions, and the numbers of their captions."""
        places = torch.randint(self._sizes[frame], (count,), device=self._where)
        mean, log_variance = self._latents[frame][places].float().chunk(2, 1)
        return mean + torch.randn_like(mean) * (0.5 * log_variance).exp(), self._numbers[frame][places]


class Optimizers:
    """One optimizer or two, over the weights that one worker moves, behind the verbs a loop needs."""

    def __init__(self, owned: list[tuple[str, Tensor]], plan: DenoiserRecipe) -> None:
        inner = [weight for name, weight in owned if weight.ndim == 2 and ".blocks." in name]
        chosen = {id(weight) for weight in inner}
        self.weights = [weight for _, weight in owned]
        rest = [weight for weight in self.weights if id(weight) not in chosen]
        self.all: list[torch.optim.Optimizer] = []
        if rest:
            self.all.append(torch.optim.AdamW(rest, plan.rate, betas=(0.9, 0.98), weight_decay=0.01))
        if inner:
            settings = {"momentum": 0.95, "weight_decay": 0.01, "adjust_lr_fn": "match_rms_adamw"}
            self.all.append(torch.optim.Muon(inner, lr=plan.inner_rate, ns_steps=plan.muon_steps, **settings))
        self.peaks = [group["lr"] for optimizer in self.all for group in optimizer.param_groups]

    def step(self, share: float) -> None:
        """Move the weights, at a share of the peak rates."""
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        groups = [group for optimizer in self.all for group in optimizer.param_groups]
        for group, peak in zip(groups, self.peaks, strict=True):
            group["lr"] = peak * share
        for optimizer in self.all:
            optimizer.step()

    def save(self, path: Path) -> None:
        """Keep what a later call needs to go on."""
        keep(path, [optimizer.state_dict() for optimizer in self.all])

    def restore(self, path: Path) -> None:
        """Go on from a saved state."""
        for optimizer, state in zip(self.all, torch.load(path, weights_only=True), strict=True):
            optimizer.load_state_dict(state)


@dataclass(frozen=True)
class Run:
    """What the workers of a run share."""

    recipe: Recipe
    path: Path
    autoencoder: Path
    minutes: float | None
    painter: Painter
    average: Painter
    crew: Crew
    going: Tensor
    step: int
    done: float


def train(recipe: Recipe, path: Path, autoencoder_path: Path, minutes: float | None) -> None:
    """Train until the recipe's minutes, or this call's, are used; go on from ``path`` when it exists."""
    where = prepare(recipe.seed)
    tokenizer = Tokenizer.of(vocabulary())
    painter = Painter(recipe.denoiser, recipe.autoencoder.latent, tokenizer).to(where)
    average = copy.deepcopy(painter).eval()
    step, done = 0, 0.0
    if path.exists():
        saved = torch.load(path, map_location="cpu", weights_only=True)
        painter.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        step, done = saved["step"], saved["minutes"]
    size = 1 if where.type == "cuda" else recipe.workers
    crew, going = Crew(painter, size), torch.ones(1)
    if size > 1:
        average.share_memory()
        going.share_memory_()
    crew_run(work, size, Run(recipe, path, autoencoder_path, minutes, painter, average, crew, going, step, done))


def work(rank: int, barrier: Barrier | None, run: Run) -> None:
    """One worker's loop: its share of each batch, then the weights it owns."""
    plan, crew, painter = run.recipe.denoiser, run.crew, run.painter
    where = prepare(run.recipe.seed + 1000 * run.step + rank, threads=1 if crew.size > 1 else None)
    meet = barrier.wait if barrier else lambda: None
    tokenizer = Tokenizer.of(vocabulary())
    owned = crew.owned(painter, rank)
    mine = {id(weight) for _, weight in owned}
    pairs = [pair for pair in zip(run.average.parameters(), painter.parameters(), strict=True) if id(pair[1]) in mine]
    optimizers, kept = Optimizers(owned, plan), run.path.with_suffix(f".{rank}of{crew.size}")
    if kept.exists():
        optimizers.restore(kept)
    crew.attach(painter, rank)
    left = diffusion.signal().to(where)
    empty = torch.tensor(tokenizer.encode("", plan.text_length), device=where)
    clock, step, batch = Clock(plan.minutes, run.done, run.minutes), run.step, plan.batch // crew.size
    autoencoder = load_autoencoder(run.autoencoder, run.recipe, where)
    # The encoder looks at half the size, so scenes are drawn there at once.
    source = supply(run.recipe, run.recipe.seed + 1000 * run.step + rank, SIDE // 2, where)
    shelf = Shelf(source, autoencoder, run.recipe, plan.scenes // crew.size)
    shelf.fill(2 * batch)
    model = torch.compile(painter) if plan.compiled else painter
    heard, going = 0.0, True
    while going:
        shelf.add(plan.fresh // crew.size)
        clean, numbers = shelf.take(run.recipe.frame(step), batch)
        silent = torch.rand(batch, 1, device=where) < plan.unconditional
        when = diffusion.timesteps(batch, plan.pure_noise).to(where)
        seen, velocity = diffusion.noised(clean, torch.randn_like(clean), when, left)
        with half(where):
            told = model(seen, when, torch.where(silent, empty, numbers))
        loss = (told.float() - velocity).square().mean()
        loss.backward()
        heard = loss.item() if not heard else 0.99 * heard + 0.01 * loss.item()
        if rank == 0:
            run.going.fill_(float(clock.running))
        meet()
        going = bool(run.going.item())  # between the meetings, where worker 0 cannot change it: all stop at one step
        crew.gather(painter, rank, mine)
        optimizers.step(clock.rate(1.0, step, plan.warmup))
        follow(pairs, step, plan.average)
        meet()
        crew.clear(rank)
        step += 1
        if step % SAVE == 0 or not going:
            optimizers.save(kept)
            if rank == 0:
                state = {"model": painter.state_dict(), "average": run.average.state_dict()}
                keep(run.path, {**state, "step": step, "minutes": clock.minutes})
            meet()
        if rank == 0 and step % EVERY == 0:
            scenes = crew.size * shelf.size
            told_so_far = f"step {step} pictures {step * plan.batch} minutes {clock.minutes:.1f} scenes {scenes}"
            tell(run.path, f"{told_so_far} loss {heard:.4f}")
    source.close()

"""Training of the denoiser and its text encoder on the latents of drawn scenes."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import copy
import random
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

import torch
from torch import Tensor, nn

from . import diffusion
from .autoencoding import load as load_autoencoder
from .captions import example, vocabulary
from .clock import Clock
from .crew import Crew
from .crew import run as crew_run
from .machine import follow, half, prepare, tensor_of_pictures
from .models.autoencoder import Autoencoder
from .models.denoiser import Denoiser, DenoiserShape
from .models.text import TextEncoder
from .recipe import DenoiserRecipe, Recipe
from .scenes.drawing import draw
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
    """Encoded scenes with their captions; grows, then replaces at random."""

    def __init__(
        self, autoencoder: Autoencoder, tokenizer: Tokenizer, plan: DenoiserRecipe, rng: random.Random, most: int
    ) -> None:
        self.most = most
        self.autoencoder, self.tokenizer, self.plan, self.rng = autoencoder, tokenizer, plan, rng
        self.where = next(autoencoder.parameters()).device
        channels, side = autoencoder.shape.latent, 16
        self.latents = torch.zeros(most, 2 * channels, side, side, dtype=torch.bfloat16, device=self.where)
        self.numbers = torch.zeros(most, plan.text_length, dtype=torch.int64, device=self.where)
        self.size = 0

    @torch.no_grad()
    def add(self, count: int) -> None:
        """Draw, encode and shelve some scenes."""
        examples = [example(self.rng) for _ in range(count)]
        pictures = tensor_of_pictures([draw(scene, 256) for scene, _ in examples], self.where)
        with half(self.where):
            moments = torch.cat(self.autoencoder.moments(pictures), 1)
        numbers = torch.tensor([self.tokenizer.encode(text, self.plan.text_length) for _, text in examples])
        for row, text in zip(moments.bfloat16(), numbers, strict=True):
            place = self.size if self.size < self.most else self.rng.randrange(self.most)
            self.latents[place], self.numbers[place] = row, text.to(self.where)
            self.size = min(self.size + 1, self.most)

    def take(self, count: int) -> tuple[Tensor, Tensor]:
        """Latents, drawn from their distributions, and the numbers of their captions."""
        places = torch.randint(self.size, (count,), device=self.where)
        mean, log_variance = self.latents[places].float().chunk(2, 1)
        return mean + torch.randn_like(mean) * (0.5 * log_variance).exp(), self.numbers[places]


class Optimizers:
    """One optimizer or two, over the weights that one worker moves, behind the verbs a loop needs."""

    def __init__(self, owned: list[tuple[str, Tensor]], plan: DenoiserRecipe) -> None:
        muon = plan.optimizer == "muon"
        inner = [weight for name, weight in owned if muon and weight.ndim == 2 and ".blocks." in name]
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
        torch.save([optimizer.state_dict() for optimizer in self.all], path)

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
    size = 1 if where.type == "cuda" else recipe.denoiser.workers
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
    rng = random.Random(run.recipe.seed + 1000 * run.step + rank)
    shelf = Shelf(autoencoder, tokenizer, plan, rng, plan.scenes // crew.size)
    shelf.add(256)
    model = torch.compile(painter) if plan.compiled else painter
    heard, going = 0.0, True
    while going:
        shelf.add(plan.fresh // crew.size if shelf.size < shelf.most else 1)
        clean, numbers = shelf.take(batch)
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
                torch.save({**state, "step": step, "minutes": clock.minutes}, run.path.with_suffix(".part"))
                run.path.with_suffix(".part").replace(run.path)
            meet()
        if rank == 0 and step % EVERY == 0:
            scenes = crew.size * shelf.size
            told_so_far = f"step {step} pictures {step * plan.batch} minutes {clock.minutes:.1f} scenes {scenes}"
            print(f"{told_so_far} loss {heard:.4f}", flush=True)

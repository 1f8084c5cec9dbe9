"""Training of the denoiser and its text encoder on the latents of drawn scenes."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import copy
import random
from pathlib import Path

import torch
from torch import Tensor, nn

from . import diffusion
from .autoencoding import load as load_autoencoder
from .captions import example, vocabulary
from .clock import Clock
from .machine import follow, half, prepare, tensor_of_pictures
from .models.autoencoder import Autoencoder
from .models.denoiser import Denoiser, DenoiserShape
from .models.text import TextEncoder
from .recipe import DenoiserRecipe, Recipe
from .scenes.drawing import draw
from .tokens import Tokenizer

EVERY = 100
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
        self, autoencoder: Autoencoder, tokenizer: Tokenizer, plan: DenoiserRecipe, rng: random.Random
    ) -> None:
        self.autoencoder, self.tokenizer, self.plan, self.rng = autoencoder, tokenizer, plan, rng
        self.where = next(autoencoder.parameters()).device
        channels, side = autoencoder.shape.latent, 16
        self.latents = torch.zeros(plan.scenes, 2 * channels, side, side, dtype=torch.bfloat16, device=self.where)
        self.numbers = torch.zeros(plan.scenes, plan.text_length, dtype=torch.int64, device=self.where)
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
            place = self.size if self.size < self.plan.scenes else self.rng.randrange(self.plan.scenes)
            self.latents[place], self.numbers[place] = row, text.to(self.where)
            self.size = min(self.size + 1, self.plan.scenes)

    def take(self, count: int) -> tuple[Tensor, Tensor]:
        """Latents, drawn from their distributions, and the numbers of their captions."""
        places = torch.randint(self.size, (count,), device=self.where)
        mean, log_variance = self.latents[places].float().chunk(2, 1)
        return mean + torch.randn_like(mean) * (0.5 * log_variance).exp(), self.numbers[places]


class Optimizers:
    """One optimizer or two behind the three verbs a loop needs."""

    def __init__(self, painter: Painter, plan: DenoiserRecipe) -> None:
        inner = [weight for name, weight in painter.named_parameters() if _is_inner(name, weight)]
        chosen = {id(weight) for weight in inner} if plan.optimizer == "muon" else set()
        rest = [weight for weight in painter.parameters() if id(weight) not in chosen]
        self.all: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(rest, plan.rate, betas=(0.9, 0.98), weight_decay=0.01)
        ]
        if chosen:
            settings = {"momentum": 0.95, "weight_decay": 0.01, "adjust_lr_fn": "match_rms_adamw"}
            self.all.append(torch.optim.Muon(inner, lr=plan.inner_rate, **settings))

        for optimizer in self.all:
            for group in optimizer.param_groups:
                group["peak"] = group["lr"]

    def step(self, share: float) -> None:
        """Move the weights, at a share of the peak rates, and forget the gradients."""
        for optimizer in self.all:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * share
            optimizer.step()
            optimizer.zero_grad()

    def state(self) -> list[dict]:  # type: ignore[type-arg]
        """What a later call needs to go on."""
        return [optimizer.state_dict() for optimizer in self.all]

    def restore(self, states: list[dict]) -> None:  # type: ignore[type-arg]
        """Go on from a saved state."""
        for optimizer, state in zip(self.all, states, strict=True):
            optimizer.load_state_dict(state)


def _is_inner(name: str, weight: Tensor) -> bool:
    return weight.ndim == 2 and ".blocks." in name


def train(recipe: Recipe, path: Path, autoencoder_path: Path, minutes: float | None) -> None:
    """Train until the recipe's minutes, or this call's, are used; go on from ``path`` when it exists."""
    plan = recipe.denoiser
    where = prepare(recipe.seed)
    tokenizer = Tokenizer.of(vocabulary())
    painter = Painter(plan, recipe.autoencoder.latent, tokenizer).to(where)
    average = copy.deepcopy(painter).eval()
    optimizers = Optimizers(painter, plan)
    step, done = 0, 0.0
    if path.exists():
        saved = torch.load(path, map_location="cpu", weights_only=True)
        painter.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizers.restore(saved["optimizers"])
        step, done = saved["step"], saved["minutes"]
    left = diffusion.signal().to(where)
    empty = torch.tensor(tokenizer.encode("", plan.text_length), device=where)
    clock = Clock(plan.minutes, done, minutes)
    shelf = Shelf(
        load_autoencoder(autoencoder_path, recipe, where), tokenizer, plan, random.Random(recipe.seed + step)
    )
    shelf.add(256)
    model = torch.compile(painter) if plan.compiled else painter
    heard = 1.0
    while clock.running:
        shelf.add(plan.fresh if shelf.size < plan.scenes else max(1, plan.fresh // 8))
        clean, numbers = shelf.take(plan.batch)
        silent = torch.rand(plan.batch, 1, device=where) < plan.unconditional
        numbers = torch.where(silent, empty, numbers)
        when = diffusion.timesteps(plan.batch, plan.pure_noise).to(where)
        seen, velocity = diffusion.noised(clean, torch.randn_like(clean), when, left)
        with half(where):
            told = model(seen, when, numbers)
        loss = (told.float() - velocity).square().mean()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(painter.parameters(), 1.0)
        optimizers.step(clock.rate(1.0, step, plan.warmup))
        follow(average, painter, step, plan.average)
        step += 1
        heard = 0.99 * heard + 0.01 * loss.item()
        if step % EVERY == 0:
            told_so_far = f"step {step} pictures {step * plan.batch} minutes {clock.minutes:.1f} scenes {shelf.size}"
            print(f"{told_so_far} loss {heard:.4f}", flush=True)
        if step % SAVE == 0 or not clock.running:
            state = {"model": painter.state_dict(), "average": average.state_dict(), "optimizers": optimizers.state()}
            torch.save({**state, "step": step, "minutes": clock.minutes}, path.with_suffix(".part"))
            path.with_suffix(".part").replace(path)

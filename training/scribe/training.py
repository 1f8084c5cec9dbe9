"""Training of Scribe on prompts of training's own grammar."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import copy
import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..captions import prompts
from ..clock import Clock
from ..machine import follow, keep, prepare, tell
from ..recipe import Recipe, ScribeRecipe
from .model import Scribe, Shape
from .tokens import Tokenizer

EVERY = 100
SURVEY = 60_000
"""Prompts that are read before training, for their words."""
TOGETHER = 8
"""Batches whose prompts are sorted by length together."""
NOTHING = -100
"""The target of a token that is nobody's to learn."""

Grammar = Callable[[random.Random], str]


def grammar_of(recipe: Recipe) -> Grammar:
    """The prompts of a recipe's world."""
    return lambda rng: prompts(rng, recipe.world)


def tokenizer_of(grammar: Grammar, seed: int) -> Tokenizer:
    """The tokenizer for a grammar."""
    rng = random.Random(seed)
    return Tokenizer.of(grammar(rng) for _ in range(SURVEY))


def fresh(recipe: Recipe, tokenizer: Tokenizer) -> Scribe:
    """An untrained Scribe."""
    plan = recipe.scribe
    return Scribe(Shape(plan.width, plan.layers, plan.heads, plan.length), tokenizer)


def load(path: Path, recipe: Recipe) -> tuple[Scribe, Tokenizer]:
    """The trained Scribe of a run and its tokenizer."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    tokenizer = Tokenizer.made_of(saved["pieces"])
    model = fresh(recipe, tokenizer)
    model.load_state_dict(saved["average"])
    return model.eval(), tokenizer


def strangely(text: str, rng: random.Random) -> str:
    """The prompt with a word nobody knows in it: people give such beginnings."""
    words = text.split(" ")
    words.insert(rng.randrange(len(words)), "".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 9))))
    return " ".join(words)


def batches(grammar: Grammar, plan: ScribeRecipe, rng: random.Random, tokenizer: Tokenizer) -> Iterator[list[str]]:
    """Endless batches of prompts, the prompts of one about as long as each other, so that little is filled up."""
    while True:
        texts = [grammar(rng) for _ in range(TOGETHER * plan.batch)]
        texts = [strangely(text, rng) if rng.random() < plan.strange else text for text in texts]
        texts.sort(key=lambda text: len(tokenizer.encode(text)))
        starts = list(range(0, len(texts), plan.batch))
        rng.shuffle(starts)
        yield from (texts[start : start + plan.batch] for start in starts)


def batch_of(texts: list[str], tokenizer: Tokenizer, length: int) -> tuple[Tensor, Tensor]:
    """Rows of tokens, and what stands after each; a fragment is nobody's to learn."""
    rows = [[tokenizer.end, *tokenizer.encode(text), tokenizer.end][: length + 1] for text in texts]
    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest - 1), tokenizer.end)
    targets = torch.full((len(rows), longest - 1), NOTHING)
    for number, row in enumerate(rows):
        wanted = [token if token in tokenizer.whole else NOTHING for token in row[1:]]
        ids[number, : len(row) - 1] = torch.tensor(row[:-1])
        targets[number, : len(row) - 1] = torch.tensor(wanted)
    return ids, targets


def loss(model: Scribe, ids: Tensor, targets: Tensor) -> Tensor:
    """The mean surprise at the next token, in nats."""
    # A CPU has little of bfloat16 in matrices as small as these.
    with torch.autocast(ids.device.type, torch.bfloat16, enabled=ids.device.type != "cpu"):
        scores, _ = model(ids, torch.arange(ids.shape[1], device=ids.device)[None])
    return F.cross_entropy(scores.float().flatten(0, 1), targets.flatten(), ignore_index=NOTHING)


def optimizer_of(model: Scribe, rate: float) -> torch.optim.Optimizer:
    """AdamW; what is added or scaled does not decay."""
    groups: list[dict[str, Any]] = [
        {"params": [weight for weight in model.parameters() if weight.dim() == 2], "weight_decay": 0.05},
        {"params": [weight for weight in model.parameters() if weight.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, rate, betas=(0.9, 0.98))


def train(recipe: Recipe, path: Path, minutes: float | None, grammar: Grammar | None = None) -> None:
    """Train until the recipe's minutes, or this call's, are used; go on from ``path`` when it exists."""
    plan, grammar = recipe.scribe, grammar or grammar_of(recipe)
    where = prepare(recipe.seed, plan.threads)
    saved = torch.load(path, map_location="cpu", weights_only=True) if path.exists() else {}
    # The grammar may have grown since: a run keeps the words that it began with.
    tokenizer = Tokenizer.made_of(saved["pieces"]) if saved else tokenizer_of(grammar, recipe.seed)
    model = fresh(recipe, tokenizer).to(where)
    average = copy.deepcopy(model).eval()
    optimizer = optimizer_of(model, plan.rate)
    step, done = 0, 0.0
    if saved:
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        step, done = saved["step"], saved["minutes"]
    rng = random.Random(recipe.seed * 1_000_003 + step)
    clock = Clock(plan.minutes, done, minutes)
    pairs = list(zip(average.parameters(), model.parameters(), strict=True))

    def save() -> None:
        states = {"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict()}
        keep(path, {**states, "pieces": tokenizer.pieces, "step": step, "minutes": clock.minutes})

    heard = 0.0
    for texts in batches(grammar, plan, rng, tokenizer):
        if not clock.running:
            break
        ids, targets = batch_of(texts, tokenizer, plan.length)
        for group in optimizer.param_groups:
            group["lr"] = clock.rate(plan.rate, step, plan.warmup)
        wrong = loss(model, ids.to(where), targets.to(where))
        wrong.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        follow(pairs, step, plan.average)
        step += 1
        heard = float(wrong.detach()) if step == 1 else 0.98 * heard + 0.02 * float(wrong.detach())
        if step % EVERY == 0:
            tell(path, f"step {step} prompts {step * plan.batch} minutes {clock.minutes:.1f} loss {heard:.4f}")
        if step % (5 * EVERY) == 0:
            save()
    if step > saved.get("step", 0):
        save()

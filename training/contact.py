"""The contact sheet: 48 prompts that nobody picked, each drawn once with the first seed.

$ python -m training.contact --model limner/engines/bundled/storybook --to docs/storybook

writes ``docs/storybook.webp`` and the prompts, in the sheet's order, to ``docs/storybook.md``.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np

from .captions import example
from .evaluate import GUIDANCE, STEPS, Drawer
from .recipe import Recipe
from .sample import sheet
from .scenes import World
from .train import RECIPE

COUNT, COLUMNS, SIDE = 48, 8, 240
SEED = 1


def unpicked(world: World) -> list[str]:
    """The first 48 captions of a generator seeded with 48."""
    rng = random.Random(COUNT)
    return [example(rng, world)[1] for _ in range(COUNT)]


def page(name: str, prompts: list[str]) -> str:
    """The list that goes with the sheet."""
    rows = [f"{number}. {prompt}" for number, prompt in enumerate(prompts, 1)]
    how = (
        f"Drawn by the bundled Storybook, one try each: seed {SEED}, {STEPS} steps, guidance {GUIDANCE}. The prompts "
        f"are the first {COUNT} captions of a generator seeded with {COUNT} (`training/contact.py`); from left to "
        "right, row by row:"
    )
    head = f"# {COUNT} unpicked pictures\n\n![The sheet]({name}.webp)\n\n{how}\n\n"
    return head + "\n".join(rows) + "\n"


def main() -> None:
    """Read the command line, draw and write both files."""
    parser = argparse.ArgumentParser(prog="python -m training.contact", description="Draw the contact sheet.")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True, help="without an ending")
    options = parser.parse_args()
    prompts, drawer = unpicked(Recipe.load(options.recipe).world), Drawer(options.model)
    pictures = np.stack([drawer.picture(prompt, SEED) for prompt in prompts])
    sheet(pictures, COLUMNS, SIDE).save(options.to.with_suffix(".webp"), quality=88, method=6)
    options.to.with_suffix(".md").write_text(page(options.to.name, prompts), encoding="utf-8")


if __name__ == "__main__":
    main()

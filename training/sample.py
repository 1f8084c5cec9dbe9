"""Draw prompts with a run's latest weights as one sheet.

$ python -m training.sample "a red robot" "a cat in the snow" --to sheet.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from . import autoencoding, denoising
from .captions import vocabulary
from .recipe import Recipe
from .sampling import paint
from .tokens import Tokenizer
from .train import RUNS


def sheet(pictures: np.ndarray, columns: int, side: int) -> Image.Image:
    """Pictures side by side, each ``side`` pixels wide."""
    rows = -(-len(pictures) // columns)
    whole = Image.new("RGB", (columns * side, rows * side), "white")
    for index, picture in enumerate(pictures):
        small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
        whole.paste(small, (index % columns * side, index // columns * side))
    return whole


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(prog="python -m training.sample", description="Draw prompts as one sheet.")
    parser.add_argument("prompts", nargs="+")
    parser.add_argument("--recipe", type=Path, default=Path(__file__).parent / "recipes" / "small.toml")
    parser.add_argument("--run", type=Path)
    parser.add_argument("--to", type=Path, default=Path("sheet.png"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=3.5)
    parser.add_argument("--columns", type=int, default=6)
    parser.add_argument("--side", type=int, default=256)
    options = parser.parse_args()
    recipe = Recipe.load(options.recipe)
    folder = options.run or RUNS / recipe.name
    tokenizer = Tokenizer.of(vocabulary())
    painter = denoising.load(folder / "denoiser.pt", recipe, tokenizer)
    autoencoder = autoencoding.load(autoencoding.best(folder), recipe, torch.device("cpu"))
    settings = {"seed": options.seed, "steps": options.steps, "guidance": options.guidance}
    pictures = paint(painter, autoencoder, tokenizer, options.prompts, **settings)
    sheet(pictures, options.columns, options.side).save(options.to)


if __name__ == "__main__":
    main()

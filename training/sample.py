"""Draw prompts with a run's latest weights as one sheet.

$ python -m training.sample "a red robot" "a cat in the snow" --to sheet.png
"""

# torch comes without types where the checks run.
# mypy: allow-untyped-decorators, no-warn-unused-ignores

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from . import autoencoding, denoising
from .captions import vocabulary
from .examples import examples
from .machine import half, tensor_of_pictures
from .recipe import FRAMES, SIDE, Recipe
from .sampling import paint
from .tokens import Tokenizer
from .train import RECIPE, RUNS

PROMPTS = (
    "a friendly robot holding a flower",
    "a red car in the city at night",
    "three cats in the snow",
    "a blue house on the left",
    "watercolor painting of a castle at sunset",
    "two white rabbits in a meadow",
    "an orange fish",
    "a green rocket in space",
    "a lighthouse by the sea in the rain",
    "a purple owl on the right side of a forest",
    "a pink cup on a white background",
    "a magical forest with glowing trees under a night sky",
)


def sheet(pictures: np.ndarray, columns: int, side: int) -> Image.Image:
    """Pictures side by side, each ``side`` pixels wide."""
    rows = -(-len(pictures) // columns)
    whole = Image.new("RGB", (columns * side, rows * side), "white")
    for index, picture in enumerate(pictures):
        small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
        whole.paste(small, (index % columns * side, index // columns * side))
    return whole


@torch.no_grad()
def after(part: str, recipe: Recipe, folder: Path) -> None:
    """Write a run's grid, ``<part>.png``: what it draws of :data:`PROMPTS`, or scenes and how they come back."""
    autoencoder = autoencoding.load(autoencoding.best(folder), recipe, torch.device("cpu"))
    if part == "denoiser":
        tokenizer = Tokenizer.of(vocabulary())
        painter = denoising.load(folder / "denoiser.pt", recipe, tokenizer)
        pictures = paint(painter, autoencoder, tokenizer, list(PROMPTS))
    else:
        some = examples(recipe, 77, SIDE)
        drawn = [next(one.picture for one in some if one.scene.frame == (1.0, 1.0)) for _ in range(6)]
        with half(torch.device("cpu")):
            latents = autoencoder.moments(autoencoder.halve(tensor_of_pictures(drawn, torch.device("cpu"))))[0]
        back = ((autoencoder.decode(latents.float()).clamp(-1, 1) + 1) * 127.5).round().byte()
        pictures = np.concatenate([np.stack(drawn), back.permute(0, 2, 3, 1).numpy()])
    sheet(pictures, 6, 256).save(folder / f"{part}.png")


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(prog="python -m training.sample", description="Draw prompts as one sheet.")
    parser.add_argument("prompts", nargs="+")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--frame", choices=FRAMES, default="512x512")
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
    frame = FRAMES[options.frame]
    pictures = paint(painter, autoencoder, tokenizer, options.prompts, frame=frame, **settings)
    sheet(pictures, options.columns, options.side).save(options.to)


if __name__ == "__main__":
    main()

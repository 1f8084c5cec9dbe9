"""Train a part of a bundled picture model.

$ python -m training.train autoencoder --recipe training/recipes/small.toml --minutes 20
$ python -m training.train denoiser --recipe training/recipes/small.toml --minutes 72
$ python -m training.train polish --recipe training/recipes/small.toml --minutes 8

Each call goes on from the file the last one left in ``training/runs/<recipe>/`` and stops itself in time.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .recipe import Recipe

RUNS = Path(__file__).parent / "runs"


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description="Train a part of a picture model.")
    parser.add_argument("part", choices=("autoencoder", "denoiser", "polish"))
    parser.add_argument("--recipe", type=Path, default=Path(__file__).parent / "recipes" / "small.toml")
    parser.add_argument("--minutes", type=float, help="stop this call after so many minutes")
    parser.add_argument("--run", type=Path, help="folder of the run's files (default: training/runs/<recipe's name>)")
    options = parser.parse_args()
    recipe = Recipe.load(options.recipe)
    folder = options.run or RUNS / recipe.name
    if options.part == "autoencoder":
        from . import autoencoding

        autoencoding.train(recipe, folder / "autoencoder.pt", options.minutes)
    elif options.part == "polish":
        from . import polishing

        polishing.train(recipe, folder / "polished.pt", folder / "autoencoder.pt", options.minutes)
    else:
        from . import denoising

        denoising.train(recipe, folder / "denoiser.pt", folder / "autoencoder.pt", options.minutes)


if __name__ == "__main__":
    main()

"""Take the autoencoder back out of an exported model, for a run whose own files are gone; the decoder can then be
trained further, and the model's other parts stay to the byte what they are.

$ python -m training.restore --from limner/engines/bundled/storybook
$ python -m training.train polish
$ python -m training.export decoder --to limner/engines/bundled/storybook
"""

# torch comes without types where the checks run.
# mypy: allow-untyped-decorators, no-warn-unused-ignores

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np
import openvino as ov
import torch
from torch import Tensor

from . import card
from .autoencoding import shape_of
from .machine import keep
from .models.autoencoder import Autoencoder
from .recipe import Recipe
from .train import RECIPE, RUNS

OWN = "self.autoencoder."
BIAS = re.compile(r"__module\.autoencoder\.(.+)/aten::_convolution/Reshape")
SHIFT = "aten::add/Multiply"


def constants(path: Path) -> dict[str, Tensor]:
    """The weights in a converted half of an autoencoder, by the names they have in :class:`Autoencoder`; those that
    are kept in eight bits times their scales."""
    found = {}
    for node in ov.Core().read_model(path).get_ordered_ops():
        if node.get_type_name() == "Constant":
            found[node.get_friendly_name()] = np.asarray(node.data, dtype=np.float32)
    weights = {}
    for name, value in found.items():
        value = value * found.get(f"{name}/scale", np.float32(1))
        if name.startswith(OWN) and not name.endswith("/scale"):
            weights[name.removeprefix(OWN)] = torch.from_numpy(value)
        elif bias := BIAS.fullmatch(name):
            weights[f"{bias[1]}.bias"] = torch.from_numpy(value).flatten()
        elif name == SHIFT:  # the decoder's only addition beside its biases
            weights["shift"] = torch.from_numpy(value)
    return weights


def autoencoder(folder: Path, recipe: Recipe) -> Autoencoder:
    """The autoencoder of an exported model, as far as eight bits hold it.

    Raises RuntimeError when one of its weights is not found, or is of another shape than the recipe's.
    """
    encoder, decoder = (constants(folder / name / "openvino_model.xml") for name in ("vae_encoder", "vae_decoder"))
    model = Autoencoder(shape_of(recipe))
    ours = {name: value for name, value in (encoder | decoder).items() if name in model.state_dict()}
    model.load_state_dict(ours)
    return model


def restore(folder: Path, run: Path, recipe: Recipe) -> None:
    """Write ``polish.pt`` of a run from an exported model and what its card says of the training so far."""
    state = autoencoder(folder, recipe).state_dict()
    minutes, step = card.trained(folder, "polish")
    keep(run / "polish.pt", {"model": state, "average": state, "step": step, "minutes": minutes})


def main() -> None:
    """Read the command line and restore."""
    parser = argparse.ArgumentParser(prog="python -m training.restore", description="Go on from an exported model.")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--from", type=Path, required=True, dest="folder")
    options = parser.parse_args()
    recipe = Recipe.load(options.recipe)
    restore(options.folder, options.run or RUNS / recipe.name, recipe)


if __name__ == "__main__":
    main()

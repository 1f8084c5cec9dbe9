"""Score an exported Storybook: does it draw what it is asked, and how well?

$ python -m training.evaluate --recipe training/recipes/small.toml --model limner/engines/bundled/storybook

Pictures are drawn by the exported model in OpenVINO GenAI with its usual settings, as Limner draws them; the judge is
the probe, which was trained on drawn scenes alone. The asked-for compositions were kept from the model's training.
"""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from . import card, probing
from .captions import example
from .models.probe import Probe
from .recipe import SIDE, Recipe
from .scenes import Scene, World
from .scenes.drawing import draw
from .train import RECIPE, RUNS

SEVERAL, ASIDE = "count, where it is more than one", "position, where it is left or right"
ASKED = ("subject", "colour", "place", "time", "count", SEVERAL, "position", ASIDE, "style")
STEPS, GUIDANCE = 20, 3.5
SEED = 2_000_000_011
CHUNK = 50


@dataclass(frozen=True)
class Asked:
    """A composition no model was trained on, and the words for it."""

    scene: Scene
    prompt: str


def compositions(world: World, count: int) -> list[Asked]:
    """So many different held-out compositions, the same ones every time."""
    rng, found = random.Random(SEED), dict[str, Asked]()
    while len(found) < count:
        scene, prompt = example(rng, world, held_out=True)
        found.setdefault(prompt, Asked(scene, prompt))
    return list(found.values())


class Drawer:
    """The exported model, behind the library that Limner draws with."""

    def __init__(self, folder: Path) -> None:
        import openvino
        import openvino_genai

        from limner.engines.adapters.openvino.library import properties
        from limner.engines.adapters.openvino.noise import noise

        begun = time.perf_counter()
        chosen = properties(openvino)
        self._pipeline = openvino_genai.Text2ImagePipeline(folder, "CPU", **chosen)
        self.load_seconds = time.perf_counter() - begun
        self._noise: Callable[[int], Any] = lambda seed: noise(openvino, openvino_genai, seed)
        core = openvino.Core()
        self._encoder = core.compile_model(folder / "vae_encoder" / "openvino_model.xml", "CPU", chosen)
        self._decoder = core.compile_model(folder / "vae_decoder" / "openvino_model.xml", "CPU", chosen)

    def picture(self, prompt: str, seed: int, width: int = SIDE, height: int = SIDE) -> np.ndarray:
        """One picture as ``uint8`` (height, width, 3)."""
        drawn = self._pipeline.generate(
            prompt,
            width=width,
            height=height,
            num_inference_steps=STEPS,
            guidance_scale=GUIDANCE,
            generator=self._noise(seed),
        )
        return np.array(drawn.data[0], copy=True)

    def psnr(self, picture: np.ndarray) -> float:
        """How well a picture comes back from its latent, in dB."""
        sample = picture.astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
        latent = np.split(self._encoder(sample)[0], 2, 1)[0]
        wrong = np.clip(self._decoder(latent)[0], -1, 1) - sample
        return float(-10 * np.log10(np.square(wrong / 2).mean()))


def marks(
    probe: Probe, pictures: Sequence[np.ndarray], scenes: Sequence[Scene], world: World
) -> dict[str, np.ndarray]:
    """What is right of each attribute, see :func:`probing.right`; and where the usual answer would not do: most
    scenes have one thing in the middle, so a model that cannot count would count well."""
    found = probing.right(probe, pictures, scenes, world)
    several = np.array([scene.count > 1 for scene in scenes])
    aside = np.array([scene.position != "middle" for scene in scenes])
    found[SEVERAL] = np.where(several, found["count"], -1)
    found[ASIDE] = np.where(aside, found["position"], -1)
    return found


def share(found: list[dict[str, np.ndarray]]) -> dict[str, float]:
    """The share of right answers for each attribute, over what could be asked."""
    joined = {name: np.concatenate([one[name] for one in found]) for name in ASKED}
    return {name: float((marks[marks >= 0] == 1).mean()) for name, marks in joined.items() if (marks >= 0).any()}


def distance(first: np.ndarray, second: np.ndarray) -> float:
    """Kernel inception distance between two sets of features: the unbiased squared MMD under the cubic kernel
    (Bińkowski et al., https://arxiv.org/abs/1801.01401), here with the probe's features. The sets may be of the same
    scenes in the same order: a scene is compared with the others only, since it is no chance that it is like itself.
    """

    def kernel(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return (left @ right.T / left.shape[1] + 1) ** 3

    first, second = first.astype(np.float64), second.astype(np.float64)  # differences of sums of cubes
    count, other = len(first), len(second)
    same, again = kernel(first, first), kernel(second, second)
    inside = (same.sum() - np.trace(same)) / (count * (count - 1))
    outside = (again.sum() - np.trace(again)) / (other * (other - 1))
    across = kernel(first, second)
    pairs = min(count, other)
    between = (across.sum() - np.trace(across)) / (count * other - pairs)
    return float(inside + outside - 2 * between)


@torch.no_grad()
def features(probe: Probe, pictures: Sequence[np.ndarray]) -> np.ndarray:
    """What the probe makes of pictures before it decides."""
    told: np.ndarray = probe.describe(probing.seen(torch.from_numpy(np.stack(pictures)))).numpy()
    return told


def chunks(asked: Sequence[Asked]) -> Iterator[Sequence[Asked]]:
    """A few at a time."""
    for start in range(0, len(asked), CHUNK):
        yield asked[start : start + CHUNK]


def score(recipe: Recipe, folder: Path, run: Path, count: int) -> dict[str, Any]:
    """All scores of an exported model."""
    world, probe = recipe.world, probing.load(run / "probe.pt", recipe)
    drawer, asked = Drawer(folder), compositions(world, count)
    truth: list[dict[str, np.ndarray]] = []
    found: list[dict[str, np.ndarray]] = []
    real: list[np.ndarray] = []
    made: list[np.ndarray] = []
    fidelity: list[float] = []
    for batch in chunks(asked):
        scenes = [one.scene for one in batch]
        rendered = [draw(scene, SIDE) for scene in scenes]
        truth.append(marks(probe, rendered, scenes, world))
        real.append(features(probe, rendered))
        fidelity += [drawer.psnr(picture) for picture in rendered[:5]]
        drawn = [drawer.picture(one.prompt, seed) for seed, one in enumerate(batch, len(made) * CHUNK + 1)]
        found.append(marks(probe, drawn, scenes, world))
        made.append(features(probe, drawn))
        print(f"{len(made) * CHUNK} of {count}: {share(found)}", flush=True)
    return {
        "compositions": count,
        "truth": share(truth),
        "model": share(found),
        "kid": distance(np.concatenate(made), np.concatenate(real)),
        "psnr": float(np.mean(fidelity)),
        "psnr_pictures": len(fidelity),
        "seconds": seconds(drawer),
        "load_seconds": drawer.load_seconds,
    }


def seconds(drawer: Drawer) -> float:
    """The time of one 512x512 picture, the middle of five."""
    times = []
    for seed in range(6):
        begun = time.perf_counter()
        drawer.picture("a red robot", seed)
        times.append(time.perf_counter() - begun)
    return sorted(times[1:])[2]


def main() -> None:
    """Read the command line, score, and write the scores beside the run and into the model's card."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description="Score an exported model.")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--run", type=Path, help="folder with the probe (default: training/runs/<recipe's name>)")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--count", type=int, default=2000)
    options = parser.parse_args()
    recipe = Recipe.load(options.recipe)
    run = options.run or RUNS / recipe.name
    scores = score(recipe, options.model, run, options.count)
    (run / "scores.json").write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
    card.write(recipe, run, options.model)
    print(card.table(scores))


if __name__ == "__main__":
    main()

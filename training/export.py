"""Turn a run's weights into the OpenVINO folder that Limner draws with.

$ python -m training.export --recipe training/recipes/small.toml --to limner/engines/bundled/storybook
$ python -m training.export decoder --to limner/engines/bundled/storybook      # the rest stays as it is

The new folder is made beside the old one and takes its place in the end, so a reader never meets half a model.
"""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import argparse
import json
import random
import shutil
from pathlib import Path
from typing import Any

import nncf
import numpy as np
import openvino as ov
import torch
from openvino.tools.ovc import convert_model
from openvino_tokenizers import convert_tokenizer
from torch import Tensor, nn

from . import autoencoding, card, denoising, diffusion
from .captions import example, naming, prompts, vocabulary
from .machine import tensor_of_pictures
from .models.autoencoder import Autoencoder
from .recipe import SIDE, Recipe
from .scenes.drawing import draw
from .tokens import END, LENGTH, START, Tokenizer
from .train import RECIPE, RUNS

Dimension = list[int]


class Words(nn.Module):
    """The text encoder with the outputs' names."""

    def __init__(self, text: nn.Module) -> None:
        super().__init__()
        self.text = text

    def forward(self, input_ids: Tensor) -> dict[str, Tensor]:
        """All words' vectors, and the text's."""
        each, whole = self.text(input_ids)
        return {"last_hidden_state": each, "pooler_output": whole}


class Encode(nn.Module):
    """The encoder from the whole picture."""

    def __init__(self, autoencoder: Autoencoder) -> None:
        super().__init__()
        self.autoencoder = autoencoder

    def forward(self, sample: Tensor) -> Tensor:
        """Mean and log-variance, one after the other."""
        return torch.cat(self.autoencoder.moments(self.autoencoder.halve(sample)), 1)


class Decode(nn.Module):
    """The decoder."""

    def __init__(self, autoencoder: Autoencoder) -> None:
        super().__init__()
        self.autoencoder = autoencoder

    def forward(self, latent_sample: Tensor) -> Tensor:
        """The picture."""
        return self.autoencoder.decode(latent_sample)


def write_json(path: Path, value: Any) -> None:
    """Write a small JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def save(
    module: nn.Module,
    examples: tuple[Tensor, ...],
    inputs: dict[str, Dimension],
    outputs: list[str],
    folder: Path,
    small: bool = False,
) -> None:
    """Convert one network; ``small`` keeps its weights in eight bits, else sixteen."""
    shapes = [ov.PartialShape(shape) for shape in inputs.values()]
    with torch.inference_mode():
        model = convert_model(module.eval(), example_input=examples, input=shapes)
    for port, name in zip(model.inputs, inputs, strict=True):
        port.get_tensor().set_names({name})
    for port, name in zip(model.outputs, outputs, strict=True):
        port.get_tensor().set_names({name})
    if small:
        model = nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_SYM)
    folder.mkdir(parents=True, exist_ok=True)
    ov.save_model(model, folder / "openvino_model.xml", compress_to_fp16=True)


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """Convert the tokenizer, and check that it reads captions as training did."""
    from transformers import CLIPTokenizer

    settings = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END, "model_max_length": LENGTH}
    clip = CLIPTokenizer(vocab=tokenizer.ids, merges=[tuple(pair) for pair in tokenizer.merges], **settings)
    folder.mkdir(parents=True, exist_ok=True)
    ov.save_model(convert_tokenizer(clip), folder / "openvino_tokenizer.xml")
    reader = ov.compile_model(folder / "openvino_tokenizer.xml", "CPU")
    rng = random.Random(5)
    texts = ["", "A friendly Robot holding a flower!", *(example(rng)[1] for _ in range(300))]
    for text in texts:
        read = reader([text])["input_ids"][0].tolist()
        if read[:LENGTH] != tokenizer.encode(text)[: len(read)]:
            raise RuntimeError(f"tokenizers differ on {text!r}: {read} and {tokenizer.encode(text)[: len(read)]}")


def configure(folder: Path, recipe: Recipe, tokenizer: Tokenizer) -> None:
    """Write the small files that say how the networks fit together."""
    plan, latent = recipe.denoiser, recipe.autoencoder.latent
    parts = {
        "scheduler": ["diffusers", "EulerDiscreteScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    write_json(folder / "model_index.json", {"_class_name": "StableDiffusionPipeline", **parts})
    scheduler = {
        "_class_name": "EulerDiscreteScheduler",
        "num_train_timesteps": diffusion.STEPS,
        "beta_start": diffusion.FIRST,
        "beta_end": diffusion.LAST,
        "beta_schedule": "scaled_linear",
        "trained_betas": None,
        "prediction_type": "v_prediction",
        "interpolation_type": "linear",
        # Not "trailing": at 9, 11, 12, 18, 21, 22, 30 and 35 steps the runtime's rounding goes wrong and the picture
        # stays in the noise.
        "timestep_spacing": "linspace",
        "timestep_type": "discrete",
        "use_karras_sigmas": False,
        "steps_offset": 0,
    }
    write_json(folder / "scheduler" / "scheduler_config.json", scheduler)
    text = {
        "architectures": ["CLIPTextModel"],
        "model_type": "clip_text_model",
        "vocab_size": len(tokenizer.ids),
        "hidden_size": plan.text_width,
        "projection_dim": plan.text_width,
        "num_hidden_layers": plan.text_layers,
        "max_position_embeddings": LENGTH,
        "bos_token_id": tokenizer.start,
        "eos_token_id": tokenizer.end,
        "pad_token_id": tokenizer.end,
    }
    write_json(folder / "text_encoder" / "config.json", text)
    unet = {
        "_class_name": "UNet2DConditionModel",
        "sample_size": 16,
        "in_channels": latent,
        "out_channels": latent,
        "cross_attention_dim": plan.text_width,
        "time_cond_proj_dim": None,
    }
    write_json(folder / "unet" / "config.json", unet)
    vae = {
        "_class_name": "AutoencoderKL",
        "in_channels": 3,
        "out_channels": 3,
        "latent_channels": latent,
        "block_out_channels": [32] * 6,
        "sample_size": SIDE,
        "scaling_factor": 1.0,
    }
    for name in ("vae_encoder", "vae_decoder"):
        write_json(folder / name / "config.json", vae)


@torch.no_grad()
def preview_factors(recipe: Recipe, autoencoder: Autoencoder) -> dict[str, list]:  # type: ignore[type-arg]
    """The linear map from a latent pixel to red, green, blue in 0..1 that fits drawn scenes best."""
    rng = random.Random(3)
    scenes = [example(rng, recipe.world)[0] for _ in range(128)]
    pictures = tensor_of_pictures([draw(scene, SIDE // 2) for scene in scenes], torch.device("cpu"))
    latents = autoencoder.moments(pictures)[0].permute(0, 2, 3, 1).flatten(0, 2).float().numpy()
    small = torch.nn.functional.avg_pool2d((pictures + 1) / 2, 16).permute(0, 2, 3, 1).flatten(0, 2).numpy()
    known = np.concatenate([latents, np.ones((len(latents), 1), np.float32)], 1)
    factors = np.linalg.lstsq(known, small, rcond=None)[0].round(5)
    return {"factors": factors[:-1].tolist(), "bias": factors[-1].tolist()}


def words(recipe: Recipe) -> dict[str, Any]:
    """What a program may want to know of a model's world: its words, lists, sizes, and what to draw when a prompt has
    no known word."""
    world, rng = recipe.world, random.Random(11)
    return {
        "words": vocabulary(world),
        "reads": recipe.denoiser.text_length - 1,  # the start is a token too
        "naming": naming(world),
        "sizes": list(recipe.frames),
        "subjects": list(world.subjects),
        "colours": list(world.colours),
        "places": list(world.places),
        "times": list(world.times),
        "styles": list(world.styles),
        "fallback": [prompts(rng, world) for _ in range(24)],
    }


def export_decoder(recipe: Recipe, autoencoder: Autoencoder, folder: Path) -> None:
    """Write a model's decoder into ``folder``."""
    latent = torch.randn(2, recipe.autoencoder.latent, 16, 16)
    inputs = {"latent_sample": [-1, recipe.autoencoder.latent, -1, -1]}
    save(Decode(autoencoder), (latent,), inputs, ["sample"], folder / "vae_decoder", small=True)


def export(recipe: Recipe, run: Path, folder: Path) -> None:
    """Write a run's model into ``folder``."""
    tokenizer = Tokenizer.of(vocabulary())
    painter = denoising.load(run / "denoiser.pt", recipe, tokenizer)
    autoencoder = autoencoding.load(autoencoding.best(run), recipe, torch.device("cpu"))
    channels, text = recipe.autoencoder.latent, recipe.denoiser.text_width
    length = recipe.denoiser.text_length
    configure(folder, recipe, tokenizer)
    save_tokenizer(tokenizer, folder / "tokenizer")
    numbers = torch.tensor([tokenizer.encode("a red robot"), tokenizer.encode("")])
    names = ["last_hidden_state", "pooler_output"]
    save(Words(painter.text), (numbers,), {"input_ids": [-1, LENGTH]}, names, folder / "text_encoder", small=True)
    latent = torch.randn(2, channels, 16, 16)
    inputs = {"sample": [-1, channels, -1, -1], "timestep": [-1], "encoder_hidden_states": [-1, length, text]}
    states = torch.randn(2, length, text)
    examples = (latent, torch.tensor([5]), states)
    save(painter.denoiser, examples, inputs, ["out_sample"], folder / "unet", small=True)
    export_decoder(recipe, autoencoder, folder)
    picture = torch.randn(1, 3, SIDE, SIDE)
    inputs = {"sample": [-1, 3, -1, -1]}
    save(Encode(autoencoder), (picture,), inputs, ["latent_parameters"], folder / "vae_encoder", small=True)
    write_json(folder / "vocabulary.json", words(recipe))
    factors = json.dumps(preview_factors(recipe, autoencoder))
    (folder / "latent_rgb.json").write_text(factors + "\n", encoding="utf-8")
    card.write(recipe, run, folder)


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description="Export a run's model.")
    parser.add_argument("part", nargs="?", choices=["decoder"], help="change this of a model alone (default: all)")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    recipe = Recipe.load(options.recipe)
    run = options.run or RUNS / recipe.name
    new, old = options.to.with_name(f".{options.to.name}.new"), options.to.with_name(f".{options.to.name}.old")
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    if options.part == "decoder":
        shutil.copytree(options.to, new)
        export_decoder(recipe, autoencoding.load(autoencoding.best(run), recipe, torch.device("cpu")), new)
        write_json(new / "vocabulary.json", words(recipe))
        card.write(recipe, run, new)
    else:
        export(recipe, run, new)
    if options.to.exists():
        options.to.rename(old)
    new.rename(options.to)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    main()

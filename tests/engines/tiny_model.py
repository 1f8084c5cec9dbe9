"""A model of Stable Diffusion's shape, a few hundred kilobytes large and made without torch: it draws coloured noise.

The real pipeline runs on it (tokenizer, text encoder, denoiser, decoder, scheduler), so the lean tests meet
everything that Storybook meets, except meaning: the mean of the words' vectors tints the picture.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from limner.engines.adapters.openvino.library import load_library
from limner.engines.catalog import Model, facts
from tests.engines.puppet import puppet

ov, _ = load_library()  # before anything else imports openvino, which would call home

import openvino_tokenizers.tokenizer_pipeline as steps  # noqa: E402
from openvino import opset13 as ops  # noqa: E402
from openvino_tokenizers.utils import change_outputs_type  # noqa: E402

CHANNELS = 4
FACTOR = 8
LENGTH = 8
WIDTH = 16
WORDS = ("<pad>", "<unknown>", "a", "red", "blue", "robot", "flower", "moon", "with")


def tiny(folder: Path) -> Model:
    """The model, made in `folder`."""
    make(folder)
    able = replace(puppet().capabilities, vocabulary=facts(folder).words)
    return replace(puppet(), name="tiny", engine="openvino", title="Tiny", path=folder, capabilities=able)


def make(folder: Path) -> None:
    """Write the model into `folder`, with its vocabulary and checksums."""
    random = np.random.default_rng(5)
    parts = {
        "tokenizer/openvino_tokenizer.xml": _tokenizer(),
        "text_encoder/openvino_model.xml": _text_encoder(random),
        "unet/openvino_model.xml": _denoiser(random),
        "vae_decoder/openvino_model.xml": _decoder(random),
        "vae_encoder/openvino_model.xml": _encoder(random),
    }
    for name, part in parts.items():
        (folder / name).parent.mkdir(parents=True)
        ov.save_model(part, folder / name)
    vae = {
        "_class_name": "AutoencoderKL",
        "block_out_channels": [8] * FACTOR.bit_length(),
        "latent_channels": CHANNELS,
        "in_channels": 3,
        "out_channels": 3,
        "scaling_factor": 1.0,
    }
    settings = {
        "model_index.json": {
            "_class_name": "StableDiffusionPipeline",
            "scheduler": ["diffusers", "EulerDiscreteScheduler"],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderKL"],
        },
        "scheduler/scheduler_config.json": {
            "_class_name": "EulerDiscreteScheduler",
            "beta_start": 0.00085,
            "beta_end": 0.012,
            "beta_schedule": "scaled_linear",
            "num_train_timesteps": 1000,
            "prediction_type": "v_prediction",
            "timestep_spacing": "trailing",
        },
        "text_encoder/config.json": {"max_position_embeddings": LENGTH, "num_hidden_layers": 1, "hidden_size": WIDTH},
        "unet/config.json": {"in_channels": CHANNELS, "sample_size": 8, "cross_attention_dim": WIDTH},
        "vae_decoder/config.json": vae,
        "vae_encoder/config.json": vae,
        "vocabulary.json": {"words": list(WORDS[2:])},
    }
    for name, content in settings.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


def _tokenizer() -> Any:
    pipeline = steps.TokenizerPipeline()
    pipeline.add_steps(
        [
            # Without special tokens the pipeline forgets a tensor on the way (its `input_node[:-1]`).
            steps.SpecialTokensSplit.from_string_iter(["<pad>"]),
            steps.WhitespaceSplitStep(),
            steps.VocabEncoderStep(list(WORDS), default_value=1),
            steps.TruncationStep(LENGTH, truncation=True),
            steps.PaddingStep(token="<pad>", _token_id=0, max_length=LENGTH, pad_to_max_length=True),
        ]
    )
    model = pipeline.get_tokenizer_ov_subgraph()
    change_outputs_type(model, ov.Type.i64)
    for key, value in {"pad_token_id": 0, "eos_token_id": 0, "bos_token_id": 0}.items():
        model.set_rt_info(value, key)
    return model


def _named(node: Any, name: str) -> Any:
    output = node.output(0)
    output.get_tensor().set_names({name})
    return output


def _model(outputs: dict[str, Any], inputs: dict[str, Any]) -> Any:
    for name, node in inputs.items():
        _named(node, name)
    return ov.Model([_named(node, name) for name, node in outputs.items()], list(inputs.values()), "tiny")


def _parameter(shape: list[int], kind: type = np.float32) -> Any:
    return ops.parameter(ov.PartialShape(shape), kind)


def _weights(random: np.random.Generator, *shape: int, scale: float = 0.5) -> Any:
    return ops.constant((random.standard_normal(shape) * scale).astype(np.float32))


def _text_encoder(random: np.random.Generator) -> Any:
    ids = _parameter([-1, LENGTH], np.int64)
    hidden = ops.gather(_weights(random, len(WORDS), WIDTH, scale=2.0), ids, ops.constant(0))
    pooled = ops.reduce_mean(hidden, ops.constant([1]), False)
    return _model({"last_hidden_state": hidden, "pooler_output": pooled}, {"input_ids": ids})


def _denoiser(random: np.random.Generator) -> Any:
    sample = _parameter([-1, CHANNELS, -1, -1])
    timestep = _parameter([-1], np.int64)
    text = _parameter([-1, -1, WIDTH])
    tint = ops.matmul(
        ops.reduce_mean(text, ops.constant([1]), False), _weights(random, WIDTH, CHANNELS), False, False
    )
    tint = ops.unsqueeze(ops.unsqueeze(tint, ops.constant(-1)), ops.constant(-1))
    # The pipeline drops calls that are late when it has finished, so a step must take a few milliseconds, as real
    # ones do: the layers between are there for their work alone.
    smooth = sample
    for before, after in ((CHANNELS, 128), (128, 128), (128, CHANNELS)):
        weights = _weights(random, after, before, 3, 3, scale=0.03)
        smooth = ops.tanh(ops.convolution(smooth, weights, [1, 1], [1, 1], [1, 1], [1, 1]))
    time = ops.multiply(ops.convert(timestep, "f32"), ops.constant(np.float32(1e-3)))
    kept = ops.multiply(sample, ops.constant(np.float32(0.3)))
    out = ops.add(ops.multiply(smooth, time), ops.subtract(kept, tint))
    inputs = {"sample": sample, "timestep": timestep, "encoder_hidden_states": text}
    return _model({"out_sample": out}, inputs)


def _decoder(random: np.random.Generator) -> Any:
    latent = _parameter([-1, CHANNELS, -1, -1])
    weights = _weights(random, 3 * FACTOR * FACTOR, CHANNELS, 1, 1, scale=0.3)
    mixed = ops.convolution(latent, weights, [1, 1], [0, 0], [0, 0], [1, 1])
    return _model({"sample": ops.tanh(ops.depth_to_space(mixed, "depth_first", FACTOR))}, {"latent_sample": latent})


def _encoder(random: np.random.Generator) -> Any:
    sample = _parameter([-1, 3, -1, -1])
    weights = _weights(random, 2 * CHANNELS, 3, FACTOR, FACTOR, scale=0.05)
    mixed = ops.convolution(sample, weights, [FACTOR, FACTOR], [0, 0], [0, 0], [1, 1])
    return _model({"latent_parameters": mixed}, {"sample": sample})

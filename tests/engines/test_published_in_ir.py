"""Models in OpenVINO's form as they are published: every file that drawing needs comes, and they are known by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from limner.engines.contract import Task
from limner.engines.weights import look, refuse_what_runs
from limner.engines.weights.hub import File, Repository
from limner.engines.weights.pulling import wanted
from limner.errors import NotConfigured
from tests.engines.test_pulling import write

CHANGES = frozenset({Task.CREATE, Task.EDIT, Task.VARY})
NETWORK = ("openvino_model.xml", "openvino_model.bin", "config.json")
WORDS = (
    "openvino_tokenizer.xml",
    "openvino_tokenizer.bin",
    "openvino_detokenizer.xml",
    "openvino_detokenizer.bin",
    "tokenizer_config.json",
    "special_tokens_map.json",
)
CLIP = (*WORDS, "vocab.json", "merges.txt")
T5 = (*WORDS, "tokenizer.json", "spiece.model")
BESIDE = (".gitattributes", "README.md", "openvino_config.json", "model_index.json")
"""At the top."""
VAE: dict[str, Any] = {"block_out_channels": [128, 256, 512, 512], "latent_channels": 4}


def unet_parts(*, second: bool) -> dict[str, tuple[str, ...]]:
    names = ["text_encoder", "unet", "vae_decoder", "vae_encoder", *(["text_encoder_2"] if second else [])]
    tokenizers = ["tokenizer", *(["tokenizer_2"] if second else [])]
    return {**dict.fromkeys(names, NETWORK), **dict.fromkeys(tokenizers, CLIP)}


LCM = {
    **unet_parts(second=False),
    "scheduler": ("scheduler_config.json",),
    "feature_extractor": ("preprocessor_config.json",),
}
SD = {**unet_parts(second=False), "scheduler": ("scheduler_config.json",)}
SDXL = {**unet_parts(second=True), "scheduler": ("scheduler_config.json",)}
FLUX = {
    **dict.fromkeys(("text_encoder", "text_encoder_2", "transformer", "vae_decoder", "vae_encoder"), NETWORK),
    "tokenizer": CLIP,
    "tokenizer_2": T5,
    "scheduler": ("scheduler_config.json",),
}
SD3 = {**FLUX, "text_encoder_3": NETWORK, "tokenizer_2": CLIP, "tokenizer_3": T5}
FLOW = {"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 1.0}
TRAILING = {"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "trailing", "prediction_type": "epsilon"}
PNDM = {"_class_name": "PNDMScheduler"}


@pytest.mark.parametrize(
    ("name", "pipeline", "parts", "says", "advice", "edge"),
    [
        (
            "OpenVINO/LCM_Dreamshaper_v7-int8-ov",
            "OVLatentConsistencyModelPipeline",
            LCM,
            {"unet": {"sample_size": 96, "time_cond_proj_dim": 256}, "scheduler": {"_class_name": "LCMScheduler"}},
            (4, 8.0),
            768,
        ),
        (
            "OpenVINO/stable-diffusion-v1-5-int8-ov",
            "StableDiffusionPipeline",
            SD,
            {"unet": {"sample_size": 64}, "scheduler": PNDM},
            (25, 7.5),
            512,
        ),
        (
            "OpenVINO/sd-turbo-fp16-ov",
            "StableDiffusionPipeline",
            SD,
            {"unet": {"sample_size": 64}, "scheduler": TRAILING},
            (4, 0.0),
            512,
        ),
        (
            "OpenVINO/stable-diffusion-xl-base-1.0-fp16-ov",
            "OVStableDiffusionXLPipeline",
            SDXL,
            {"unet": {"sample_size": 128}, "scheduler": {"_class_name": "EulerDiscreteScheduler"}},
            (30, 5.0),
            1024,
        ),
        (
            "OpenVINO/stable-diffusion-3.5-large-turbo-int8-ov",
            "StableDiffusion3Pipeline",
            SD3,
            {"transformer": {"sample_size": 128}, "scheduler": FLOW},
            (4, 0.0),
            1024,
        ),
        (
            "OpenVINO/FLUX.1-schnell-int8-ov",
            "FluxPipeline",
            FLUX,
            {"transformer": {"guidance_embeds": False}, "scheduler": FLOW},
            (4, 0.0),
            1024,
        ),
    ],
)
def test_it_comes_whole_and_is_known(
    tmp_path: Path,
    name: str,
    pipeline: str,
    parts: dict[str, tuple[str, ...]],
    says: dict[str, dict[str, Any]],
    advice: tuple[int, float],
    edge: int,
) -> None:
    inside = [f"{part}/{file}" for part, files in parts.items() for file in files]
    files = tuple(File(file, 1000, "") for file in (*BESIDE, *inside))
    index = {"_class_name": pipeline, "vae": ["diffusers", "AutoencoderKL"], "safety_checker": [None, None]}
    index |= {part: ["theirs", "Part"] for part in parts if not part.startswith("vae_")}
    fetched = {file.name for file in wanted(Repository(name, "0" * 40, files, "mit", index))}
    assert fetched == {"model_index.json", *inside}

    folder = tmp_path / name.partition("/")[2]
    for file in fetched:
        part, _, stem = file.partition("/")
        known = VAE if part.startswith("vae_") else says.get(part, {})
        content = (
            json.dumps(index if file == "model_index.json" else known) if stem != "openvino_model.xml" else "<net/>"
        )
        write(folder, file, content.encode())
    refuse_what_runs(folder, name)
    found = look(folder, folder.name)
    able = found.capabilities
    assert (found.engine, able.sizes[0].width) == ("openvino", edge)
    assert able.tasks == CHANGES
    assert (able.default_steps, able.default_guidance) == advice
    assert found.bytes > 1


def test_a_kind_that_openvino_does_not_draw_is_refused_before_its_weights_come() -> None:
    index = {"_class_name": "QwenImagePipeline", "transformer": ["diffusers", "QwenImageTransformer2DModel"]}
    files = tuple(File(name, 1000, "") for name in ("model_index.json", *(f"transformer/{file}" for file in NETWORK)))
    with pytest.raises(NotConfigured, match="Qwen-Image in OpenVINO's form"):
        wanted(Repository("OpenVINO/Qwen-Image-int8-ov", "0" * 40, files, "mit", index=index))

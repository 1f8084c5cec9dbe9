"""Small pictures as other programs write them: their texts where those programs put them."""

from __future__ import annotations

import io
import json
from typing import Any

from PIL import ExifTags, Image, PngImagePlugin

A1111 = (
    "masterpiece, (a cat:1.2) <lora:add_detail:0.7>, on a roof\n"
    "Negative prompt: blurry, ugly\n"
    "Steps: 25, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.5, Seed: 42, Size: 512x768, "
    "Model hash: abc1234567, Model: dreamshaper_8, Clip skip: 2, Version: v1.9.4"
)
COMFYUI: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 156680208700286,
            "steps": 20,
            "cfg": 8.0,
            "sampler_name": "euler",
            "scheduler": "normal",
            "denoise": 1.0,
            "model": ["10", 0],
            "positive": ["6", 0],
            "negative": ["7", 0],
            "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "SD1.5\\v1-5-pruned.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 384, "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a glass bottle, purple galaxy", "clip": ["10", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "text, watermark", "clip": ["10", 1]}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "ComfyUI", "images": ["8", 0]}},
    "10": {
        "class_type": "LoraLoader",
        "inputs": {"lora_name": "ink.safetensors", "model": ["4", 0], "clip": ["4", 1]},
    },
}
FLUX: dict[str, Any] = {
    "1": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux1-dev.sft", "weight_dtype": "default"}},
    "2": {"class_type": "PrimitiveString", "inputs": {"value": "a fox in the snow"}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"text": ["2", 0], "clip": ["9", 0]}},
    "4": {"class_type": "FluxGuidance", "inputs": {"guidance": 3.5, "conditioning": ["3", 0]}},
    "5": {"class_type": "BasicGuider", "inputs": {"model": ["1", 0], "conditioning": ["4", 0]}},
    "6": {"class_type": "RandomNoise", "inputs": {"noise_seed": 99}},
    "7": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
    "8": {"class_type": "BasicScheduler", "inputs": {"scheduler": "simple", "steps": 28, "denoise": 1}},
    "9": {"class_type": "DualCLIPLoader", "inputs": {"clip_name1": "t5xxl.safetensors"}},
    "10": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 1024, "height": 768, "batch_size": 1}},
    "11": {
        "class_type": "SamplerCustomAdvanced",
        "inputs": {
            "noise": ["6", 0],
            "guider": ["5", 0],
            "sampler": ["7", 0],
            "sigmas": ["8", 0],
            "latent_image": ["10", 0],
        },
    },
}  # fmt: skip
WORKFLOW: dict[str, Any] = {
    "last_node_id": 7,
    "nodes": [
        {
            "id": 3,
            "type": "KSampler",
            "inputs": [
                {"name": "model", "type": "MODEL", "link": 1},
                {"name": "positive", "type": "CONDITIONING", "link": 4},
                {"name": "negative", "type": "CONDITIONING", "link": 6},
                {"name": "latent_image", "type": "LATENT", "link": 2},
            ],
            "widgets_values": [8566257, "randomize", 20, 8, "euler", "normal", 1],
        },
        {"id": 4, "type": "CheckpointLoaderSimple", "widgets_values": ["v1-5.ckpt"]},
        {"id": 5, "type": "EmptyLatentImage", "widgets_values": [512, 512, 1]},
        {"id": 6, "type": "CLIPTextEncode", "inputs": [{"name": "clip", "link": 3}], "widgets_values": ["a bottle"]},
        {"id": 7, "type": "CLIPTextEncode", "inputs": [{"name": "clip", "link": 5}], "widgets_values": ["watermark"]},
    ],
    "links": [
        [1, 4, 0, 3, 0, "MODEL"],
        [2, 5, 0, 3, 3, "LATENT"],
        [3, 4, 1, 6, 0, "CLIP"],
        [4, 6, 0, 3, 1, "CONDITIONING"],
        [5, 4, 1, 7, 0, "CLIP"],
        [6, 7, 0, 3, 2, "CONDITIONING"],
    ],
}
INVOKEAI: dict[str, Any] = {
    "generation_mode": "txt2img",
    "positive_prompt": "a lighthouse in a storm",
    "negative_prompt": "people",
    "width": 768,
    "height": 512,
    "seed": 1234567890,
    "rand_device": "cpu",
    "cfg_scale": 7.5,
    "steps": 30,
    "scheduler": "euler_a",
    "model": {"key": "k", "hash": "blake3:00", "name": "Dreamlike", "base": "sd-1", "type": "main"},
    "controlnets": [{"control_model": {"name": "canny"}}],
    "loras": [{"model": {"name": "inkpunk"}, "weight": 0.75}],
    "app_version": "4.2.9",
}
SD_METADATA: dict[str, Any] = {
    "model": "stable diffusion",
    "model_weights": "stable-diffusion-1.5",
    "model_hash": "cc6cb27103417325ff94f52b7a5d2dde45a7515b25c255d8e396c90014281516",
    "app_id": "invoke-ai/InvokeAI",
    "app_version": "2.3.5",
    "image": {
        "prompt": [{"prompt": "an old barn [fence, car] at dawn", "weight": 1.0}],
        "steps": 50,
        "cfg_scale": 7.5,
        "height": 512,
        "width": 640,
        "seed": 3011,
        "type": "txt2img",
        "sampler": "k_lms",
    },
}
FOOOCUS: dict[str, Any] = {
    "adm_guidance": "(1.5, 0.8, 0.3)",
    "base_model": "juggernautXL_v8Rundiffusion",
    "base_model_hash": "aeb7e9e689",
    "guidance_scale": 4,
    "loras": [["sd_xl_offset_example-lora_1.0", 0.1, "4852686128"]],
    "metadata_scheme": "fooocus",
    "negative_prompt": "unrealistic",
    "performance": "Speed",
    "prompt": "a teapot in a garden",
    "refiner_model": "None",
    "resolution": "(1152, 896)",
    "sampler": "dpmpp_2m_sde_gpu",
    "scheduler": "karras",
    "seed": "4567",
    "sharpness": 2,
    "steps": 30,
    "styles": "['Fooocus V2', 'Fooocus Enhance']",
    "version": "Fooocus v2.5.3",
}


def png(**texts: str | dict[str, Any]) -> bytes:
    """A PNG with these texts; what is no text is written as JSON. `_` stands for the `-` in `sd-metadata`."""
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_text(name.replace("sd_metadata", "sd-metadata"), text if isinstance(text, str) else json.dumps(text))
    return _saved("PNG", pnginfo=info)


def commented(format: str, text: str) -> bytes:
    """A JPEG or WebP with a comment in Exif, as AUTOMATIC1111 writes it."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"UNICODE\x00" + text.encode("utf-16-be")
    return _saved(format, exif=exif)


def fooocus_file(format: str) -> bytes:
    """Fooocus puts its texts beside a camera's name."""
    exif = Image.Exif()
    exif[0x9286] = json.dumps(FOOOCUS)
    exif[0x0131] = "Fooocus v2.5.3"
    exif[0x927C] = "fooocus"
    return _saved(format, exif=exif)


def comfyui_webp() -> bytes:
    """ComfyUI's animated WebP: the graph instead of a camera's name."""
    exif = Image.Exif()
    exif[0x0110] = f"prompt:{json.dumps(COMFYUI)}"
    exif[0x010F] = f"workflow:{json.dumps(WORKFLOW)}"
    return _saved("WEBP", exif=exif)


def _saved(format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 4)).save(out, format, **options)
    return out.getvalue()

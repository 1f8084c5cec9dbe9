"""Models of each kind diffusers draws with: tiny, untrained, made by the real libraries and kept as theirs are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

WIDTH = 32
WORDS = ("a", "red", "blue", "robot", "flower", "moon", "with", "boat")


def stable_diffusion(folder: Path, **said: Any) -> None:
    """Of Stable Diffusion 1.5's kind: 32×32 pixels of latent, cells of 2 pixels."""
    torch.manual_seed(3)
    pipeline = diffusers.StableDiffusionPipeline(
        vae=_autoencoder(),
        text_encoder=_clip(),
        tokenizer=_tokenizer(),
        unet=_unet(),
        scheduler=_euler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder, **said)


def watched(folder: Path, *, strict: bool) -> None:
    """Stable Diffusion with the checker that its makers gave it: a `strict` one objects to everything, any other to
    nothing."""
    from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker

    torch.manual_seed(3)
    seeing = {"hidden_size": WIDTH, "intermediate_size": 37, "num_attention_heads": 4, "num_hidden_layers": 2}
    checker = StableDiffusionSafetyChecker(
        transformers.CLIPConfig(
            text_config=_clip_config().to_dict(),
            vision_config={**seeing, "image_size": 32, "patch_size": 8, "projection_dim": WIDTH},
            projection_dim=WIDTH,
        )
    )
    for needed in (checker.concept_embeds_weights, checker.special_care_embeds_weights):
        needed.data.fill_(-2 if strict else 2)  # likeness lies between -1 and 1
    size = {"height": 32, "width": 32}
    pipeline = diffusers.StableDiffusionPipeline(
        vae=_autoencoder(),
        text_encoder=_clip(),
        tokenizer=_tokenizer(),
        unet=_unet(),
        scheduler=_euler(),
        safety_checker=checker,
        feature_extractor=transformers.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=size),
    )
    pipeline.save_pretrained(folder)


def stable_diffusion_xl(folder: Path) -> None:
    """Two text encoders, and sizes as conditions."""
    torch.manual_seed(4)
    pipeline = diffusers.StableDiffusionXLPipeline(
        vae=_autoencoder(),
        text_encoder=_clip(),
        text_encoder_2=transformers.CLIPTextModelWithProjection(_clip_config()),
        tokenizer=_tokenizer(),
        tokenizer_2=_tokenizer(),
        unet=_unet(
            cross_attention_dim=2 * WIDTH,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + WIDTH,
        ),
        scheduler=_euler(),
    )
    pipeline.save_pretrained(folder)


def latent_consistency(folder: Path) -> None:
    """Stable Diffusion that was taught to draw in few steps."""
    torch.manual_seed(5)
    pipeline = diffusers.LatentConsistencyModelPipeline(
        vae=_autoencoder(),
        text_encoder=_clip(),
        tokenizer=_tokenizer(),
        unet=_unet(time_cond_proj_dim=WIDTH),
        scheduler=diffusers.LCMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder)


def stable_diffusion_3(folder: Path) -> None:
    """A transformer, two text encoders of CLIP's kind (the third is optional)."""
    torch.manual_seed(6)
    pipeline = diffusers.StableDiffusion3Pipeline(
        vae=_autoencoder(latent_channels=16, shift_factor=0.06, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=transformers.CLIPTextModelWithProjection(_clip_config()),
        text_encoder_2=transformers.CLIPTextModelWithProjection(_clip_config()),
        text_encoder_3=None,
        tokenizer=_tokenizer(),
        tokenizer_2=_tokenizer(),
        tokenizer_3=None,
        transformer=diffusers.SD3Transformer2DModel(
            sample_size=32,
            patch_size=1,
            in_channels=16,
            num_layers=1,
            attention_head_dim=8,
            num_attention_heads=4,
            caption_projection_dim=32,
            joint_attention_dim=32,
            pooled_projection_dim=64,
            out_channels=16,
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
    )
    pipeline.save_pretrained(folder)


def flux(folder: Path, *, taught: bool = True) -> None:
    """FLUX.1: latents as a sequence. `taught`: guidance is an input, as in dev and not in schnell."""
    torch.manual_seed(7)
    pipeline = diffusers.FluxPipeline(
        vae=_autoencoder(latent_channels=1, shift_factor=0.06, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=_clip(),
        text_encoder_2=transformers.T5EncoderModel(
            transformers.T5Config(vocab_size=64, d_model=WIDTH, d_kv=8, d_ff=37, num_layers=1, num_heads=4)
        ),
        tokenizer=_tokenizer(),
        tokenizer_2=_tokenizer(),
        transformer=diffusers.FluxTransformer2DModel(
            patch_size=1,
            in_channels=4,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=WIDTH,
            pooled_projection_dim=WIDTH,
            axes_dims_rope=[4, 4, 8],
            guidance_embeds=taught,
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
    )
    pipeline.save_pretrained(folder)


def tiny_autoencoder(folder: Path, *, channels: int = 4) -> None:
    """Of TAESD's kind, for cells of 2 pixels."""
    torch.manual_seed(9)
    blocks = {"encoder_block_out_channels": (8, 8), "decoder_block_out_channels": (8, 8)}
    numbers = {"num_encoder_blocks": (1, 1), "num_decoder_blocks": (1, 1)}
    diffusers.AutoencoderTiny(latent_channels=channels, **blocks, **numbers).save_pretrained(folder)


def lora(file: Path, *, width: int = WIDTH) -> None:
    """A change of the attention of `_unet` and of its text encoder, as diffusers keeps what peft taught. Another
    `width` is of another kind of model."""
    import peft
    from peft.utils import get_peft_model_state_dict

    torch.manual_seed(8)
    config = peft.LoraConfig(r=4, target_modules=["to_q", "to_v"], init_lora_weights=False)
    unet = _unet(cross_attention_dim=width)
    unet.add_adapter(config)
    diffusers.StableDiffusionPipeline.save_lora_weights(
        file.parent, unet_lora_layers=get_peft_model_state_dict(unet), weight_name=file.name
    )


def _autoencoder(**said: Any) -> Any:
    return diffusers.AutoencoderKL(
        **{
            "in_channels": 3,
            "out_channels": 3,
            "block_out_channels": [32, 64],
            "down_block_types": ["DownEncoderBlock2D"] * 2,
            "up_block_types": ["UpDecoderBlock2D"] * 2,
            "latent_channels": 4,
            **said,
        }
    )


def _unet(**said: Any) -> Any:
    return diffusers.UNet2DConditionModel(
        **{
            "block_out_channels": (32, 64),
            "layers_per_block": 1,
            "sample_size": 32,
            "in_channels": 4,
            "out_channels": 4,
            "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
            "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
            "cross_attention_dim": WIDTH,
            "attention_head_dim": 8,
            **said,
        }
    )


def _euler() -> Any:
    return diffusers.EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")


def _clip_config() -> Any:
    return transformers.CLIPTextConfig(
        bos_token_id=0,
        eos_token_id=1,
        hidden_size=WIDTH,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=2,
        pad_token_id=1,
        projection_dim=WIDTH,
        vocab_size=64,
    )


def _clip() -> Any:
    return transformers.CLIPTextModel(_clip_config())


def _tokenizer() -> Any:
    """CLIP's, which knows a few words as wholes."""
    letters = [chr(code) for code in range(97, 112)]
    tokens = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    tokens += [f"{word}</w>" for word in WORDS if f"{word}</w>" not in tokens]
    return transformers.CLIPTokenizer(
        vocab={token: number for number, token in enumerate(tokens)},
        merges=[],
        unk_token="<|endoftext|>",
        model_max_length=16,
    )

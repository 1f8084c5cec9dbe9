"""Models of each kind diffusers draws with: tiny, untrained, made by the real libraries and kept as theirs are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import diffusers
import safetensors.torch
import tokenizers
import torch
import transformers

torch.set_num_threads(1)  # of networks so small, a second thread only waits for the first: ten times as long
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


def stable_diffusion_2(folder: Path) -> None:
    """Of Stable Diffusion 2's kind: OpenCLIP's text encoder, linear projections, and a network that predicts v."""
    torch.manual_seed(8)
    pipeline = diffusers.StableDiffusionPipeline(
        vae=_autoencoder(),
        text_encoder=transformers.CLIPTextModel(_clip_config(hidden_act="gelu", num_hidden_layers=3)),
        tokenizer=_tokenizer(),
        unet=_unet(use_linear_projection=True, attention_head_dim=(2, 4)),
        scheduler=diffusers.DDIMScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            clip_sample=False,
            set_alpha_to_one=False,
            steps_offset=1,
            prediction_type="v_prediction",
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder)


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


def stable_diffusion_3(folder: Path, *, third: bool = False) -> None:
    """A transformer, two text encoders of CLIP's kind; the third is optional."""
    torch.manual_seed(6)
    pipeline = diffusers.StableDiffusion3Pipeline(
        vae=_autoencoder(latent_channels=16, shift_factor=0.06, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=transformers.CLIPTextModelWithProjection(_clip_config()),
        text_encoder_2=transformers.CLIPTextModelWithProjection(_clip_config()),
        text_encoder_3=_t5() if third else None,
        tokenizer=_tokenizer(),
        tokenizer_2=_tokenizer(),
        tokenizer_3=_t5_tokenizer() if third else None,
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


def stable_diffusion_3_with_t5(folder: Path) -> None:
    """All of its text encoders."""
    stable_diffusion_3(folder, third=True)


def flux(folder: Path, *, taught: bool = True) -> None:
    """FLUX.1: latents as a sequence. `taught`: guidance is an input, as in dev and not in schnell."""
    torch.manual_seed(7)
    pipeline = diffusers.FluxPipeline(
        vae=_autoencoder(latent_channels=1, shift_factor=0.06, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=_clip(),
        text_encoder_2=_t5(),
        tokenizer=_tokenizer(),
        tokenizer_2=_t5_tokenizer(),
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


def flux_2(folder: Path) -> None:
    """FLUX.2: pictures as references, latents as a sequence of patches, a chat model as text encoder."""
    torch.manual_seed(9)
    told = transformers.Mistral3Config(
        text_config=_chat_config(transformers.MistralConfig, layers=30, head_dim=8),
        vision_config=transformers.PixtralVisionConfig(
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            image_size=32,
            patch_size=16,
        ),
        image_token_index=1,
    )
    pipeline = diffusers.Flux2Pipeline(
        vae=_patched_autoencoder(),
        text_encoder=transformers.Mistral3ForConditionalGeneration(told),
        tokenizer=_chat_tokenizer("[IMG]"),
        transformer=_flux_2_transformer(guidance_embeds=True),
        scheduler=_dynamic_flow(),
    )
    pipeline.save_pretrained(folder)
    # It is published with its tokenizer in a processor, which cannot be made here without torchvision.
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps({**index, "tokenizer": ["transformers", "PixtralProcessor"]}))


def flux_2_klein(folder: Path, *, distilled: bool = True) -> None:
    """FLUX.2 klein; its base was not distilled."""
    torch.manual_seed(10)
    pipeline = diffusers.Flux2KleinPipeline(
        vae=_patched_autoencoder(),
        text_encoder=transformers.Qwen3ForCausalLM(_chat_config(transformers.Qwen3Config, layers=27, head_dim=8)),
        tokenizer=_chat_tokenizer(),
        transformer=_flux_2_transformer(guidance_embeds=False),
        scheduler=_dynamic_flow(),
        is_distilled=distilled,
    )
    pipeline.save_pretrained(folder)


def qwen_image(folder: Path) -> None:
    """Qwen-Image: an autoencoder for films, of which a picture is one frame; Qwen2.5-VL reads the words."""
    torch.manual_seed(11)
    parts = {"mrope_section": [1, 1, 2], "rope_type": "default", "type": "default"}
    told = transformers.Qwen2_5_VLConfig(
        text_config={
            **_chat_config(transformers.Qwen2Config, layers=1).to_dict(),
            "rope_parameters": {**parts, "rope_theta": 10000.0},
            "rope_scaling": parts,
        },
        vision_config={
            "depth": 1,
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_heads": 2,
            "out_hidden_size": 16,
            "fullatt_block_indexes": [0],
        },
    )
    pipeline = diffusers.QwenImagePipeline(
        vae=diffusers.AutoencoderKLQwenImage(
            base_dim=8,
            z_dim=4,
            dim_mult=[1, 2],
            num_res_blocks=1,
            temperal_downsample=[False],
            latents_mean=[0.0] * 4,
            latents_std=[1.0] * 4,
        ),
        text_encoder=transformers.Qwen2_5_VLForConditionalGeneration(told),
        tokenizer=_chat_tokenizer(),
        transformer=diffusers.QwenImageTransformer2DModel(
            patch_size=2,
            in_channels=16,
            out_channels=4,
            num_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=16,
            axes_dims_rope=(4, 6, 6),
        ),
        scheduler=_dynamic_flow(),
    )
    pipeline.save_pretrained(folder)


def z_image(folder: Path) -> None:
    """Z-Image: one stream of words and pixels; Qwen3 reads the words."""
    torch.manual_seed(12)
    pipeline = diffusers.ZImagePipeline(
        vae=_autoencoder(latent_channels=16, shift_factor=0.06, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=transformers.Qwen3Model(_chat_config(transformers.Qwen3Config, layers=2, head_dim=8)),
        tokenizer=_chat_tokenizer(),
        transformer=diffusers.ZImageTransformer2DModel(
            in_channels=16,
            dim=32,
            n_layers=1,
            n_refiner_layers=1,
            n_heads=2,
            n_kv_heads=2,
            cap_feat_dim=16,
            axes_dims=[4, 6, 6],
            axes_lens=[1024, 64, 64],
        ),
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=6.0),
    )
    pipeline.save_pretrained(folder)


def _patched_autoencoder() -> Any:
    return diffusers.AutoencoderKLFlux2(
        block_out_channels=(32, 64),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        layers_per_block=1,
        latent_channels=4,
    )


def _flux_2_transformer(*, guidance_embeds: bool) -> Any:
    return diffusers.Flux2Transformer2DModel(
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=3 * 16,
        timestep_guidance_channels=16,
        axes_dims_rope=(4, 4, 4, 4),
        guidance_embeds=guidance_embeds,
    )


def _dynamic_flow() -> Any:
    return diffusers.FlowMatchEulerDiscreteScheduler(
        base_image_seq_len=256, max_image_seq_len=4096, base_shift=0.5, max_shift=1.15, use_dynamic_shifting=True
    )


def _chat_config(kind: Any, layers: int, **said: Any) -> Any:
    """A language model that is narrow; FLUX.2 reads layers in its middle by their number, so it cannot be flat."""
    return kind(
        vocab_size=300,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=2048,
        pad_token_id=0,
        bos_token_id=0,
        eos_token_id=0,
        **said,
    )


def _chat_tokenizer(*also: str) -> Any:
    """Qwen's, with a token for each byte."""
    letters = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    special = ["<|endoftext|>", *also, "<|im_start|>", "<|im_end|>"]
    tokenizer = transformers.Qwen2Tokenizer(
        vocab={token: number for number, token in enumerate([*special, *letters])},
        merges=[],
        additional_special_tokens=special[1:],
    )
    tokenizer.chat_template = (
        "{% for message in messages %}<|im_start|>{{ message.role }}\n"
        "{% if message.content is string %}{{ message.content }}"
        "{% else %}{% for part in message.content %}{{ part.text }}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    return tokenizer


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


def flux_lora(file: Path, layer: str, takes: int, gives: int) -> None:
    """A change of one layer of FLUX.1, from `takes` numbers to `gives`, as diffusers keeps it."""
    torch.manual_seed(8)
    name = f"transformer.{layer}"
    safetensors.torch.save_file(
        {f"{name}.lora_A.weight": torch.randn(4, takes), f"{name}.lora_B.weight": torch.randn(gives, 4)}, file
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


def _clip_config(**said: Any) -> Any:
    return transformers.CLIPTextConfig(
        **{
            "bos_token_id": 0,
            "eos_token_id": 1,
            "hidden_size": WIDTH,
            "intermediate_size": 37,
            "num_attention_heads": 4,
            "num_hidden_layers": 2,
            "pad_token_id": 1,
            "projection_dim": WIDTH,
            "vocab_size": 128,
            **said,
        }
    )


def _clip() -> Any:
    return transformers.CLIPTextModel(_clip_config())


def _t5() -> Any:
    return transformers.T5EncoderModel(
        transformers.T5Config(vocab_size=64, d_model=WIDTH, d_kv=8, d_ff=37, num_layers=1, num_heads=4)
    )


def _t5_tokenizer() -> Any:
    letters = [(chr(code), -5.0) for code in range(97, 123)]
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *((f"▁{word}", -3.0) for word in WORDS[1:])]
    return transformers.T5Tokenizer(vocab=[*pieces, *letters], extra_ids=0, model_max_length=512)


def _tokenizer() -> Any:
    """CLIP's, which puts a few words together of their letters."""
    letters = [chr(code) for code in range(97, 123)]
    tokens = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    merges = []
    for word in WORDS[1:]:
        parts = [*word[:-1], f"{word[-1]}</w>"]
        merges += [("".join(parts[:number]), part) for number, part in enumerate(parts) if number]
    tokens += dict.fromkeys("".join(merged) for merged in merges)
    return transformers.CLIPTokenizer(
        vocab={token: number for number, token in enumerate(tokens)},
        merges=merges,
        unk_token="<|endoftext|>",
        model_max_length=77,
    )

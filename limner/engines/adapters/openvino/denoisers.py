"""What each kind's denoiser takes, by the names that OpenVINO GenAI gives: these say what is traced."""

from __future__ import annotations

from typing import Any

Input = tuple[Any, list[int]]
"""An example, and the shape that it may have: -1 is any."""
WORDS = 77
"""How many tokens CLIP reads."""


def denoiser(torch: Any, pipeline: Any) -> tuple[str, Any, dict[str, Input]]:
    """The name of a pipeline's part, the network as it is called there, and its inputs in that order."""
    kind = type(pipeline).__name__
    if kind == "StableDiffusion3Pipeline":
        return "transformer", _transformer(torch, pipeline.transformer), _stable_diffusion_3(torch, pipeline)
    if kind == "FluxPipeline":
        return "transformer", _transformer(torch, pipeline.transformer), _flux(torch, pipeline)
    return "unet", _unet(torch, pipeline.unet), _unet_inputs(torch, pipeline)


def _unet_inputs(torch: Any, pipeline: Any) -> dict[str, Input]:
    said = pipeline.unet.config
    cells, width, channels = 8, said.cross_attention_dim, said.in_channels
    inputs = {
        "sample": (torch.randn(2, channels, cells, cells), [-1, channels, -1, -1]),
        "timestep": (torch.tensor([1, 1]), [-1]),  # OpenVINO GenAI counts them in whole numbers
        "encoder_hidden_states": (torch.randn(2, WORDS, width), [-1, -1, width]),
    }
    if said.addition_embed_type == "text_time":
        whole = pipeline.text_encoder_2.config.projection_dim
        inputs["text_embeds"] = torch.randn(2, whole), [-1, whole]
        inputs["time_ids"] = torch.zeros(2, 6), [-1, 6]
    if guided := said.time_cond_proj_dim:
        inputs["timestep_cond"] = torch.randn(2, guided), [-1, guided]
    return inputs


def _unet(torch: Any, unet: Any) -> Any:
    class Denoiser(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.unet = unet

        def forward(
            self,
            sample: Any,
            timestep: Any,
            encoder_hidden_states: Any,
            text_embeds: Any = None,
            time_ids: Any = None,
            timestep_cond: Any = None,
        ) -> Any:
            conditions = None if text_embeds is None else {"text_embeds": text_embeds, "time_ids": time_ids}
            return self.unet(
                sample,
                timestep,
                encoder_hidden_states,
                timestep_cond=timestep_cond,
                added_cond_kwargs=conditions,
                return_dict=False,
            )[0]

    return Denoiser()


def _stable_diffusion_3(torch: Any, pipeline: Any) -> dict[str, Input]:
    said = pipeline.transformer.config
    cells = 8 * said.patch_size
    return {
        "hidden_states": (torch.randn(2, said.in_channels, cells, cells), [-1, said.in_channels, -1, -1]),
        "timestep": (torch.tensor([1.0]), [-1]),  # one for all
        "encoder_hidden_states": (
            torch.randn(2, 2 * WORDS, said.joint_attention_dim),
            [-1, -1, said.joint_attention_dim],
        ),
        "pooled_projections": (torch.randn(2, said.pooled_projection_dim), [-1, said.pooled_projection_dim]),
    }


def _flux(torch: Any, pipeline: Any) -> dict[str, Input]:
    said = pipeline.transformer.config
    patches = 16
    inputs = {
        "hidden_states": (torch.randn(1, patches, said.in_channels), [-1, -1, said.in_channels]),
        "timestep": (torch.tensor([1.0]), [-1]),
        "encoder_hidden_states": (
            torch.randn(1, WORDS, said.joint_attention_dim),
            [-1, -1, said.joint_attention_dim],
        ),
        "pooled_projections": (torch.randn(1, said.pooled_projection_dim), [-1, said.pooled_projection_dim]),
        "img_ids": (torch.zeros(patches, 3), [-1, 3]),
        "txt_ids": (torch.zeros(WORDS, 3), [-1, 3]),
    }
    if said.guidance_embeds:
        inputs["guidance"] = torch.ones(1), [-1]
    return inputs


def _transformer(torch: Any, transformer: Any) -> Any:
    class Denoiser(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(
            self,
            hidden_states: Any,
            timestep: Any,
            encoder_hidden_states: Any,
            pooled_projections: Any,
            img_ids: Any = None,
            txt_ids: Any = None,
            guidance: Any = None,
        ) -> Any:
            given = {"img_ids": img_ids, "txt_ids": txt_ids, "guidance": guidance}
            return self.transformer(
                hidden_states=hidden_states,
                timestep=timestep,
                encoder_hidden_states=encoder_hidden_states,
                pooled_projections=pooled_projections,
                return_dict=False,
                **{name: value for name, value in given.items() if value is not None},
            )[0]

    return Denoiser()

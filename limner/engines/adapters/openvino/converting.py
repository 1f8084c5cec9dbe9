"""From diffusers' form of Stable Diffusion with its Turbo and LCM kin, and of FLUX.1, to OpenVINO's, which a CPU
draws with faster. Each network is traced once; its weights are kept in sixteen bits, or in eight."""

from __future__ import annotations

import errno
import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from limner.engines.adapters.openvino.denoisers import WORDS, Input, denoiser
from limner.engines.adapters.openvino.library import load_library
from limner.engines.weights import left_out, note_of, refuse_what_runs, verify_pulled
from limner.errors import ModelBroken, NotConfigured, say

KINDS = frozenset(
    {
        "FluxPipeline",
        "LatentConsistencyModelPipeline",
        "StableDiffusion3Pipeline",
        "StableDiffusionPipeline",
        "StableDiffusionXLPipeline",
    }
)
_READ_LAYERS = frozenset({"StableDiffusion3Pipeline", "StableDiffusionXLPipeline"})
"""Those that read the last layer but one of their text encoders."""
_ENCODERS = ("text_encoder", "text_encoder_2", "text_encoder_3")
_TOKENIZERS = ("tokenizer", "tokenizer_2", "tokenizer_3")
_NO_SPREAD = -30.0
"""The logarithm of a variance: the smallest that is told apart."""


def convert(
    folder: Path, to: Path, title: str, *, in_eight_bits: bool, tiny: Path | None, said: Callable[[str], None]
) -> None:
    """Write the model in `folder` to `to`, which is made. `said` hears what is done. Takes minutes, and twice the
    memory of the weights. `tiny` is the folder of a tiny autoencoder (TAESD and its kin) that takes the place of the
    model's own: a fraction of the time, and of the fine detail. Raises NotConfigured for other kinds and where
    something is not installed, ModelBroken, and OSError where it cannot be written."""
    kind = json.loads((folder / "model_index.json").read_text(encoding="utf-8")).get("_class_name")
    if kind not in KINDS:
        raise NotConfigured(
            say("{title} is a {kind}, which cannot be converted. Those can: {kinds}.",
                title=title, kind=str(kind)[:80], kinds=", ".join(sorted(KINDS)))
        )  # fmt: skip
    load_library()
    try:
        import diffusers  # noqa: F401
        import nncf  # noqa: F401
        import torch
        from openvino_tokenizers import convert_tokenizer
    except ModuleNotFoundError as error:
        message = say("Converting needs {missing}, which is not installed: pip install 'limner[diffusers]' nncf",
                      missing=error.name)  # fmt: skip
        raise NotConfigured(message) from error
    verify_pulled(folder, title)
    refuse_what_runs(folder, title)
    pipeline = _loaded(folder, title, torch.float32)
    networks = _Networks(to, in_eight_bits, said)
    ids = torch.ones((2, WORDS), dtype=torch.int64)
    for name in _ENCODERS:
        if (encoder := getattr(pipeline, name, None)) is not None:
            network = _text_encoder(torch, encoder, kind in _READ_LAYERS)
            with torch.inference_mode():
                outputs = list(network(ids))
            networks.save(name, network, {"input_ids": (ids, [-1, -1])}, outputs)
    networks.save(*denoiser(torch, pipeline), ["out_sample"])
    vae, side = pipeline.vae, 8 * pipeline.vae_scale_factor
    channels = vae.config.latent_channels
    encoder = _encoder(torch, vae)
    if tiny is not None:
        vae = _tiny(tiny, channels, len(vae.config.block_out_channels))
        encoder = _tiny_encoder(torch, vae)
    latent, picture = torch.randn(1, channels, 8, 8), torch.randn(1, 3, side, side)
    networks.save(
        "vae_decoder", _decoder(torch, vae), {"latent_sample": (latent, [-1, channels, -1, -1])}, ["sample"]
    )
    networks.save("vae_encoder", encoder, {"sample": (picture, [-1, 3, -1, -1])}, ["latent_parameters"])
    for part in ("vae_decoder", "vae_encoder"):
        vae.save_config(to / part)
    for name in _TOKENIZERS:
        if (tokenizer := getattr(pipeline, name, None)) is not None:
            said(name)
            (to / name).mkdir(parents=True, exist_ok=True)
            _write(convert_tokenizer(tokenizer), to / name / "openvino_tokenizer.xml")
    _settings(folder, to)


def _loaded(folder: Path, title: str, precision: Any) -> Any:
    import diffusers
    import transformers

    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()
    try:
        return diffusers.AutoPipelineForText2Image.from_pretrained(
            folder,
            dtype=precision,
            variant=note_of(folder).get("variant"),
            use_safetensors=True,
            local_files_only=True,
            **dict.fromkeys(left_out(folder)),
        )
    except Exception as error:  # boundary: a stranger's folder makes the library raise anything
        message = say("{title} cannot be loaded by diffusers: {fault}",
                      title=title, fault=f"{type(error).__name__}: {str(error)[-300:]}")  # fmt: skip
        raise ModelBroken(message) from error


def _tiny(folder: Path, channels: int, blocks: int) -> Any:
    """The autoencoder in `folder`. Raises ModelBroken where it is none for latents of `channels`."""
    import diffusers

    try:
        found = diffusers.AutoencoderTiny.from_pretrained(folder, use_safetensors=True, local_files_only=True)
    except Exception as error:  # boundary: a stranger's folder makes the library raise anything
        message = say("{folder} has no tiny autoencoder that diffusers can load: {fault}",
                      folder=folder, fault=f"{type(error).__name__}: {str(error)[-300:]}")  # fmt: skip
        raise ModelBroken(message) from error
    fits = found.config.latent_channels == channels and len(found.config.decoder_block_out_channels) == blocks
    if not fits:
        message = say("The tiny autoencoder in {folder} is for models of another kind: TAESD is for Stable Diffusion "
                      "1.5 and 2, TAESDXL for XL.", folder=folder)  # fmt: skip
        raise NotConfigured(message)
    return found


class _Networks:
    """What is written of a model."""

    def __init__(self, to: Path, in_eight_bits: bool, said: Callable[[str], None]) -> None:
        self._to = to
        self._in_eight_bits = in_eight_bits
        self._said = said

    def save(self, part: str, module: Any, inputs: dict[str, Input], outputs: list[str]) -> None:
        """Trace one network with its examples, and write it with its inputs' and outputs' names."""
        import nncf
        import openvino
        import torch
        from openvino.tools.ovc import convert_model

        self._said(part)
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of branches that tracing makes constants of: the shapes are the same
            network = convert_model(
                module.eval(),
                example_input={name: example for name, (example, _) in inputs.items()},
                input=[(name, openvino.PartialShape(shape)) for name, (_, shape) in inputs.items()],
            )
        for port, name in zip(network.outputs, outputs, strict=True):
            port.get_tensor().set_names({name})
        if self._in_eight_bits:
            network = nncf.compress_weights(network, mode=nncf.CompressWeightsMode.INT8_SYM)
        (self._to / part).mkdir(parents=True, exist_ok=True)
        _write(network, self._to / part / "openvino_model.xml")


def _write(network: Any, place: Path) -> None:
    import openvino

    try:
        openvino.save_model(network, place, compress_to_fp16=True)
    except RuntimeError as error:
        if "iostream" not in str(error):
            raise
        raise OSError(errno.ENOSPC, "No space left on device") from error  # the library does not say which it was


def _settings(folder: Path, to: Path) -> None:
    """The small files that say how the networks fit together."""
    shutil.copy(folder / "model_index.json", to / "model_index.json")
    for part in ("scheduler", "transformer", "unet", *_ENCODERS, *_TOKENIZERS):
        for file in sorted((folder / part).glob("*")):
            if file.suffix in {".json", ".txt"} and not file.name.endswith(".index.json"):
                (to / part).mkdir(parents=True, exist_ok=True)
                shutil.copy(file, to / part / file.name)


def _text_encoder(torch: Any, encoder: Any, with_all: bool) -> Any:
    class Words(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, input_ids: Any) -> dict[str, Any]:
            read = self.encoder(input_ids, output_hidden_states=with_all)
            found = {
                name: read[name] for name in ("text_embeds", "last_hidden_state", "pooler_output") if name in read
            }
            # OpenVINO GenAI finds the layer before the last by its place among the outputs.
            layers = read.hidden_states if with_all else ()
            return {**found, **{f"hidden_states.{number}": layer for number, layer in enumerate(layers)}}

    return Words()


def _decoder(torch: Any, vae: Any) -> Any:
    class Decoder(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.vae = vae

        def forward(self, latent_sample: Any) -> Any:
            return self.vae.decode(latent_sample, return_dict=False)[0]

    return Decoder()


def _encoder(torch: Any, vae: Any) -> Any:
    class Encoder(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.vae = vae

        def forward(self, sample: Any) -> Any:
            return self.vae.encode(sample, return_dict=False)[0].parameters

    return Encoder()


def _tiny_encoder(torch: Any, vae: Any) -> Any:
    class Encoder(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.vae = vae

        def forward(self, sample: Any) -> Any:
            latent = self.vae.encode(sample, return_dict=False)[0]
            # OpenVINO GenAI draws a latent by its mean and its spread: this kind has no spread.
            return torch.cat([latent, torch.full_like(latent, _NO_SPREAD)], dim=1)

    return Encoder()

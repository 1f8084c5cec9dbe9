"""From a folder to pipelines. Weights are read from safetensors alone, and no code that lies beside them is run."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from limner.engines.adapters.diffusers.sampling import scheduler
from limner.engines.contract import Task
from limner.engines.schedulers import OPTION
from limner.engines.weights import check, left_out, note_of, part_named, refuse_what_runs
from limner.errors import ModelBroken, NoRoom, NotConfigured, say

if TYPE_CHECKING:
    from limner.engines.catalog import Model

_FOR_WEIGHTS = 0.8
"""Of a GPU's free memory: what is computed takes the rest."""


@dataclass(frozen=True, slots=True)
class Pipelines:
    """One model's networks, and what runs them: all pipelines share them."""

    creating: Any
    varying: Any
    """With a whole picture to begin with; None where the kind has none."""
    inpainting: Any
    """With a part of one; None where the kind has none."""
    tiny: Any
    """A small autoencoder for previews; None where there is none."""


def load(torch: ModuleType, diffusers: ModuleType, model: Model, device: str, precision: Any) -> Pipelines:
    """Check the model's files and read them. Raises NotConfigured, ModelBroken, or NoRoom where it does not fit into
    the memory."""
    folder = model.path
    if folder is None:
        raise NotConfigured(say("{title} has no folder of weights: set its path.", title=model.title))
    check(folder, model.title)
    refuse_what_runs(folder, model.title)
    try:
        alone = _tokenizer_alone(folder)
        creating = diffusers.AutoPipelineForText2Image.from_pretrained(
            folder,
            dtype=precision,
            variant=note_of(folder).get("variant"),
            use_safetensors=True,
            local_files_only=True,
            **dict.fromkeys([*left_out(folder), *alone]),
        )
        creating.register_modules(**alone)
        _put(torch, creating, model, device)
    except torch.OutOfMemoryError as error:
        raise no_room(model, device) from error
    except Exception as error:  # boundary: a stranger's folder makes the library raise anything
        message = say(
            "{title} cannot be loaded by diffusers: {fault} — Whether a file of it is damaged, says: {command}",
            title=model.title, fault=f"{type(error).__name__}: {str(error)[-300:]}",
            command=f"limner models verify {model.name}",
        )  # fmt: skip
        raise ModelBroken(message) from error
    creating.set_progress_bar_config(disable=True)
    if note_of(folder).get("compile"):
        _compile(creating)
    if chosen := note_of(folder).get(OPTION):
        creating.scheduler = scheduler(diffusers, creating.scheduler, chosen)
    changes = model.capabilities.tasks & {Task.EDIT, Task.VARY}
    return Pipelines(
        creating,
        _of_the_same(diffusers.AutoPipelineForImage2Image, creating) if changes else None,
        _inpainting(diffusers, creating) if changes else None,
        None if model.tiny is None else _tiny(diffusers, creating, model.tiny).to(device, precision),
    )


def _tokenizer_alone(folder: Path) -> dict[str, Any]:
    """FLUX.2's tokenizer comes in a processor of pictures, which asks for torchvision: it only reads words here."""
    if part_named(folder, "tokenizer") != "PixtralProcessor":
        return {}
    import transformers

    return {"tokenizer": transformers.AutoTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)}


def _put(torch: ModuleType, creating: Any, model: Model, device: str) -> None:
    """On the device; where a GPU has no room for the whole, each network only while it computes (not run here)."""
    if device == "cuda" and model.bytes > torch.cuda.mem_get_info()[0] * _FOR_WEIGHTS:
        creating.enable_model_cpu_offload()
    else:
        creating.to(device)


def _tiny(diffusers: ModuleType, creating: Any, folder: Path) -> Any:
    """The autoencoder in `folder`. Raises ModelBroken or NotConfigured."""
    try:
        found = diffusers.AutoencoderTiny.from_pretrained(folder, use_safetensors=True, local_files_only=True)
    except Exception as error:  # boundary: a stranger's folder makes the library raise anything
        message = say("{folder} has no tiny autoencoder that diffusers can load: {fault}",
                      folder=folder, fault=f"{type(error).__name__}: {str(error)[-300:]}")  # fmt: skip
        raise ModelBroken(message) from error
    if found.config.latent_channels != creating.vae.config.get("latent_channels"):
        message = say("The tiny autoencoder in {folder} is for models of another kind: TAESD is for Stable Diffusion "
                      "1.5 and 2, TAESDXL for XL.", folder=folder)  # fmt: skip
        raise NotConfigured(message)
    return found


def _compile(creating: Any) -> None:
    """Have torch compile the network that computes each step, when it first does: its repeated blocks where the kind
    says which those are, for one of them is compiled in a fraction of the time of all. What cannot be compiled is
    computed as ever."""
    network = creating.transformer if hasattr(creating, "transformer") else creating.unet
    if network._repeated_blocks:
        network.compile_repeated_blocks()
    else:
        network.compile()


def free(torch: ModuleType, device: str) -> None:
    """Give back the memory that nothing uses any more."""
    gc.collect()
    if device == "cuda":
        torch.cuda.empty_cache()  # not run here


def no_room(model: Model, device: str) -> NoRoom:
    """What is said where the memory is full."""
    return NoRoom(
        say(
            "{title} does not fit into the memory of {device}. Choose a smaller model or a smaller size.",
            title=model.title, device=device,
        )
    )  # fmt: skip


def _inpainting(diffusers: ModuleType, creating: Any) -> Any:
    # The Auto pipelines do not know FLUX.2 klein's.
    named = type(creating).__name__.replace("KleinPipeline", "KleinInpaintPipeline")
    known = getattr(diffusers, named) if named.endswith("InpaintPipeline") else diffusers.AutoPipelineForInpainting
    return _of_the_same(known, creating)


def _of_the_same(kind: Any, creating: Any) -> Any:
    try:
        pipeline = kind.from_pipe(creating)
    except ValueError:  # the library has none for this kind of model
        return None
    pipeline.set_progress_bar_config(disable=True)
    return pipeline

"""What the model in a folder is, read from its own small files: nothing is loaded, and nothing of it is run."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from limner.engines.catalog import Model
from limner.engines.contract import Capabilities, Size, Task
from limner.engines.loras import FOLDER
from limner.engines.schedulers import OPTION, SCHEDULERS
from limner.engines.weights import enlargers
from limner.engines.weights.checksums import NOTE
from limner.engines.weights.kinds import Kind, kinds
from limner.engines.weights.memory import loaded, weights_of
from limner.engines.weights.pulled import PULLED, find
from limner.engines.weights.watching import stamp_of
from limner.errors import ModelBroken, NotConfigured, say

log = logging.getLogger(__name__)

INDEX = "model_index.json"
PICKLED = frozenset({".bin", ".ckpt", ".pt", ".pth", ".pkl"})
_ABBREVIATIONS = frozenset({"flux", "lcm", "sd", "sdxl", "xl", "vae"})
_PART = re.compile(r"[A-Za-z0-9]\w*", re.ASCII)
"""A folder in the model's: what begins with _ says something else, and "/etc" or "../.." lie elsewhere."""
_SHAPES = ((4, 3), (3, 4), (3, 2), (2, 3), (16, 9), (9, 16))
"""Beside the square."""


def look(folder: Path, name: str, home: Path | None = None) -> Model:
    """The model in `folder`, called `name`; in Limner's `home` lies what it may be given. Raises NotConfigured for a
    kind that Limner does not know, ModelBroken where the folder cannot be read as a model."""
    if not (folder / INDEX).exists() and enlargers.may_enlarge(folder):
        return enlargers.look_at(folder, name, _title(name), note_of(folder))
    index = _read(folder, INDEX)
    kind = kind_of(index, name)
    part = "transformer" if "transformer" in index else "unet"
    networks = _read(folder, f"{part}/config.json")
    note = note_of(folder)
    # Some repositories have both forms: OpenVINO's is meant where it is the only one.
    in_ir = (folder / part / "openvino_model.xml").is_file() and not any((folder / part).glob("*.safetensors"))
    tasks = tasks_in_ir(kind, name) if in_ir else kind.tasks
    steps, guidance = _advice(folder, kind, index, networks)
    options = frozenset() if in_ir else kind.options
    _refuse_scheduler(folder, note, options)
    edge = _edge(folder, kind, networks, part)
    sizes = tuple(map(Size.parse, note.get("sizes", ()))) or _sizes(kind, edge)
    steps, guidance = int(note.get("steps", steps)), float(note.get("guidance", guidance))
    if steps < 1 or any(not 8 <= edge <= 8192 for size in sizes for edge in (size.width, size.height)):
        raise ModelBroken(say("The {file} in {folder} asks for no steps, or for sizes that nobody draws.",
                              file=NOTE, folder=folder))  # fmt: skip
    return Model(
        name=name,
        engine="openvino" if in_ir else "diffusers",
        title=str(note.get("title") or _title(name)),
        description=say("{kind} on this machine.", kind=kind.title),
        path=folder,
        capabilities=Capabilities(
            tasks=tasks,
            sizes=sizes,
            offered_sizes=sizes,
            max_prompt=kind.prompt,
            default_steps=steps,
            default_guidance=guidance,
            negative_prompt=kind.negative and guidance > 1,
            options=options,
            safety_checker=not in_ir and _has(folder, index, "safety_checker"),  # OpenVINO GenAI runs none
        ),
        seconds=float(note.get("seconds", kind.seconds * steps / kind.steps)),
        licence=str(note.get("licence") or ""),
        millicredits=1000,
        bytes=max(_bytes(folder) if in_ir else loaded(weights_of(folder, parts_of(index), note.get("variant"))), 1),
        # Every kind of diffusers' pipelines takes LoRAs.
        loras=home / PULLED / FOLDER if home and not in_ir else None,
        tiny=_tiny(note, name, home or folder),
        version=stamp_of(folder),
    )


def _tiny(note: Mapping[str, Any], name: str, home: Path) -> Path | None:
    """The folder of the tiny autoencoder that limner.json names. Without it the model draws all the same."""
    if "tiny" not in note:
        return None
    try:
        return find(str(note["tiny"]), home, pulls=True)
    except NotConfigured as error:
        log.warning("%s shows previews of its latents' colours alone. %s", name, error.message)
        return None


def tasks_in_ir(kind: Kind, name: str) -> frozenset[Task]:
    """What a model of this kind can do in OpenVINO's form. Raises NotConfigured where OpenVINO draws with none."""
    if not kind.openvino:
        known = ", ".join(kind.title for kind in kinds().values() if kind.openvino)
        message = say("{name} is a {kind} in OpenVINO's form, and OpenVINO draws only with: {known}.",
                      name=name, kind=kind.title, known=known)  # fmt: skip
        raise NotConfigured(message)
    return kind.openvino


def note_of(folder: Path) -> dict[str, Any]:
    """What its limner.json says; nothing where there is none. Raises ModelBroken."""
    if not (folder / NOTE).exists():
        return {}
    try:
        return _read(folder, NOTE)
    except ModelBroken as error:
        message = say("{file} cannot be read. Mend it, or delete it: then what the model's own files say holds.",
                      file=folder / NOTE)  # fmt: skip
        raise ModelBroken(message) from error


def parts_of(index: Mapping[str, Any]) -> frozenset[str]:
    """The folders that a model_index.json names, each with the library and the class that read it."""
    return frozenset(
        part
        for part, said in index.items()
        if isinstance(said, list) and len(said) == 2 and said[0] is not None and _PART.fullmatch(part)
    )


def left_out(folder: Path) -> list[str]:
    """The parts that its pipeline could have, and this model does without."""
    return [part for part, said in _read(folder, INDEX).items() if said == [None, None]]


def part_named(folder: Path, part: str) -> str:
    """The class of a part of its pipeline; "" where it has no such part."""
    said = _read(folder, INDEX).get(part)
    return str(said[1]) if isinstance(said, list) and len(said) == 2 else ""


def refuse_what_runs(folder: Path, title: str) -> None:
    """Raise NotConfigured where the model is pickled, or asks for code of its own to be run."""
    if not (folder / INDEX).exists() and enlargers.may_enlarge(folder):
        return  # a network runs nothing
    index = _read(folder, INDEX)
    if isinstance(index.get("_class_name"), list):
        raise _runs_code(title, f"{index['_class_name'][0]}.py")
    parts = sorted(parts_of(index))
    for part in parts:
        if (folder / part / f"{index[part][0]}.py").is_file():
            raise _runs_code(title, f"{part}/{index[part][0]}.py")
    for file in (INDEX, *_settings(folder, parts)):
        if _read(folder, file).get("auto_map"):
            raise _runs_code(title, file)
    for part in parts:
        if pickled := _only_pickled(folder / part):
            raise NotConfigured(
                say(
                    "{title} is pickled ({file}): to read it is to run whatever it says, so Limner does not. "
                    "Get one whose weights are safetensors.",
                    title=title, file=f"{part}/{pickled}",
                )
            )  # fmt: skip


def _settings(folder: Path, parts: Iterable[str]) -> Iterator[str]:
    """Of networks, tokenizers, processors: config.json, tokenizer_config.json, preprocessor_config.json …"""
    for part in parts:
        for path in sorted((folder / part).glob("*config.json")):
            yield f"{part}/{path.name}"


def _only_pickled(folder: Path) -> str:
    """The name of a pickled file in a folder that has no other weights; "" where there is none."""
    if not folder.is_dir():
        return ""
    names = sorted(os.listdir(folder))
    if any(name.endswith((".safetensors", ".xml")) for name in names):
        return ""
    return next((name for name in names if os.path.splitext(name)[1] in PICKLED), "")


def _runs_code(title: str, file: str) -> NotConfigured:
    return NotConfigured(
        say(
            "{title} asks for code of its own to be run ({file}), which Limner never does. "
            "Choose a model that diffusers draws with as it is.",
            title=title, file=file,
        )
    )  # fmt: skip


def kind_of(index: Mapping[str, Any], name: str) -> Kind:
    """By what the model_index.json of `name` says. Raises NotConfigured for a kind that Limner does not know."""
    pipeline = index.get("_class_name")
    # Those that were exported for OpenVINO may have its name before it.
    found = kinds().get(pipeline.removeprefix("OV")) if isinstance(pipeline, str) else None
    if found is None:
        raise NotConfigured(
            say(
                "{name} is a {pipeline}, which Limner does not draw with. Known kinds: {known}.",
                name=name, pipeline=str(pipeline)[:80], known=", ".join(kind.title for kind in kinds().values()),
            )
        )  # fmt: skip
    return found


def _has(folder: Path, index: dict[str, Any], part: str) -> bool:
    return index.get(part) not in (None, [None, None]) and (folder / part).is_dir()


def _refuse_scheduler(folder: Path, note: dict[str, Any], options: frozenset[str]) -> None:
    asked = note.get(OPTION)
    if asked is not None and (OPTION not in options or str(asked) not in SCHEDULERS):
        known = ", ".join(SCHEDULERS) if OPTION in options else say("none: it is sampled in its own way alone")
        raise ModelBroken(say("The {file} in {folder} asks for the scheduler {asked}. Known for this model: {known}.",
                              file=NOTE, folder=folder, asked=repr(asked)[:80], known=known))  # fmt: skip


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*/openvino_*.bin"))


def _advice(folder: Path, kind: Kind, index: dict[str, Any], networks: dict[str, Any]) -> tuple[int, float]:
    """Steps and guidance. Those that draw in few steps are told by what their scheduler or their networks say, or by
    their name: Stable Diffusion 3.5's and Z-Image's differ in nothing else."""
    schedule = _read(folder, "scheduler/scheduler_config.json")
    if kind.distilled is None:
        return kind.steps, kind.guidance
    if schedule.get("_class_name") == "LCMScheduler":
        return 4, 8.0 if networks.get("time_cond_proj_dim") else 1.0
    # Stable Diffusion Turbo; FLUX.1 schnell; FLUX.2 klein, and not its base.
    turbo = schedule.get("timestep_spacing") == "trailing" and schedule.get("prediction_type") == "epsilon"
    untaught = kind.pipeline == "FluxPipeline" and networks.get("guidance_embeds") is False
    told = turbo or untaught or index.get("is_distilled") is True or _called(folder, index, "turbo")
    return kind.distilled if told else (kind.steps, kind.guidance)


def _called(folder: Path, index: dict[str, Any], word: str) -> bool:
    """Whether its makers' name has the word: where it came from, or its folder."""
    names = (note_of(folder).get("repository"), index.get("_name_or_path"), folder.name)
    return any(word in re.split(r"[^a-z]+", str(name).lower()) for name in names)


def _edge(folder: Path, kind: Kind, networks: dict[str, Any], part: str) -> int:
    """Of the square that the model was made for: cells of its latent, times the pixels of one."""
    cells = networks.get("sample_size")
    if part != "unet" or not isinstance(cells, int):
        return kind.edge
    decoder = "vae_decoder" if (folder / "vae_decoder").is_dir() else "vae"
    blocks = _read(folder, f"{decoder}/config.json").get("block_out_channels") or [0] * 4
    return cells * int(2 ** (len(blocks) - 1))


def _sizes(kind: Kind, edge: int) -> tuple[Size, ...]:
    """The square, and other shapes of about as many pixels."""
    found = [Size(edge, edge)]
    for wide, high in _SHAPES:
        width = edge * (wide / high) ** 0.5
        found.append(Size(_to_cell(width, kind.cell, edge), _to_cell(width * high / wide, kind.cell, edge)))
    return tuple(dict.fromkeys(found))


def _to_cell(length: float, cell: int, edge: int) -> int:
    cell = min(cell, max(edge // 8, 8))
    return max(round(length / cell), 1) * cell


def _title(name: str) -> str:
    words: Iterable[str] = name.replace("_", " ").replace("-", " ").split()
    return " ".join(word.upper() if word in _ABBREVIATIONS else word[:1].upper() + word[1:] for word in words)


def _read(folder: Path, name: str) -> dict[str, Any]:
    try:
        said = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no JSON"
        message = say("The model in {folder} is damaged: its {file} cannot be read ({reason}).",
                      folder=folder, file=name, reason=reason)  # fmt: skip
        raise ModelBroken(message) from error
    if not isinstance(said, dict):
        raise ModelBroken(say("The model in {folder} is damaged: its {file} is no table.", folder=folder, file=name))
    return said

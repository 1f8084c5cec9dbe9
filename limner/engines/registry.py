"""Engines by name: one line each, imported when first used.

Strangers add theirs by an entry point of the group `limner.engines`, or by naming `module:Class` in a model; the
built-in ones go through the same door.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from limner.errors import NotConfigured, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from limner.engines.catalog import Model
    from limner.engines.contract import Engine, InlineEngine, InlineWriter
    from limner.engines.upstreams import Upstream


class Converter(Protocol):
    """Write the model in `folder` to `to`; `said` hears what is done."""

    def __call__(
        self,
        folder: Path,
        to: Path,
        title: str,
        *,
        in_eight_bits: bool,
        tiny: Path | None,
        said: Callable[[str], None],
    ) -> None: ...


ENGINES: dict[str, str] = {
    "diffusers": "limner.engines.adapters.diffusers:DiffusersEngine",
    "openvino": "limner.engines.adapters.openvino:OpenVinoEngine",
    "openvino-enlarging": "limner.engines.adapters.openvino.enlarging:OpenVinoEnlarger",
    "openai": "limner.engines.adapters.openai:OpenAiEngine",
}
"""Name → where its class lives. The class is called with the model it shall load."""
EXTRAS = {"diffusers": "'limner[diffusers]'"}
"""What brings all that an engine needs, where one missing module is not the only one."""
NEEDS: dict[str, tuple[str, ...]] = {"diffusers": ("accelerate", "diffusers", "torch", "transformers")}
"""What such an engine needs beside Limner's own requirements."""
CHAT = "limner.engines.adapters.openai.chat:OpenAiChat"
"""What writes with an upstream's chat model. The class is called with the upstream."""

CONVERTER = "limner.engines.adapters.openvino.converting:convert"
"""What makes OpenVINO's form of a model, called as `Converter` says."""

WRITING: dict[str, str] = {
    "openvino_model.xml": "limner.engines.adapters.openvino.writer:OnlyWriting",
    "model.safetensors": "limner.engines.adapters.transformers.writer:OnlyWriting",
    "model.safetensors.index.json": "limner.engines.adapters.transformers.writer:OnlyWriting",
}
"""A file by which the folder of a writer's model is known → the class that loads it and nothing else."""
WRITING_NEEDS: dict[str, tuple[str, ...]] = {
    "limner.engines.adapters.transformers.writer:OnlyWriting": ("torch", "transformers"),
}
"""What such a class needs beside Limner's own requirements."""
_PICKLED = "pytorch_model.bin"


def writing_engine(folder: Path) -> str:
    """What writes with the model in `folder`, as `module:Class`; what that needs is installed. Raises
    NotConfigured."""
    where = next((where for name, where in WRITING.items() if os.path.isfile(folder / name)), None)
    if where is None and os.path.isfile(folder / _PICKLED):
        message = say(
            "The model in {folder} is pickled ({file}): to read it is to run whatever it says, so Limner does not. "
            "Get it as model.safetensors.",
            folder=folder, file=_PICKLED,
        )  # fmt: skip
        raise NotConfigured(message)
    if where is None:
        message = say(
            "There is no writer's model in {folder}: none of {known} is there. Set LIMNER_WRITER.",
            folder=folder, known=", ".join(WRITING),
        )  # fmt: skip
        raise NotConfigured(message)
    needed = WRITING_NEEDS.get(where, ())
    if missing := [module for module in needed if find_spec(module) is None]:
        message = say(
            "The writer in {folder} needs what is not installed: {missing}. Install it into Limner's environment: "
            "pip install {needed}",
            folder=folder, missing=", ".join(missing), needed=" ".join(needed),
        )  # fmt: skip
        raise NotConfigured(message)
    return where


def dotted_name(engine: str) -> str:
    """Where the class of `engine` lives, as `module:Class`. Raises NotConfigured."""
    if engine in ENGINES:
        return ENGINES[engine]
    if ":" in engine:
        return engine
    for entry in entry_points(group="limner.engines", name=engine):
        return entry.value
    known = ", ".join(ENGINES)
    raise NotConfigured(
        f"There is no engine called '{engine}'. Known here: {known}; install the package that brings '{engine}', "
        "or name it as module:Class."
    )


def install_command(engine: str) -> str:
    """What installs that which `engine` needs and which is not here; "" where nothing is wanting. Imports nothing."""
    missing = [module for module in NEEDS.get(engine, ()) if find_spec(module) is None]
    return f"pip install {EXTRAS[engine]}" if missing else ""


def build_engine(model: Model) -> Engine | InlineEngine:
    """Import the engine of `model` and let it load the model.

    For an `Engine` that is blocking and heavy: call it in the model's process.
    """
    where = dotted_name(model.engine)
    module_name, _, class_name = where.partition(":")
    try:
        factory = getattr(import_module(module_name), class_name, None)
        if factory is None:
            raise NotConfigured(
                f"The engine '{model.engine}' is said to be {where}, but there is no {class_name} there."
            )
        return cast("Engine | InlineEngine", factory(model))
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        needed = EXTRAS.get(model.engine, missing.partition(".")[0])
        raise NotConfigured(
            f"The engine '{model.engine}' needs the module '{missing}', which is not installed. "
            f"Install it into Limner's environment: pip install {needed}"
        ) from error


def converter() -> Converter:
    """What makes OpenVINO's form of a model. Loads nothing before it is called."""
    module_name, _, name = CONVERTER.partition(":")
    return cast("Converter", getattr(import_module(module_name), name))


def build_chat(upstream: Upstream) -> InlineWriter:
    """What writes with the chat model of `upstream`, which names one. Loads nothing before the first text."""
    module_name, _, class_name = CHAT.partition(":")
    return cast("InlineWriter", getattr(import_module(module_name), class_name)(upstream))

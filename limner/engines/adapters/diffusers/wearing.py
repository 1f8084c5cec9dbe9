"""LoRAs on the networks of one model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from limner.engines.loras import Lora, there
from limner.errors import EngineError, say

_WIDENS = "_maybe_expand_transformer_param_shape_or_error_"
"""By this, FLUX.1's pipelines widen the model's own layers for a LoRA that is wider, and do not undo it when it is
taken off. Without it, they refuse one as those of all other kinds of models do."""


class Wardrobe:
    """Puts LoRAs on and takes them off. All pipelines of a model share its networks, so one of them does for all."""

    def __init__(self, pipeline: Any, title: str, folder: Path | None) -> None:
        self._pipeline = pipeline
        if hasattr(pipeline, _WIDENS):
            setattr(pipeline, _WIDENS, lambda *_, **__: False)
        self._title = title
        self._folder = folder
        self._worn: list[tuple[Lora, int]] = []
        """And when the file of each was written."""

    def wear(self, wanted: tuple[Lora, ...]) -> None:
        """Have these on and no others. Raises EngineError where one is gone, or, with none on, where one is
        damaged or made for another kind of model."""
        files = there(self._folder) if wanted else {}
        if gone := next((lora.name for lora in wanted if lora.name not in files), None):
            raise EngineError(say("The LoRA '{name}' is no longer here.", name=gone))
        chosen = [(lora, files[lora.name].stat().st_mtime_ns) for lora in wanted]
        if chosen == self._worn:
            return
        self._take_off()
        lora = Lora("")
        try:
            for number, lora in enumerate(wanted):
                self._put_on(files[lora.name], f"lora{number}")
            if wanted:
                names = [f"lora{number}" for number in range(len(wanted))]
                self._pipeline.set_adapters(names, [lora.weight for lora in wanted])
        except Exception as error:  # boundary: a stranger's file makes the library raise anything
            self._take_off()
            message = say(
                "The LoRA '{name}' does not fit {title}, or is damaged: {fault}",
                name=lora.name, title=self._title, fault=f"{type(error).__name__}: {str(error)[-300:]}",
            )  # fmt: skip
            raise EngineError(message) from error
        self._worn = chosen

    def _put_on(self, file: Path, name: str) -> None:
        self._pipeline.load_lora_weights(
            str(file.parent), weight_name=file.name, adapter_name=name, use_safetensors=True, local_files_only=True
        )
        self._pipeline.set_adapters(name)  # raises where nothing of the file was for these networks

    def _take_off(self) -> None:
        self._pipeline.unload_lora_weights()
        self._worn = []

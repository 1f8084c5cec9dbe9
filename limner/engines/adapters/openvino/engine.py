"""Draws with OpenVINO GenAI's pipelines, one picture after another, so that each can be kept as soon as it is there.

One model is loaded once: the pipelines for words alone, for a whole picture and for a part of one share its networks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from limner.engines.adapters.openvino.drawing import Drawing, last_line
from limner.engines.adapters.openvino.library import device_of, give_back_files, load_library, properties
from limner.engines.adapters.openvino.noise import noise
from limner.engines.adapters.openvino.wording import Wording
from limner.engines.adapters.openvino.writer import OpenVinoWriter
from limner.engines.canvas import Start, start_of
from limner.engines.catalog import facts
from limner.engines.contract import DrawEvent, DrawOrder, DrawRequest, Task, Writer
from limner.engines.weights import check, verify
from limner.errors import EngineError, ModelBroken, NotConfigured

if TYPE_CHECKING:
    from limner.engines.catalog import Model

Pixels = np.ndarray[Any, np.dtype[np.uint8]]

_SCHEDULER = "scheduler/scheduler_config.json"
COMPILED = ".compiled"
"""The folder in a model's own, where what was compiled of it is kept."""
_CHANGING = frozenset({Task.EDIT, Task.VARY})


class OpenVinoEngine:
    """An `Engine`: one loaded model in this process."""

    def __init__(self, model: Model) -> None:
        if model.path is None:
            raise NotConfigured(f"{model.title} has no folder of weights: set its path.")
        (check if model.bytes else verify)(model.path, model.title)
        self._model = model
        self._folder = model.path
        self._openvino, self._genai = load_library()
        device = device_of(self._openvino, model.path, model.title)  # a GPU or NPU: not run here
        chosen = properties(self._openvino, device)
        if model.bytes and os.access(model.path, os.W_OK):
            chosen["CACHE_DIR"] = str(model.path / COMPILED)  # the next start need not compile gigabytes again
        self._tasks = model.capabilities.tasks & (_CHANGING | {Task.CREATE})
        try:
            if self._tasks & _CHANGING:
                self._inpainting = self._genai.InpaintingPipeline(model.path, device, **chosen)
                self._varying = self._genai.Image2ImagePipeline(self._inpainting)
                self._creating = self._genai.Text2ImagePipeline(self._inpainting)
                for pipeline in (self._varying, self._creating):
                    # Those of Stable Diffusion 3 and FLUX.1 come without: the first step would end the process.
                    pipeline.set_scheduler(self._genai.Scheduler.from_config(model.path / _SCHEDULER))
            else:
                self._creating = self._genai.Text2ImagePipeline(model.path, device, **chosen)
        except RuntimeError as error:
            # Storybook's bytes are as they were made; of others only the lengths were compared.
            hint = (
                f" — Whether a file of it is damaged, says: limner models verify {model.name}" if model.bytes else ""
            )
            raise ModelBroken(f"{model.title} cannot be loaded by OpenVINO: {last_line(error)}{hint}") from error
        said = facts(model.path)
        self._wording = Wording(model.capabilities.vocabulary, said.fallback, said.naming)
        self._cell = _cell_of(model.path)
        self._rounds_up = (model.path / "transformer").is_dir()

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]:
        task = order.request.task
        if task not in self._tasks:
            raise EngineError(f"{self._model.title} cannot {task} pictures.")
        if cancelled():
            return
        start = start_of(order, self._cell, rounds_up=self._rounds_up) if task in _CHANGING else None
        for index in order.indices:
            if cancelled():
                return
            yield from Drawing(self, order, index, start, cancelled).events()
        give_back_files(self._folder)

    def generate(
        self, request: DrawRequest, seed: int, start: Start | None, step: Callable[[int, int, Any], bool]
    ) -> Pixels:
        """Run a pipeline for one picture; what comes back is empty when `step` stopped it."""
        words: dict[str, Any] = {"guidance_scale": request.guidance}
        if request.negative_prompt and request.guidance > 1 and self._model.capabilities.negative_prompt:
            words["negative_prompt"] = self._wording.known(request.negative_prompt)
        pipeline, pictures = self._pipeline(start)
        result = pipeline.generate(
            self._wording.prompt(request, seed),
            *pictures,
            width=request.draw_size.width,
            height=request.draw_size.height,
            num_inference_steps=start.steps if start else request.steps,
            generator=noise(self._openvino, self._genai, seed),
            callback=step,
            **words,
            **({"strength": start.strength} if start else {}),
        )
        pixels: Pixels = result.data
        return pixels

    def decode(self, latent: Any, start: Start | None) -> Pixels:
        """The picture of a latent, by the decoder that all pipelines share: one thread at a time. FLUX.1's lie in a
        row, and only the pipeline that draws knows the picture's shape."""
        pipeline, _ = self._pipeline(start)
        pixels: Pixels = pipeline.decode(self._openvino.Tensor(np.array(latent.data, copy=True))).data[0].copy()
        return pixels

    def writer(self) -> Writer:
        """The model's writer, loaded now."""
        if self._model.writer is None:
            raise NotConfigured(f"{self._model.title} has no writer beside it.")
        return OpenVinoWriter(self._model.writer)

    def _pipeline(self, start: Start | None) -> tuple[Any, list[Any]]:
        if start is None:
            return self._creating, []
        pixels = self._openvino.Tensor(start.pixels)
        if start.mask is None:
            return self._varying, [pixels]
        return self._inpainting, [pixels, self._openvino.Tensor(start.mask)]


def _cell_of(folder: Path) -> int:
    """Pixels of one cell of the latent of the model in `folder`: its decoder doubles between its blocks."""
    settings = json.loads((folder / "vae_decoder" / "config.json").read_text(encoding="utf-8"))
    return int(2 ** (len(settings.get("block_out_channels", [0] * 4)) - 1))

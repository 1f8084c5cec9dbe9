"""Draws with diffusers. Each picture has a generator of its own, so that a seed is a picture whatever is drawn beside
it: the noise is the same, and only what a larger batch rounds differently is not."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PIL import Image

from limner.engines.adapters.diffusers.drawing import Drawing
from limner.engines.adapters.diffusers.library import device_of, load_library, precision_of
from limner.engines.adapters.diffusers.loading import load, no_room
from limner.engines.adapters.diffusers.previewing import Previews
from limner.engines.adapters.diffusers.sampling import scheduler
from limner.engines.adapters.diffusers.wearing import Wardrobe
from limner.engines.canvas import Start, start_of
from limner.engines.contract import DrawEvent, DrawOrder, DrawRequest, Task
from limner.engines.loras import parted
from limner.engines.schedulers import OPTION
from limner.errors import Blocked, EngineError, say

if TYPE_CHECKING:
    from limner.engines.catalog import Model

_SEEDS = 2**63
_ON_A_CPU = 1
"""A batch of more is no faster there, and each picture would be waited for longer."""
_ON_A_GPU = 4


class DiffusersEngine:
    """An `Engine`: one loaded model in this process."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._torch, self._diffusers = load_library()
        self._device = device_of(self._torch)
        precision = precision_of(self._torch, self._device)
        self._pipelines = load(self._torch, self._diffusers, model, self._device, precision)
        self._wardrobe = Wardrobe(self._pipelines.creating, model.title, model.loras)
        self._sampling = self._pipelines.creating.scheduler
        self.previews = Previews(self._torch, self._pipelines.creating, self._pipelines.tiny)
        self.room = self._torch.cuda.mem_get_info()[1] if self._device == "cuda" else 0
        """Bytes of the GPU's memory."""
        self._batch = _ON_A_CPU if self._device == "cpu" else _ON_A_GPU

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]:
        task = order.request.task
        if task not in self._model.capabilities.tasks:
            raise EngineError(say("{title} cannot {task} pictures.", title=self._model.title, task=str(task)))
        if cancelled():
            return
        changes = task in {Task.EDIT, Task.VARY}
        start = start_of(order, self._pipelines.creating.vae_scale_factor) if changes else None
        # Changes one at a time: where a picture is encoded for several, only the first one's chance is used.
        batch = 1 if changes else self._batch
        for first in range(0, len(order.indices), batch):
            if cancelled():
                return
            together = order.indices[first : first + batch]
            yield from Drawing(self, order, together, start, cancelled).events()

    def generate(
        self, request: DrawRequest, indices: tuple[int, ...], start: Start | None, step: Callable[..., dict[str, Any]]
    ) -> list[Image.Image]:
        """Run a pipeline for some pictures at once. Whatever `step` raises ends it. Raises EngineError where the
        memory is full, Blocked where the model's own checker objects to what was drawn."""
        pipeline, images = self._pipeline(start)
        self._prepare(pipeline, request)
        wishes: dict[str, Any] = {
            "width": request.draw_size.width,
            "height": request.draw_size.height,
            "num_inference_steps": request.steps,
            _guided_by(pipeline): request.guidance,
            "strength": start.strength if start else None,
            "callback_on_step_end": step,
            **images,
        }
        if request.negative_prompt and request.guidance > 1:
            wishes["negative_prompt"] = [request.negative_prompt] * len(indices)
        takes = inspect.signature(pipeline.__call__).parameters
        known = {name: wish for name, wish in wishes.items() if name in takes and wish is not None}
        seeds = [(request.seed + index) % _SEEDS for index in indices]
        try:
            with self._torch.inference_mode():
                made = pipeline(
                    prompt=[parted(request.prompt)[0]] * len(indices),
                    generator=[self._torch.Generator("cpu").manual_seed(seed) for seed in seeds],
                    output_type="pil",
                    **known,
                )
        except self._torch.OutOfMemoryError as error:
            raise no_room(self._model, self._device) from error
        if any(getattr(made, "nsfw_content_detected", None) or ()):
            raise Blocked(say("{title} found that it drew what it may not show.", title=self._model.title))
        pictures: list[Image.Image] = made.images
        return pictures

    def _prepare(self, pipeline: Any, request: DrawRequest) -> None:
        """Have it sample as the request asks, and wear its LoRAs. The next request may ask for neither."""
        name = request.options.get(OPTION) if OPTION in self._model.capabilities.options else None
        pipeline.scheduler = self._sampling if name is None else scheduler(self._diffusers, self._sampling, name)
        self._wardrobe.wear(parted(request.prompt)[1])

    def _pipeline(self, start: Start | None) -> tuple[Any, dict[str, Any]]:
        if start is None:
            return self._pipelines.creating, {}
        picture = Image.fromarray(start.pixels[0])
        if start.mask is not None and self._pipelines.inpainting is not None:
            return self._pipelines.inpainting, {"image": picture, "mask_image": Image.fromarray(start.mask[0])}
        if self._pipelines.varying is None:
            raise EngineError(say("{title} cannot change pictures.", title=self._model.title))
        return self._pipelines.varying, {"image": picture}


def _guided_by(pipeline: Any) -> str:
    """Qwen-Image's `guidance_scale` is for models that were taught guidance, which none of its are yet."""
    return "true_cfg_scale" if type(pipeline).__name__.startswith("QwenImage") else "guidance_scale"

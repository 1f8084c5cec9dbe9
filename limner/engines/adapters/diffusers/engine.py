"""Draws with diffusers. Each picture has a generator of its own, so that a seed is a picture whatever is drawn beside
it, of its own job or of another: the noise is the same, and only what a larger batch rounds differently is not."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PIL import Image

from limner.engines.adapters.diffusers.drawing import Drawing, Event, Piece
from limner.engines.adapters.diffusers.library import device_of, load_library, precision_of
from limner.engines.adapters.diffusers.loading import free, load, no_room
from limner.engines.adapters.diffusers.previewing import Previews
from limner.engines.adapters.diffusers.sampling import scheduler
from limner.engines.adapters.diffusers.wearing import Wardrobe
from limner.engines.canvas import Start, start_of
from limner.engines.contract import DrawEvent, DrawOrder, DrawRequest, Size, Task
from limner.engines.loras import parted
from limner.engines.schedulers import OPTION
from limner.engines.weights import note_of
from limner.engines.weights.checksums import NOTE
from limner.errors import EngineError, LimnerError, ModelBroken, NoRoom, say

if TYPE_CHECKING:
    from limner.engines.catalog import Model

_SEEDS = 2**63
_ON_A_CPU = 1
"""A batch of more is no faster there, and each picture would be waited for longer."""
_ON_A_GPU = 4
_MOST = 64
"""Pictures at a time."""
_NOTHING = {"true_cfg_scale": " "}
"""The negative prompt that stands for none, by what guides: without any, Qwen-Image is not guided."""


class DiffusersEngine:
    """An `Engine`: one loaded model in this process."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.title = model.title
        self._torch, self._diffusers = load_library()
        self._device = device_of(self._torch)
        self.batch = _batch_of(model, self._device)
        """How many pictures it draws at a time."""
        self._fitted: dict[Size, int] = {}
        """How many of a size, where that many had no room in the memory."""
        precision = precision_of(self._torch, self._device)
        self._pipelines = load(self._torch, self._diffusers, model, self._device, precision)
        self._wardrobe = Wardrobe(self._pipelines.creating, model.title, model.loras)
        self._sampling = self._pipelines.creating.scheduler
        self.previews = Previews(self._torch, self._pipelines.creating, self._pipelines.tiny)
        self.room = self._torch.cuda.mem_get_info()[1] if self._device == "cuda" else 0
        """Bytes of the GPU's memory."""

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]:
        with closing(self.draw_together([order], lambda _: cancelled())) as events:
            for _, event in events:
                if isinstance(event, LimnerError):
                    raise event
                yield event

    def draw_together(
        self, orders: Sequence[DrawOrder], cancelled: Callable[[int], bool]
    ) -> Generator[tuple[int, Event]]:
        request = orders[0].request
        if request.task not in self._model.capabilities.tasks:
            raise EngineError(say("{title} cannot {task} pictures.", title=self.title, task=str(request.task)))
        if all(map(cancelled, range(len(orders)))):
            return
        changes = request.task in {Task.EDIT, Task.VARY}
        start = self._start(orders[0]) if changes else None
        # Changes one at a time: where a picture is encoded for several, only the first one's chance is used.
        batch = 1 if changes else self._fitted.get(request.draw_size, self.batch)
        left = [Piece(place, order, index) for place, order in enumerate(orders) for index in order.indices]
        ended: set[int] = set()
        while left := [piece for piece in left if piece.place not in ended and not cancelled(piece.place)]:
            together = left[:batch]
            try:
                for place, event in Drawing(self, together, start, cancelled).events():
                    if isinstance(event, LimnerError):
                        ended.add(place)
                    yield place, event
            except NoRoom:
                if len(together) == 1:
                    raise
                batch = self._fitted[request.draw_size] = len(together) // 2
                free(self._torch, self._device)
            else:
                left = left[len(together) :]

    def generate(
        self, pieces: Sequence[Piece], start: Start | None, step: Callable[..., dict[str, Any]]
    ) -> list[Image.Image | None]:
        """Run a pipeline for some pictures at once, alike in all but words and seeds. None stands for one that the
        model's own checker objects to. Whatever `step` raises ends it. Raises NoRoom where the memory is full."""
        request = pieces[0].order.request
        pipeline, images = self._pipeline(start)
        guided = _guided_by(pipeline)
        self._prepare(pipeline, request)
        wishes: dict[str, Any] = {
            "width": request.draw_size.width,
            "height": request.draw_size.height,
            "num_inference_steps": start.steps if start else request.steps,
            guided: request.guidance,
            "strength": start.strength if start else None,
            "callback_on_step_end": step,
            **images,
        }
        nothing = _NOTHING.get(guided, "")
        if (request.negative_prompt or nothing) and request.guidance > 1:
            wishes["negative_prompt"] = [piece.order.request.negative_prompt or nothing for piece in pieces]
        takes = _takes(pipeline)
        known = {name: wish for name, wish in wishes.items() if name in takes and wish is not None}
        seeds = [(piece.order.request.seed + piece.index) % _SEEDS for piece in pieces]
        try:
            with self._torch.inference_mode():
                made = pipeline(
                    prompt=[parted(piece.order.request.prompt)[0] for piece in pieces],
                    generator=[self._torch.Generator("cpu").manual_seed(seed) for seed in seeds],
                    output_type="pil",
                    **known,
                )
        except self._torch.OutOfMemoryError as error:
            raise no_room(self._model, self._device) from error
        objected = getattr(made, "nsfw_content_detected", None) or [False] * len(pieces)
        return [None if wrong else picture for picture, wrong in zip(made.images, objected, strict=True)]

    def _start(self, order: DrawOrder) -> Start:
        creating = self._pipelines.creating
        start = start_of(order, creating.vae_scale_factor, rounds_up=hasattr(creating, "transformer"))
        pipeline, _ = self._pipeline(start)
        if "strength" in _takes(pipeline):
            return start
        # FLUX.2 has the picture beside what it draws, from the first step to the last.
        return replace(start, steps=order.request.steps, taken=order.request.steps, strength=1.0)

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


def _batch_of(model: Model, device: str) -> int:
    """What its limner.json says, else the device's. Raises ModelBroken."""
    batch = (note_of(model.path) if model.path else {}).get("batch", _ON_A_CPU if device == "cpu" else _ON_A_GPU)
    if not isinstance(batch, int) or not 1 <= batch <= _MOST:
        raise ModelBroken(
            say("The {file} in {folder} has to say a batch of 1 to {most}.", file=NOTE, folder=model.path, most=_MOST)
        )
    return batch


def _takes(pipeline: Any) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(pipeline.__call__).parameters


def _guided_by(pipeline: Any) -> str:
    """Qwen-Image's `guidance_scale` is for models that were taught guidance, which none of its are yet."""
    return "true_cfg_scale" if type(pipeline).__name__.startswith("QwenImage") else "guidance_scale"

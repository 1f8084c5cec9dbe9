"""Draws with OpenVINO GenAI's pipelines, one picture after another, so that each can be kept as soon as it is there.

The pipeline's threads shape this file. `generate` blocks, so it runs in a thread of its own and `draw` reads a
queue. It calls back from yet another thread, which must never raise (an exception there ends the process), and it
drops what is still waiting for that thread when the last step is done: so the callback only copies, and steps that
were dropped are told afterwards. The tensor it gets is the predicted clean latent, not the noisy one, so a preview is
just that, decoded. The pipeline's own decoder may be busy with the picture itself; previews have their own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageOps

from limner.engines.adapters.openvino.library import load_library, properties
from limner.engines.adapters.openvino.noise import noise
from limner.engines.adapters.openvino.previews import preview, preview_steps
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, DrawRequest, Preview, Progress, Size, Task
from limner.engines.weights import verify
from limner.engines.words import known_part
from limner.errors import EngineError, ModelBroken, NotConfigured

if TYPE_CHECKING:
    from limner.engines.catalog import Model

_Latent = np.ndarray[Any, np.dtype[np.float32]]
_Pixels = np.ndarray[Any, np.dtype[np.uint8]]


class OpenVinoEngine:
    """An `Engine`: one loaded model in this process."""

    def __init__(self, model: Model) -> None:
        if model.path is None:
            raise NotConfigured(f"{model.title} has no folder of weights: set its path.")
        verify(model.path, model.title)
        self._model = model
        self._openvino, self._genai = load_library()
        chosen = properties(self._openvino)
        try:
            self._pipeline = self._genai.Text2ImagePipeline(model.path, "CPU", **chosen)
            self._decoder = self._genai.AutoencoderKL(model.path / "vae_decoder", "CPU", **chosen)
        except RuntimeError as error:
            # Every byte is as it was made, so it is the folder's contents or the library's version that is wrong.
            raise ModelBroken(f"{model.title} cannot be loaded by OpenVINO: {_last_line(error)}") from error

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]:
        if order.request.task is not Task.CREATE:
            raise EngineError(f"{self._model.title} cannot {order.request.task} yet; it draws from words alone.")
        for index in order.indices:
            if cancelled():
                return
            yield from _Drawing(self, order, index, cancelled).events()

    def generate(self, request: DrawRequest, seed: int, step: Callable[[int, int, Any], bool]) -> _Pixels:
        """Run the pipeline for one picture; what comes back is empty when `step` stopped it."""
        size = request.draw_size
        words: dict[str, Any] = {"guidance_scale": request.guidance}
        if request.negative_prompt and request.guidance > 1:
            words["negative_prompt"] = self._known(request.negative_prompt)
        result = self._pipeline.generate(
            self._known(request.prompt),
            width=size.width,
            height=size.height,
            num_inference_steps=request.steps,
            generator=noise(self._openvino, self._genai, seed),
            callback=step,
            **words,
        )
        pixels: _Pixels = result.data
        return pixels

    def decode(self, latent: _Latent) -> Image.Image:
        """The picture of a clean latent."""
        return Image.fromarray(self._decoder.decode(self._openvino.Tensor(latent)).data[0])

    def _known(self, prompt: str) -> str:
        vocabulary = self._model.capabilities.vocabulary
        return prompt if vocabulary is None else known_part(prompt, vocabulary)


class _Drawing:
    """One picture: the pipeline in its thread, and the events that come of it."""

    def __init__(self, engine: OpenVinoEngine, order: DrawOrder, index: int, cancelled: Callable[[], bool]) -> None:
        self._engine = engine
        self._request = order.request
        self._job = order.job
        self._index = index
        self._cancelled = cancelled
        self._left = threading.Event()
        self._queue: SimpleQueue[tuple[int, _Latent] | _Pixels | Exception] = SimpleQueue()

    def events(self) -> Iterator[DrawEvent]:
        begun = time.perf_counter()
        shown = preview_steps(self._request.steps)
        told = 0
        thread = threading.Thread(target=self._generate, name=f"draw {self._index}", daemon=True)
        thread.start()
        try:
            while isinstance(item := self._queue.get(), tuple):
                if self._cancelled():
                    return
                told, latent = item
                yield self._progress(told)
                if told in shown:
                    yield Preview(self._job, self._index, told, preview(self._engine.decode(latent)))
        finally:
            self._left.set()
            thread.join()
        if isinstance(item, Exception):
            raise EngineError(f"OpenVINO failed while drawing: {_last_line(item)}") from item
        if item.size == 0 or self._cancelled():
            return
        for step in range(told + 1, self._request.steps + 1):
            yield self._progress(step)
        size = self._request.size
        data = fitted(item[0], size)
        yield Drawn(self._job, self._index, size, "RGB", data, time.perf_counter() - begun)

    def _progress(self, step: int) -> Progress:
        return Progress(self._job, self._index, step, self._request.steps)

    def _generate(self) -> None:
        try:
            seed = self._request.seed + self._index
            self._queue.put(self._engine.generate(self._request, seed, self._step))
        except Exception as error:  # noqa: BLE001  # boundary: an error belongs to whoever reads the queue
            self._queue.put(error)

    def _step(self, step: int, steps: int, latent: Any) -> bool:
        self._queue.put((step + 1, np.array(latent.data, copy=True)))
        return self._left.is_set() or self._cancelled()


def fitted(pixels: _Pixels, size: Size) -> bytes:
    """The rows of a drawn picture at the size asked for; where the shapes differ, its edges are cut."""
    height, width, _ = pixels.shape
    if (width, height) == (size.width, size.height):
        return pixels.tobytes()
    picture = Image.fromarray(pixels)
    return ImageOps.fit(picture, (size.width, size.height), Image.Resampling.LANCZOS).tobytes()


def _last_line(error: Exception) -> str:
    # OpenVINO's messages begin with the C++ files they passed through; the cause stands last.
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:300] if lines else type(error).__name__

"""Writes with OpenVINO GenAI's LLMPipeline: Scribe, and any other model of GPT-2's shape.

`generate` blocks, so it runs in a thread of its own and `write` reads a queue. It calls back from yet another thread,
which must never raise (an exception there ends the process).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

from limner.engines.adapters.openvino.library import load_library
from limner.engines.beginnings import fitted, joined, readable
from limner.engines.contract import DrawEvent, DrawOrder, WriteOrder
from limner.engines.weights import title_of, verify_pulled
from limner.errors import EngineError, ModelBroken, NotConfigured

if TYPE_CHECKING:
    from limner.engines.catalog import Model

_CHOSEN = {
    # One thread: words come a hundred times faster than anybody reads, and the picture beside them needs the rest.
    "INFERENCE_NUM_THREADS": 1,
    "NUM_STREAMS": "1",
    "PERFORMANCE_HINT": "LATENCY",
    # The same seed shall write the same text whether or not a processor has bf16.
    "INFERENCE_PRECISION_HINT": "f32",
    "KV_CACHE_PRECISION": "f32",
    # One text at a time; the other backend keeps a cache for many.
    "ATTENTION_BACKEND": "SDPA",
}
_SEEDS = 2**32
"""What the sampler's generator takes."""


class OpenVinoWriter:
    """A `Writer`: one loaded model in this process."""

    def __init__(self, folder: Path) -> None:
        title = title_of(folder)
        verify_pulled(folder, title)
        self._openvino, self._genai = load_library()
        try:
            self._pipeline = self._genai.LLMPipeline(folder, "CPU", **_CHOSEN)
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            self._length = int(config.get("n_positions") or config["max_position_embeddings"])
        except (RuntimeError, OSError, ValueError, KeyError, AttributeError) as error:
            raise ModelBroken(f"{title} cannot be loaded by OpenVINO: {str(error)[-300:]}") from error
        self._tokenizer = self._pipeline.get_tokenizer()

    def write(self, order: WriteOrder, cancelled: Callable[[], bool]) -> Iterator[str]:
        yield from joined(order.prompt, self._pieces(order, cancelled))

    def _pieces(self, order: WriteOrder, cancelled: Callable[[], bool]) -> Iterator[str]:
        given, config = self._given(order)
        left = threading.Event()
        queue: SimpleQueue[str | Exception | None] = SimpleQueue()
        status = self._genai.StreamingStatus

        def streamer(piece: str) -> Any:
            queue.put(piece)
            return status.CANCEL if left.is_set() or cancelled() else status.RUNNING

        def generate() -> None:
            try:
                self._pipeline.generate(given, config, streamer)
                queue.put(None)
            except Exception as error:  # noqa: BLE001  # boundary: an error belongs to whoever reads the queue
                queue.put(error)

        thread = threading.Thread(target=generate, name="write", daemon=True)
        thread.start()
        try:
            while isinstance(piece := queue.get(), str):
                if cancelled():
                    return
                yield piece
        finally:
            left.set()
            thread.join()
        if piece is not None:
            raise EngineError(f"OpenVINO failed while writing: {str(piece)[-300:]}") from piece

    def _given(self, order: WriteOrder) -> tuple[Any, Any]:
        """The prompt as tokens, its beginning dropped where the model cannot see so far; and how to go on from it."""
        words = self._tokenizer.encode(readable(order.prompt), add_special_tokens=False).input_ids.data[0].tolist()
        words, most = fitted(words, self._length, order.most_tokens)
        # GPT-2 saw this token between texts, so it stands before every beginning.
        ids = np.array([[self._tokenizer.get_bos_token_id(), *words]], dtype=np.int64)
        config = self._pipeline.get_generation_config()
        config.max_new_tokens = most
        config.do_sample = order.temperature > 0
        if config.do_sample:
            config.temperature, config.top_p, config.top_k = order.temperature, order.top_p, order.top_k
            config.rng_seed = order.seed % _SEEDS
        tensor = self._openvino.Tensor
        return self._genai.TokenizedInputs(tensor(ids), tensor(np.ones_like(ids))), config


class OnlyWriting:
    """A `WritingEngine` without anything to draw with: a writer in a process of its own."""

    def __init__(self, model: Model) -> None:
        if model.writer is None:
            raise NotConfigured(f"{model.title} has no folder of weights.")
        self._writer = OpenVinoWriter(model.writer)
        self._title = model.title

    def writer(self) -> OpenVinoWriter:
        """Loaded when the process began."""
        return self._writer

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]:
        raise NotConfigured(f"{self._title} writes; it draws nothing.")

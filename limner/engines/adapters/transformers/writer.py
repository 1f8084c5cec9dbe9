"""Writes with transformers: a model of GPT-2's family in a folder as Hugging Face has it.

Nothing of the folder is run: weights are read from safetensors, never from pickles, and no code that lies beside
them is imported. Tokens are chosen here, one at a time, so that a seed is a text whatever else uses torch's own
chance, and so that a text can be left between two of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limner.engines.adapters.transformers.library import load_library
from limner.engines.beginnings import fitted, joined, readable
from limner.engines.contract import DrawEvent, DrawOrder, WriteOrder
from limner.engines.weights import title_of, verify_pulled
from limner.errors import EngineError, ModelBroken, NotConfigured, say

if TYPE_CHECKING:
    from limner.engines.catalog import Model

FAMILY = ("gpt2", "gpt_neo")
"""`model_type` of those that write. DistilGPT-2 and what was tuned on prompts call themselves gpt2 as well."""
_HALF = "\ufffd"
"""What a tokenizer decodes part of a character's bytes to."""
_SEEDS = 2**32


class TransformersWriter:
    """A `Writer`: one loaded model in this process."""

    def __init__(self, folder: Path) -> None:
        self._title = title_of(folder)
        verify_pulled(folder, self._title)
        self._check_family(folder)
        self._torch, transformers = load_library()
        plain: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **plain)
            self._model, told = transformers.AutoModelForCausalLM.from_pretrained(
                folder, use_safetensors=True, dtype=self._torch.float32, output_loading_info=True, **plain
            )
        except Exception as error:  # boundary: a stranger's folder makes the library raise anything
            raise self._broken(f"{type(error).__name__}: {str(error)[-300:]}") from error
        if missing := sorted(told["missing_keys"]):
            # The library would fill them with noise and go on.
            raise self._broken(f"model.safetensors has no {', '.join(missing[:3])}")
        if len(self._tokenizer) <= len(self._tokenizer.all_special_ids):
            raise self._broken("its tokenizer (tokenizer.json, or vocab.json and merges.txt) is not there")
        first = self._tokenizer.bos_token_id
        self._first = self._tokenizer.eos_token_id if first is None else first
        if self._first is None or not 0 <= self._first < self._model.config.vocab_size:
            raise self._broken("its tokenizer has no token that stands between texts")
        ends = self._model.generation_config.eos_token_id
        self._ends = {self._tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])}

    def write(self, order: WriteOrder, cancelled: Callable[[], bool]) -> Iterator[str]:
        yield from joined(order.prompt, self._pieces(order, cancelled))

    def _pieces(self, order: WriteOrder, cancelled: Callable[[], bool]) -> Iterator[str]:
        tokens: list[int] = []
        said = 0
        for token in self._tokens(order, cancelled):
            tokens.append(token)
            text = self._text(tokens)
            # A character may take several tokens: what ends in half of one is said with the rest of it.
            if not text.endswith(_HALF):
                yield text[said:]
                said = len(text)
        if not cancelled():
            yield self._text(tokens).rstrip(_HALF)[said:]

    def _tokens(self, order: WriteOrder, cancelled: Callable[[], bool]) -> Iterator[int]:
        words = self._tokenizer.encode(readable(order.prompt), add_special_tokens=False)
        words, most = fitted(words, self._model.config.max_position_embeddings, order.most_tokens)
        chance = self._torch.Generator().manual_seed(order.seed % _SEEDS)
        given, seen = [self._first, *words], None
        for _ in range(most):
            if cancelled():
                return
            try:
                logits, seen = self._read(given, seen)
                token = self._chosen(logits, order, chance)
            except (RuntimeError, IndexError) as error:
                raise EngineError(f"transformers failed while writing: {str(error)[-300:]}") from error
            if token in self._ends:
                return
            yield token
            given = [token]

    def _read(self, given: list[int], seen: Any) -> tuple[Any, Any]:
        """How likely each token is to come next, and what the model remembers of all that it has read."""
        with self._torch.inference_mode():
            ids = self._torch.tensor([given])
            read = self._model(input_ids=ids, past_key_values=seen, use_cache=True, logits_to_keep=1)
            return read.logits[0, -1], read.past_key_values

    def _chosen(self, logits: Any, order: WriteOrder, chance: Any) -> int:
        if order.temperature <= 0:
            return int(logits.argmax())
        kept = min(order.top_k, len(logits)) if order.top_k > 0 else len(logits)
        likeliest = (logits / order.temperature).topk(kept)
        shares = likeliest.values.softmax(0)
        # Those that make up top_p together, and always the first.
        shares[1:][(shares.cumsum(0) - shares)[1:] >= order.top_p] = 0
        return int(likeliest.indices[self._torch.multinomial(shares, 1, generator=chance)])

    def _text(self, tokens: list[int]) -> str:
        text: str = self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text

    def _check_family(self, folder: Path) -> None:
        try:
            kind = str(json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._broken(f"its config.json cannot be read ({type(error).__name__})") from error
        if kind not in FAMILY:
            message = say(
                "{title} is a model of the kind '{kind}'; prompts are written by one of GPT-2's family: {family}.",
                title=self._title, kind=kind[:40], family=", ".join(FAMILY),
            )  # fmt: skip
            raise NotConfigured(message)

    def _broken(self, fault: str) -> ModelBroken:
        return ModelBroken(
            say("{title} cannot be loaded by transformers: {fault}", title=self._title, fault=fault.rstrip())
        )


class OnlyWriting:
    """A `WritingEngine` without anything to draw with: a writer in a process of its own."""

    def __init__(self, model: Model) -> None:
        if model.writer is None:
            raise NotConfigured(f"{model.title} has no folder of weights.")
        self._writer = TransformersWriter(model.writer)
        self._title = model.title

    def writer(self) -> TransformersWriter:
        """Loaded when the process began."""
        return self._writer

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]:
        raise NotConfigured(f"{self._title} writes; it draws nothing.")

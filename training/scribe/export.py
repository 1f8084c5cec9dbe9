"""Turn a run's Scribe into the OpenVINO folder that Limner writes with.

$ python -m training.scribe.export --recipe training/recipes/small.toml --to limner/engines/bundled/scribe

The new folder is made beside the old one and takes its place in the end, so a reader never meets half a model.
"""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
from pathlib import Path
from typing import Any

import nncf
import numpy as np
import openvino as ov
import torch
from openvino import opset13 as ops
from openvino._offline_transformations import apply_make_stateful_transformation
from openvino.tools.ovc import convert_model
from openvino_tokenizers import convert_tokenizer
from torch import Tensor, nn

from limner.engines.words import words_of

from ..captions import vocabulary
from ..recipe import Recipe
from ..train import RUNS
from .model import NEVER, Scribe, Shape
from .tokens import END, Tokenizer
from .training import Grammar, grammar_of, load

CARD = Path(__file__).parent / "card.md"


class Stepwise(nn.Module):
    """Scribe with the inputs of a GPT-2 that keeps its past: one call for the prompt, then one for each token."""

    def __init__(self, model: Scribe) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, position_ids: Tensor, beam_idx: Tensor, *past: Tensor
    ) -> tuple[Tensor, ...]:
        """Scores, then keys and values of every layer; ``beam_idx`` chooses the rows to go on from."""
        chosen = [state.index_select(0, beam_idx) for state in past]
        before = past[0].shape[2]
        asked = torch.arange(input_ids.shape[1])[:, None] + before
        seen = torch.arange(attention_mask.shape[1])[None]
        open_to = (seen <= asked)[None, None] & (attention_mask[:, None, None] > 0)
        mask = torch.where(open_to, 0.0, NEVER)
        pairs = [(chosen[number], chosen[number + 1]) for number in range(0, len(chosen), 2)]
        scores, kept = self.model(input_ids, position_ids, pairs, mask)
        return scores, *(state for both in kept for state in both)


def names_of(layers: int, prefix: str) -> list[str]:
    """What the past's tensors are called."""
    return [f"{prefix}.{number}.{part}" for number in range(layers) for part in ("key", "value")]


def converted(model: Scribe) -> ov.Model:
    """Scribe as a stateful OpenVINO model with 8-bit weights."""
    shape = model.shape
    old, new = names_of(shape.layers, "past_key_values"), names_of(shape.layers, "present")
    width = shape.width // shape.heads
    past = [torch.zeros(2, shape.heads, 3, width) for _ in old]
    example = (
        torch.zeros(2, 4, dtype=torch.long),
        torch.ones(2, 7, dtype=torch.long),
        torch.arange(3, 7)[None].repeat(2, 1),
        torch.arange(2, dtype=torch.int32),
        *past,
    )
    with torch.no_grad():
        result = convert_model(Stepwise(model).eval(), example_input=example)
    inputs = ["input_ids", "attention_mask", "position_ids", "beam_idx", *old]
    for port, name in zip((*result.inputs, *result.outputs), (*inputs, "logits", *new), strict=True):
        port.get_tensor().set_names({name})
    shapes = {port: [-1, -1] for port in result.inputs[:3]} | {result.inputs[3]: [-1]}
    result.reshape(shapes | {port: [-1, shape.heads, -1, width] for port in result.inputs[4:]})
    apply_make_stateful_transformation(result, dict(zip(old, new, strict=True)))
    begin_empty(result)
    result = nncf.compress_weights(result, mode=nncf.CompressWeightsMode.INT8_SYM)
    return result


def begin_empty(model: ov.Model) -> None:
    """Give every kept state a beginning: no tokens, for as many rows as there are. The CPU plugin asks for it."""
    ids = model.input("input_ids")
    rows = ops.gather(ops.shape_of(ids, output_type="i64"), ops.constant([0]), ops.constant(0))
    for node in model.get_ops():
        if node.get_type_name() == "ReadValue":
            sides: list[Any] = [side.min_length for side in node.get_output_partial_shape(0)]
            parts = [rows, *(ops.constant(np.array([side], dtype=np.int64)) for side in sides[1:])]
            nothing = ops.constant(0.0, dtype=node.get_output_element_type(0))
            node.set_arguments([ops.broadcast(nothing, ops.concat(parts, axis=0))])
    model.validate_nodes_and_infer_types()


def save_tokenizer(tokenizer: Tokenizer, grammar: Grammar, folder: Path) -> None:
    """Convert the tokenizer, and check that it reads and writes prompts as training does."""
    from tokenizers import Tokenizer as Fast
    from tokenizers import decoders, models, normalizers, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    fast = Fast(models.BPE(vocab=tokenizer.ids, merges=list(tokenizer.merges)))
    fast.normalizer = normalizers.Lowercase()
    fast.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    fast.decoder = decoders.ByteLevel()
    whole = PreTrainedTokenizerFast(
        tokenizer_object=fast, bos_token=END, eos_token=END, clean_up_tokenization_spaces=False
    )
    both = convert_tokenizer(whole, with_detokenizer=True)
    for model, name in zip(both, ("openvino_tokenizer.xml", "openvino_detokenizer.xml"), strict=True):
        ov.save_model(model, folder / name)
    reader = ov.compile_model(folder / "openvino_tokenizer.xml", "CPU")
    writer = ov.compile_model(folder / "openvino_detokenizer.xml", "CPU")
    rng = random.Random(5)
    texts = ["A friendly Robot holding a zebra!", "naïve 🤖 cats", *(grammar(rng) for _ in range(300))]
    for text in texts:
        read = reader([text])["input_ids"][0].tolist()
        if read != tokenizer.encode(text):
            raise RuntimeError(f"tokenizers differ on {text!r}: {read} and {tokenizer.encode(text)}")
        if (written := str(writer([read])["string_output"][0])) != f" {text.lower()}":
            raise RuntimeError(f"the tokenizer made {written!r} of {text!r}")


def configure(folder: Path, shape: Shape, tokenizer: Tokenizer) -> None:
    """Write the small files of a GPT-2."""
    ends = {"bos_token_id": tokenizer.end, "eos_token_id": tokenizer.end}
    config = {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "vocab_size": len(tokenizer.ids),
        "n_positions": shape.length,
        "n_embd": shape.width,
        "n_layer": shape.layers,
        "n_head": shape.heads,
        "activation_function": "gelu_new",
        "tie_word_embeddings": True,
        **ends,
    }
    for name, content in {"config.json": config, "generation_config.json": ends}.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def card(recipe: Recipe, run: Path, model: Scribe, tokenizer: Tokenizer) -> str:
    """The model card, with this run's facts; ``evaluate`` adds the numbers."""
    saved = torch.load(run, map_location="cpu", weights_only=True)
    million = sum(weight.numel() for weight in model.parameters()) / 1e6
    machine = run.parent / "machine.txt"
    facts = {
        "machine": machine.read_text(encoding="utf-8").strip() if machine.exists() else "this machine's CPU",
        "recipe": recipe.name,
        "minutes": str(round(saved["minutes"])),
        "prompts": f"{saved['step'] * recipe.scribe.batch:,}",
        "million": f"{million:.1f}",
        "layers": str(model.shape.layers),
        "width": str(model.shape.width),
        "heads": str(model.shape.heads),
        "length": str(model.shape.length),
        "tokens": f"{len(tokenizer.ids):,}",
        "words": f"{len(tokenizer.whole) - 1:,}",
    }
    text = CARD.read_text(encoding="utf-8")
    for key, value in facts.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def bar(model: Scribe, tokenizer: Tokenizer, known: frozenset[str]) -> None:
    """Keep Scribe from words that Storybook does not know: the grammar may have lost some since the run began."""
    for piece in tokenizer.pieces:
        if not known.issuperset(words_of(piece)):
            (token,) = tokenizer.encode(piece)
            model.barred[token] = NEVER


def export(recipe: Recipe, run: Path, folder: Path, grammar: Grammar, known: frozenset[str]) -> None:
    """Write the Scribe of the file ``run`` into ``folder``, to write in ``known`` words alone."""
    model, tokenizer = load(run, recipe)
    bar(model, tokenizer, known)
    folder.mkdir(parents=True)
    configure(folder, model.shape, tokenizer)
    ov.save_model(converted(model), folder / "openvino_model.xml", compress_to_fp16=True)
    save_tokenizer(tokenizer, grammar, folder)
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(folder.iterdir())]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")
    (folder / "card.md").write_text(card(recipe, run, model, tokenizer), encoding="utf-8")


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(prog="python -m training.scribe.export", description="Export a run's Scribe.")
    parser.add_argument("--recipe", type=Path, default=Path(__file__).parents[1] / "recipes" / "small.toml")
    parser.add_argument("--run", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    recipe = Recipe.load(options.recipe)
    new, old = options.to.with_name(f".{options.to.name}.new"), options.to.with_name(f".{options.to.name}.old")
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    known = frozenset(vocabulary(recipe.world))
    export(recipe, (options.run or RUNS / recipe.name) / "scribe.pt", new, grammar_of(recipe), known)
    if options.to.exists():
        options.to.rename(old)
    new.rename(options.to)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    main()

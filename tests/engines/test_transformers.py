"""A model of GPT-2's family on torch: a tiny one that is made here, and folders that are no good."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from limner.engines.adapters.transformers.writer import OnlyWriting, TransformersWriter
from limner.engines.catalog import model
from limner.engines.contract import WriteOrder
from limner.engines.placement.writing import close_desks, desk
from limner.engines.weights import find
from limner.errors import EngineError, LimnerError, ModelBroken, NotConfigured
from tests.engines.puppet import order

pytestmark = pytest.mark.extra

LINES = ["a red fox in the snow, soft light", "two naïve robots 🤖 under a tree, at night", "the sea, and a boat"]
POSITIONS = 48
FOX = WriteOrder("a red", seed=5, most_tokens=24)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """GPT-2 with random weights and a tokenizer of bytes, saved as everybody saves theirs."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("models") / "tiny"
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    end = "<|endoftext|>"
    bpe.train_from_iterator(
        LINES, trainers.BpeTrainer(vocab_size=300, special_tokens=[end], initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, bos_token=end, eos_token=end)
    torch.manual_seed(3)
    shape = {"vocab_size": len(tokenizer), "n_positions": POSITIONS, "n_embd": 16, "n_layer": 2, "n_head": 2}
    made = GPT2LMHeadModel(GPT2Config(**shape, bos_token_id=0, eos_token_id=0, initializer_range=0.5))
    made.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def writer(tiny: Path) -> TransformersWriter:
    return TransformersWriter(tiny)


@pytest.fixture
async def _closed() -> AsyncIterator[None]:
    yield
    await close_desks()


@pytest.fixture
def folder(tiny: Path, tmp_path: Path) -> Path:
    """A copy of the model, to be spoilt."""
    return Path(shutil.copytree(tiny, tmp_path / "spoilt"))


def never() -> bool:
    return False


def text_of(writer: TransformersWriter, of: WriteOrder) -> str:
    return "".join(writer.write(of, never))


@pytest.mark.usefixtures("_closed")
async def test_a_pulled_model_writes_in_a_process_of_its_own_and_a_seed_is_a_text(tiny: Path, tmp_path: Path) -> None:
    pulled = tmp_path / "models" / "someone" / "tiny"
    shutil.copytree(tiny, pulled)
    assert find("someone/tiny", tmp_path) == pulled

    async def written(seed: int) -> str:
        order = WriteOrder("a red", seed=seed, most_tokens=24)
        return "".join([piece async for piece in desk(pulled).write(order) if isinstance(piece, str)])

    first = [await written(seed) for seed in range(10)]
    assert [await written(seed) for seed in range(10)] == first
    assert len(set(first)) >= 9
    leaving = desk(pulled).write(WriteOrder(most_tokens=10**9))
    await anext(leaving)
    await leaving.aclose()
    assert await written(0) == first[0]


@pytest.mark.usefixtures("_closed")
async def test_a_broken_model_is_told_by_the_process_that_writes(folder: Path) -> None:
    (weights := folder / "model.safetensors").write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ModelBroken, match=r"^Spoilt cannot be loaded by transformers: SafetensorError"):
        await anext(desk(folder).write(WriteOrder()))


def test_another_process_and_anybody_elses_chance_change_nothing(tiny: Path, writer: TransformersWriter) -> None:
    import torch

    expected = text_of(writer, FOX)
    torch.manual_seed(99)
    pieces = []
    for piece in writer.write(FOX, never):
        torch.rand(1)
        pieces.append(piece)
    assert "".join(pieces) == expected
    assert text_of(TransformersWriter(tiny), FOX) == expected


@pytest.mark.parametrize("prompt", ["", "a red fox", "naïve 🤖", "a boat, " * 100])
def test_the_likeliest_text_is_the_one_that_the_library_itself_finds(writer: TransformersWriter, prompt: str) -> None:
    import torch

    words = writer._tokenizer.encode(prompt.rstrip())[-(POSITIONS - 1 - 10) :]
    given = torch.tensor([[0, *words]])
    found = writer._model.generate(
        given, attention_mask=torch.ones_like(given), max_new_tokens=10, do_sample=False, pad_token_id=0
    )
    expected = writer._tokenizer.decode(found[0, given.shape[1] :], skip_special_tokens=True)
    if not prompt or prompt[-1].isspace():
        expected = expected.lstrip()
    for seed in (1, 2):
        found_here = text_of(writer, WriteOrder(prompt, seed=seed, most_tokens=10, temperature=0))
        assert found_here == expected.rstrip("\ufffd")
    assert text_of(writer, WriteOrder(prompt, seed=1, most_tokens=10, top_k=1)) == found_here
    assert text_of(writer, WriteOrder(prompt, seed=1, most_tokens=10, top_p=0.0, top_k=0)) == found_here


def test_no_token_is_chosen_beyond_those_that_may_be(writer: TransformersWriter) -> None:
    import torch

    logits = torch.log(torch.tensor([0.1, 0.5, 0.05, 0.3, 0.05]))

    def chosen(**how: Any) -> set[int]:
        chance = torch.Generator().manual_seed(1)
        return {writer._chosen(logits, WriteOrder(**how), chance) for _ in range(400)}

    assert chosen(top_k=0, top_p=1.0) == {0, 1, 2, 3, 4}
    assert chosen(top_k=2, top_p=1.0) == {1, 3}
    assert chosen(top_k=0, top_p=0.7) == {1, 3}
    assert chosen(top_k=0, top_p=0.4) == {1}
    assert chosen(top_k=99, top_p=1.0, temperature=0.01) == {1}


def test_a_character_of_several_tokens_is_said_whole(
    writer: TransformersWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = writer._tokenizer.encode(" 雪 naïve 🦊, ö")
    assert len(tokens) > len(" 雪 naïve 🦊, ö")
    monkeypatch.setattr(writer, "_tokens", lambda order, cancelled: iter(tokens))
    pieces = list(writer.write(WriteOrder("a"), never))
    assert "".join(pieces) == " 雪 naïve 🦊, ö"
    assert not any("\ufffd" in piece for piece in pieces)
    monkeypatch.setattr(writer, "_tokens", lambda order, cancelled: iter(tokens[:-1]))
    assert "".join(writer.write(WriteOrder("a"), never)) == " 雪 naïve 🦊, "


@pytest.mark.parametrize(
    "prompt", ["a red ", "naïve 🤖 \0 \ud800", "<|endoftext|>", "a cat " * 400, "\n", "\u202e\ufffd"]
)
@pytest.mark.parametrize("most", [-1, 1, 10**9])
def test_any_beginning_is_gone_on_from_as_far_as_the_model_sees(
    writer: TransformersWriter, prompt: str, most: int
) -> None:
    tokens = list(writer._tokens(WriteOrder(prompt, seed=-3, most_tokens=most), never))
    assert len(tokens) <= (POSITIONS - 1 if most > 1 else 1)


def test_the_text_ends_where_the_model_ends_it(writer: TransformersWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    likeliest = WriteOrder("a red", temperature=0)
    tokens = list(writer._tokens(likeliest, never))
    monkeypatch.setattr(writer, "_ends", {tokens[-1]})
    assert list(writer._tokens(likeliest, never)) == tokens[: tokens.index(tokens[-1])]


def test_nothing_more_is_read_once_it_is_cancelled(
    writer: TransformersWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 3

    tokens = list(writer._tokens(WriteOrder(most_tokens=40), cancelled))
    assert len(tokens) == 3
    assert list(writer.write(FOX, lambda: True)) == []


def test_what_the_library_stumbles_over_is_an_error_of_the_engine(
    writer: TransformersWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_first", 10**6)  # a token that the model has no row for
    with pytest.raises(EngineError, match="transformers failed while writing: "):
        text_of(writer, FOX)


def test_it_draws_nothing(tiny: Path) -> None:
    storybook = model("storybook")
    with pytest.raises(NotConfigured, match="has no folder"):
        OnlyWriting(model("storybook").from_json({**storybook.to_json(), "writer": None}))
    engine = OnlyWriting(model("storybook").from_json({**storybook.to_json(), "writer": str(tiny)}))
    assert isinstance(engine.writer(), TransformersWriter)
    with pytest.raises(NotConfigured, match="draws nothing"):
        engine.draw(order(), never)


def config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def pickled(folder: Path) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def without_a_tensor(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    del tensors["transformer.h.1.mlp.c_fc.weight"]
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def without_a_tokenizer(folder: Path) -> None:
    for path in folder.glob("token*"):
        path.unlink()


def changed_since(folder: Path) -> None:
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  config.json\n")


@pytest.mark.parametrize(
    ("spoil", "kind", "said"),
    [
        (pickled, ModelBroken, "model.safetensors"),
        (without_a_tensor, ModelBroken, r"model.safetensors has no transformer.h.1.mlp.c_fc.weight"),
        (without_a_tokenizer, ModelBroken, "its tokenizer .* is not there"),
        (changed_since, ModelBroken, "config.json .* is not the one it was made with"),
        (lambda folder: (folder / "config.json").unlink(), ModelBroken, "its config.json cannot be read"),
        (lambda folder: (folder / "config.json").write_text("{"), ModelBroken, "its config.json cannot be read"),
        (lambda folder: config(folder, n_layer="many"), ModelBroken, "cannot be loaded"),
        (lambda folder: config(folder, n_embd=32), ModelBroken, "cannot be loaded"),
        (lambda folder: config(folder, model_type="llama"), NotConfigured, "of the kind 'llama'; .* gpt2, gpt_neo"),
    ],
)
def test_a_folder_that_is_no_good_is_refused_with_what_is_wrong(
    folder: Path, spoil: Callable[[Path], object], kind: type[LimnerError], said: str
) -> None:
    spoil(folder)
    with pytest.raises(kind, match=said) as refused:
        TransformersWriter(folder)
    assert type(refused.value) is kind
    assert refused.value.message.startswith("Spoilt ")


def test_pickled_weights_never_reach_the_process_that_writes(folder: Path) -> None:
    pickled(folder)
    with pytest.raises(NotConfigured, match=r"The model in .* is pickled \(pytorch_model.bin\)"):
        desk(folder)


def test_code_that_lies_beside_the_weights_is_not_run(folder: Path, tmp_path: Path) -> None:
    told = {
        "AutoConfig": "evil.Evil",
        "AutoModelForCausalLM": "evil.Evil",
        "AutoTokenizer": ["evil.Evil", "evil.Evil"],
    }
    config(folder, auto_map=told)
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "auto_map": told}))
    (folder / "evil.py").write_text(
        f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\nclass Evil: ...\n"
    )
    assert text_of(TransformersWriter(folder), FOX)
    assert not (tmp_path / "ran").exists()


def test_hugging_faces_own_library_finds_the_same_cached_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import try_to_load_from_cache

    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    commit = "0" * 40
    snapshot = tmp_path / "models--someone--tiny" / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").touch()
    (tmp_path / "models--someone--tiny" / "refs").mkdir()
    (tmp_path / "models--someone--tiny" / "refs" / "main").write_text(commit)
    theirs = try_to_load_from_cache("someone/tiny", "config.json", cache_dir=tmp_path)
    assert theirs == str(find("someone/tiny", tmp_path / "home") / "config.json")

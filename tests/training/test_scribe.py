"""Scribe: its tokenizer, its network, and the way from a run to the folder that Limner writes with, at toy size."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from limner.engines.contract import WriteOrder
from training.scribe.tokens import Tokenizer

pytestmark = pytest.mark.extra

SUBJECTS = ("robot", "cat", "red robot", "tree")
PLACES = ("in the forest", "by the sea", "in the snow, at night")


def grammar(rng: random.Random) -> str:
    return f"a {rng.choice(SUBJECTS)} {rng.choice(PLACES)}"


WORDS = {word.strip(",") for subject in SUBJECTS for place in PLACES for word in f"a {subject} {place}".split()}


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    rng = random.Random(1)
    return Tokenizer.of(grammar(rng) for _ in range(200))


def small() -> Any:
    pytest.importorskip("torch")
    from training.recipe import Recipe, ScribeRecipe

    plan = ScribeRecipe(minutes=0.3, batch=16, rate=3e-3, warmup=5, width=32, layers=2, heads=2, length=32)
    return replace(Recipe(), scribe=plan)


def test_every_known_word_is_one_token_and_every_mark(tokenizer: Tokenizer) -> None:
    assert len(tokenizer.encode("a red robot in the snow, at night")) == 9


def test_a_text_is_read_without_regard_to_case_and_to_a_space_before_it(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("A Red robot") == tokenizer.encode(" a red robot") == tokenizer.encode("a red robot")
    assert tokenizer.encode("") == []


def test_an_unknown_word_falls_to_pieces_that_are_never_written_and_nothing_is_lost(tokenizer: Tokenizer) -> None:
    spelled = {number: token for token, number in tokenizer.ids.items()}
    numbers = tokenizer.encode("zébra")
    assert len(numbers) > 1
    assert not tokenizer.whole & set(numbers)
    assert "".join(spelled[number] for number in numbers) == "ĠzÃ©bra"


def test_even_an_untrained_scribe_scores_fragments_as_impossible(tokenizer: Tokenizer) -> None:
    torch = pytest.importorskip("torch")
    from training.scribe.model import Scribe, Shape

    model = Scribe(Shape(32, 2, 2, 16), tokenizer).eval()
    scores, _ = model(
        torch.tensor([[tokenizer.end, *tokenizer.encode("a zebra")]]),
        torch.arange(len(tokenizer.encode("a zebra")) + 1)[None],
    )
    likely = scores.softmax(-1) > 0
    assert {int(number) for number in likely.nonzero()[:, 2]} == tokenizer.whole


def test_going_on_from_a_kept_past_is_the_same_as_reading_all(tokenizer: Tokenizer) -> None:
    torch = pytest.importorskip("torch")
    from training.scribe.model import Scribe, Shape

    model = Scribe(Shape(32, 2, 2, 16), tokenizer).eval()
    ids, places = torch.tensor([[0, *tokenizer.encode("a red robot by the sea")]]), torch.arange(7)[None]
    whole, _ = model(ids, places)
    _, past = model(ids[:, :4], places[:, :4])
    for number in range(4, 7):
        here = slice(number, number + 1)
        scores, past = model(ids[:, here], places[:, here], past, torch.zeros(1, 1, 1, number + 1))
        assert torch.allclose(scores, whole[:, here], atol=1e-4)


def test_nobody_learns_to_write_fragments(tokenizer: Tokenizer) -> None:
    pytest.importorskip("torch")
    from training.scribe.training import NOTHING, batch_of

    a, zebra, end = tokenizer.encode("a")[0], tokenizer.encode("a zebra")[1:], tokenizer.end
    robot = tokenizer.encode("a red robot")
    ids, targets = batch_of(["a zebra", "a red robot"], tokenizer, 32)
    fill = len(zebra) - 2
    assert ids.tolist() == [[end, a, *zebra], [end, *robot, *[end] * fill]]
    assert targets.tolist() == [[a, *[NOTHING] * len(zebra), end], [*robot, end, *[NOTHING] * fill]]
    short, _ = batch_of(["a red robot by the sea"], tokenizer, 4)
    assert short.shape == (1, 4)


def test_training_goes_on_from_the_file_it_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch = pytest.importorskip("torch")
    from training.scribe.training import train

    recipe, path = small(), tmp_path / "run" / "scribe.pt"
    train(recipe, path, 0.02, grammar)
    first = torch.load(path, weights_only=True)
    train(recipe, path, 0.02, grammar)
    second = torch.load(path, weights_only=True)
    assert second["step"] > first["step"] > 0
    assert second["minutes"] >= first["minutes"] + 0.02
    train(recipe, path, None, grammar)
    done = torch.load(path, weights_only=True)
    assert done["minutes"] >= recipe.scribe.minutes
    train(recipe, path, None, grammar)
    assert torch.load(path, weights_only=True)["step"] == done["step"]
    assert "loss" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore")
def test_what_is_exported_writes_known_words_with_right_spaces(tmp_path: Path) -> None:
    pytest.importorskip("nncf")
    from limner.engines.adapters.openvino.writer import OpenVinoWriter
    from limner.engines.weights import verify
    from training.scribe.evaluate import scores, written
    from training.scribe.export import export
    from training.scribe.training import train

    recipe, run, folder = small(), tmp_path / "scribe.pt", tmp_path / "scribe"
    train(recipe, run, None, grammar)
    export(recipe, run, folder, grammar, frozenset(WORDS - {"cat"}))
    verify(folder)
    assert "{" not in (folder / "card.md").read_text(encoding="utf-8")
    writer = OpenVinoWriter(folder)
    texts = [written(writer, seed) for seed in range(40)]
    assert {word.strip(",") for text in texts for word in text.words.split()} <= WORDS - {"cat"}
    assert all(text.words == " ".join(text.words.split()) and " ," not in text.words for text in texts)
    assert texts[3].words == written(writer, 3).words
    told = scores(texts, frozenset(WORDS), grammar)
    assert told["drawable: every word is one that Storybook knows"] == "100.0%"
    more = "".join(writer.write(WriteOrder("A red ", seed=1, temperature=0), lambda: False))
    assert more.split()[0] in WORDS
    assert not more.startswith(" ")


def test_a_text_of_the_grammar_scores_as_one_and_any_other_does_not() -> None:
    pytest.importorskip("torch")
    from training.scribe.evaluate import Text, scores

    def told(text: str) -> list[str]:
        return list(scores([Text(text, 5, 0.01, 0.02)], frozenset(WORDS), grammar).values())[:5]

    assert told("a red robot by the sea") == ["100.0%", "100.0%", "100.0%", "100.0%", "0.0%"]
    assert told("the sea by a red zebra") == ["100.0%", "0.0%", "0.0%", "100.0%", "100.0%"]

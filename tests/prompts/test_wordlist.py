"""Prompts out of lists of words: drawable, different, and going on from what somebody has typed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limner.engines.catalog import model
from limner.engines.contract import Capabilities, Size, Task
from limner.engines.words import words_of
from limner.errors import InvalidRequest, NotConfigured
from limner.prompts.styles import unknown_words
from limner.prompts.writers.contract import Length, PromptOrder
from limner.prompts.writers.fresh import fresh_seed
from limner.prompts.writers.registry import WRITERS, build_writer, writers_here
from limner.prompts.writers.wordlist import THEMES, WordList, picked

STORYBOOK = model("storybook").capabilities
SIZE = (Size(512, 512),)


def able(*words: str) -> Capabilities:
    """A model that knows these words, or any where none is given."""
    return Capabilities(frozenset({Task.CREATE}), SIZE, SIZE, vocabulary=frozenset(words) or None)


def text_of(order: PromptOrder) -> str:
    return "".join(WordList().words(order))


LENGTHS: tuple[Length, ...] = ("short", "medium", "long")


def written(
    seed: int,
    beginning: str = "",
    capabilities: Capabilities = STORYBOOK,
    *,
    theme: str = "",
    length: Length = "medium",
    only_known: bool = True,
) -> str:
    order = PromptOrder(capabilities, seed, beginning, theme, length, only_known)
    return beginning + text_of(order)


@pytest.mark.parametrize("length", LENGTHS)
def test_storybook_knows_every_word_of_200_prompts_and_reads_them_to_the_end(length: Length) -> None:
    prompts = [written(seed, length=length, theme=["", *THEMES][seed % 9]) for seed in range(200)]
    assert {prompt: unknown for prompt in prompts if (unknown := STORYBOOK.unknown_words(words_of(prompt)))} == {}
    assert [prompt for prompt in prompts if STORYBOOK.lost_end(prompt)] == []


def test_of_200_prompts_more_than_95_in_100_are_said_once() -> None:
    assert len({written(seed) for seed in range(200)}) > 190


def test_the_same_seed_writes_the_same_prompt_word_by_word() -> None:
    order = PromptOrder(STORYBOOK, 7)
    first, second = (list(WordList().words(order)) for _ in range(2))
    assert first == second
    assert len(first) > 2
    assert list(islice(WordList().words(order), 2)) == first[:2]


def test_the_same_seed_writes_the_same_prompt_in_every_process() -> None:
    program = (
        "from limner.engines.catalog import model\n"
        "from limner.prompts.writers.contract import PromptOrder\n"
        "from limner.prompts.writers.wordlist import WordList\n"
        "order = PromptOrder(model('storybook').capabilities, 7, 'a ', only_known=False, length='long')\n"
        "print(''.join(WordList().words(order)))"
    )
    said = {
        subprocess.check_output(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, text=True
        )
        for seed in ("1", "2")
    }
    assert said == {written(7, "a ", only_known=False, length="long").removeprefix("a ") + "\n"}


def test_only_numbers_that_are_the_same_in_every_version_of_python_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    class OnlyRandom(Random):
        def getrandbits(self, k: int, /) -> int:
            raise AssertionError("choice() and shuffle() may choose otherwise in another version")

    monkeypatch.setattr("limner.prompts.writers.wordlist.Random", OnlyRandom)
    assert all(written(seed, ("", "a red", "two")[seed % 3], able(), length="long") for seed in range(60))


def test_a_prompt_begins_with_a_capital() -> None:
    assert all(written(seed)[0].isupper() for seed in range(20))


@pytest.mark.parametrize("beginning", ["a red", "A small", "in the forest", "two cats", "A fox by the sea at night"])
def test_a_beginning_is_kept_and_gone_on_from(beginning: str) -> None:
    for seed in range(30):
        prompt = written(seed, beginning)
        assert prompt.startswith((f"{beginning} ", f"{beginning}, "))
        assert not unknown_words(prompt, STORYBOOK)


def test_after_a_colour_comes_a_thing_and_after_a_thing_comes_no_other() -> None:
    things = {"cat", "dog", "boat", "castle", "robot"}
    for seed in range(30):
        assert words_of(written(seed, "a red"))[2] not in ("a", "an", "in", "at")
        assert not things - {"boat"} & set(words_of(written(seed, "a boat")))


def test_a_model_that_takes_any_word_is_told_of_more() -> None:
    prompts = " ".join(written(seed, capabilities=able()) for seed in range(300))
    assert unknown_words(prompts, STORYBOOK)


def test_a_model_of_few_words_is_told_only_those() -> None:
    knows = able("cat", "red", "sea")
    for seed in range(30):
        assert not unknown_words(written(seed, capabilities=knows), knows)
    assert written(1, capabilities=able("zebra")) == "A zebra"


def test_a_prompt_ends_where_the_model_takes_no_more() -> None:
    short = Capabilities(frozenset({Task.CREATE}), SIZE, SIZE, max_prompt=12)
    assert all(len(written(seed, capabilities=short)) <= 12 for seed in range(30))


def test_every_writer_can_be_had_and_no_other() -> None:
    for name in set(WRITERS) - {"chat"}:  # which needs a server: test_chat.py
        assert writers_here()[name] == build_writer(name).title
    with pytest.raises(NotConfigured, match="Known here: wordlist"):
        build_writer("nobody")


def test_an_unknown_theme_or_length_is_refused_with_those_there_are_before_anything_is_written() -> None:
    with pytest.raises(InvalidRequest, match="fairy-tale, science, history, nature") as theme:
        WordList().words(PromptOrder(STORYBOOK, 1, theme="wars"))
    assert theme.value.param == "theme"
    with pytest.raises(InvalidRequest, match="short, medium, long") as length:
        WordList().words(PromptOrder(STORYBOOK, 1, length="endless"))  # type: ignore[arg-type]
    assert length.value.param == "length"


def test_a_theme_has_things_that_another_has_not() -> None:
    spoken = {
        theme: set(words_of(" ".join(written(seed, capabilities=able(), theme=theme) for seed in range(100))))
        for theme in THEMES
    }
    for theme, word in {"fairy-tale": "castle", "science": "telescope", "still-life": "bowl", "city": "taxi"}.items():
        assert word in spoken[theme]
    assert not {"taxi", "knight", "astronaut"} & spoken["nature"]
    assert {"castle", "skyscraper"} & set(words_of(" ".join(written(seed, theme="city") for seed in range(60))))
    assert "whale" not in words_of(" ".join(written(seed, theme="city") for seed in range(60)))


def test_a_longer_prompt_says_more() -> None:
    short, medium, long = (
        sum(len(words_of(written(seed, capabilities=able(), length=length))) for seed in range(100))
        for length in LENGTHS
    )
    assert short * 1.3 < medium
    assert medium * 1.25 < long


def test_storybook_can_be_told_of_more_than_it_knows_where_that_is_asked_for() -> None:
    assert any(STORYBOOK.unknown_words(words_of(written(seed, only_known=False))) for seed in range(20))


@pytest.mark.parametrize(
    ("beginning", "goes_on"),
    [
        ("a cat on a", r" (grassy hill|hill|plain background)\b"),
        ("an", r" [aeiou]"),
        ("two old", r" \w+"),
        ("an old fisherman mending nets", r" (on|at|in|below|beside|among) |, "),
        ("A cat sat on the mat.", r" [A-Z]"),
        ("a zeppelin ", r"as "),
        ("a fox,", r" \w"),
        ("in the forest", r", an? |, (two|three|four|five) "),
    ],
)
def test_a_beginning_is_gone_on_from_as_english_does(beginning: str, goes_on: str) -> None:
    for seed in range(30):
        rest = written(seed, beginning, able()).removeprefix(beginning)
        assert re.match(goes_on, rest), rest


@settings(max_examples=20)
@given(st.text(max_size=80), st.integers(0, 2**32), st.sampled_from(LENGTHS))
def test_whatever_was_typed_is_kept_and_what_follows_has_no_slip(beginning: str, seed: int, length: Length) -> None:
    for capabilities in (STORYBOOK, able()):
        rest = written(seed, beginning, capabilities, length=length)[len(beginning) :]
        assert "  " not in rest
        assert " ," not in rest
        assert not rest.endswith((",", " "))
        assert not (beginning[-1:].isspace() and rest[:1].isspace() and beginning.strip())


def test_ten_thousand_characters_are_gone_on_from_where_the_model_takes_them() -> None:
    beginning = "a cat in a garden, " * 530
    roomy = Capabilities(frozenset({Task.CREATE}), SIZE, SIZE, max_prompt=32_000)
    assert len(beginning) > 10_000
    assert written(1, beginning, roomy) != beginning
    assert written(1, beginning, able()) == beginning
    assert written(1, beginning) == beginning


def test_a_fresh_seed_is_one_whose_prompt_is_not_among_the_recent_ones() -> None:
    order = PromptOrder(STORYBOOK, 5)
    recent = [written(seed) for seed in range(5, 55)]
    seed = fresh_seed(text_of, order, recent)
    assert written(seed) not in recent
    assert fresh_seed(text_of, order, []) == 5
    assert fresh_seed(text_of, PromptOrder(able("zebra"), 3), ["A zebra"]) == 3


@pytest.mark.parametrize("beginning", ["", "a red"])
def test_a_phrase_of_each_class_is_picked_by_the_seed(beginning: str) -> None:
    order = PromptOrder(able(), 7, beginning, "city", "long", only_known=False)
    assert picked(order) == picked(order)
    found = [picked(PromptOrder(able(), seed, beginning, "city", "long")) for seed in range(100)]
    assert {*found[0]} >= {"subject", "setting"}
    assert {name for one in found for name in one} >= {"action", "medium", "light", "palette", "mood", "view"}
    assert len({str(one) for one in found}) == 100
    for seed in range(60):
        known = " ".join(picked(PromptOrder(STORYBOOK, seed, beginning)).values())
        assert not unknown_words(known, STORYBOOK)


def test_a_prompt_that_is_improved_keeps_its_subject() -> None:
    found = {name for seed in range(60) for name in picked(PromptOrder(able(), seed, "a fox", improve=True))}
    assert not found & {"subject", "action", "setting", "time"}
    assert found >= {"medium", "light", "palette"}


WHOLE = "a happy orange fox at sunset, as a flat vector illustration, magical and mysterious"


@pytest.mark.parametrize("only_known", [True, False])
def test_what_is_added_to_a_whole_prompt_goes_on_with_no_word_of_it(only_known: bool) -> None:
    for seed in range(100):
        added = text_of(PromptOrder(STORYBOOK, seed, WHOLE, only_known=only_known, improve=True))
        assert added == "" or added.startswith(", ")
        assert not {"watercolour", "painting", "photograph", "illustration"} & set(words_of(added))


def test_what_is_added_brings_nothing_new_into_the_picture_but_says_where_it_is_and_how_it_is_made() -> None:
    for prompt in ("a frog", "a red boat", "two cats in the snow"):
        for seed in range(50):
            added = text_of(PromptOrder(STORYBOOK, seed, prompt, improve=True))
            assert added
            assert not re.match(r",? (a|an|one|two|three) ", added)
    assert re.match(r" (on|in|at|near|by) the ", text_of(PromptOrder(STORYBOOK, 1, "a red boat", improve=True)))

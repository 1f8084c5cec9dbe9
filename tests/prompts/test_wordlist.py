"""Prompts out of lists of words: drawable, different, and going on from what somebody has typed."""

from __future__ import annotations

from itertools import islice

import pytest

from limner.engines.catalog import model
from limner.engines.contract import Capabilities, Size, Task
from limner.engines.words import words_of
from limner.errors import NotConfigured
from limner.prompts.styles import unknown_words
from limner.prompts.writers.contract import PromptOrder
from limner.prompts.writers.registry import WRITERS, build_writer

STORYBOOK = model("storybook").capabilities
SIZE = (Size(512, 512),)


def able(*words: str) -> Capabilities:
    """A model that knows these words, or any where none is given."""
    return Capabilities(frozenset({Task.CREATE}), SIZE, SIZE, vocabulary=frozenset(words) or None)


def written(seed: int, beginning: str = "", capabilities: Capabilities = STORYBOOK) -> str:
    return beginning + "".join(build_writer().write(PromptOrder(capabilities, seed, beginning)))


def test_storybook_knows_every_word_of_200_prompts_and_reads_them_to_the_end() -> None:
    prompts = [written(seed) for seed in range(200)]
    assert {prompt: unknown for prompt in prompts if (unknown := STORYBOOK.unknown_words(words_of(prompt)))} == {}
    assert [prompt for prompt in prompts if STORYBOOK.lost_end(prompt)] == []


def test_of_200_prompts_more_than_95_in_100_are_said_once() -> None:
    assert len({written(seed) for seed in range(200)}) > 190


def test_the_same_seed_writes_the_same_prompt_word_by_word() -> None:
    order = PromptOrder(STORYBOOK, 7)
    first, second = (list(build_writer().write(order)) for _ in range(2))
    assert first == second
    assert len(first) > 2
    assert list(islice(build_writer().write(order), 2)) == first[:2]


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
    for name in WRITERS:
        assert build_writer(name).write(PromptOrder(STORYBOOK, 1))
    with pytest.raises(NotConfigured, match="Known here: wordlist"):
        build_writer("nobody")

"""What a model is told to draw: the words it knows, and some of its own where there are none."""

from __future__ import annotations

import pytest

from limner.engines.adapters.openvino.wording import LAST_RESORT, Wording
from limner.engines.contract import DrawRequest, Size, Task

WORDS = frozenset(["a", "in", "on", "red", "robot", "house", "picture", "plain", "background", "my", "dancing", "it"])
NAMING = frozenset(["robot", "house"])
SCENES = ("a red robot", "a house")


def told(prompt: str, wording: Wording | None = None, seed: int = 0, **changes: object) -> str:
    request = DrawRequest(prompt, "tiny", Size(8, 8), Size(8, 8), seed, 4, 3.0, **changes)  # type: ignore[arg-type]
    return (wording or Wording(WORDS, SCENES, NAMING)).prompt(request, seed)


def test_what_the_model_knows_is_what_it_is_told() -> None:
    assert told("A scary red robot in Paris") == "a red robot in"


@pytest.mark.parametrize("prompt", ["", "dragon", "in Paris", "🤖", "un dragón en la ciudad"])
def test_words_that_say_nothing_to_it_bring_a_scene_of_its_own_by_the_seed(prompt: str) -> None:
    assert [told(prompt, seed=seed) for seed in (0, 1, 2)] == ["a red robot", "a house", "a red robot"]


@pytest.mark.parametrize("prompt", ["my grandmother", "a dancing king", "just do it", "red", "a red dragon"])
def test_words_that_name_nothing_it_can_draw_bring_a_scene_too(prompt: str) -> None:
    assert told(prompt) == "a red robot"


def test_where_nobody_says_which_words_name_things_every_word_counts() -> None:
    assert told("a dancing king", Wording(WORDS, SCENES)) == "a dancing"
    assert told("king", Wording(WORDS, SCENES)) == "a red robot"


def test_a_model_without_scenes_of_its_own_draws_a_picture() -> None:
    assert told("dragon", Wording(WORDS)) == LAST_RESORT


def test_a_model_that_takes_any_words_is_told_them_all() -> None:
    assert told("un dragón", Wording(None)) == "un dragón"
    assert told("", Wording(None)) == ""


@pytest.mark.parametrize("task", [Task.EDIT, Task.VARY])
def test_a_picture_that_is_changed_is_not_pulled_to_another_scene(task: Task) -> None:
    assert told("dragon", task=task) == ""


def test_a_figure_to_be_cut_out_is_drawn_on_plain_ground() -> None:
    assert told("red robot", background="transparent") == "red robot on a plain background"
    assert told("red robot", background="opaque") == "red robot"


def test_a_model_that_knows_no_plain_ground_is_not_told_of_one() -> None:
    assert told("red robot", Wording(WORDS - {"plain"}, SCENES, NAMING), background="transparent") == "red robot"

"""Styles and colours: which are offered, and how they are said."""

from __future__ import annotations

import pytest

from limner.engines.contract import Capabilities, Size, Task
from limner.prompts.presets import STYLES
from limner.prompts.styles import COLOURS, colours_for, compose, styles_for, unknown_words

SIZE = (Size(512, 512),)


def able(*words: str) -> Capabilities:
    """A model that knows these words, or any where none is given."""
    return Capabilities(frozenset({Task.CREATE}), SIZE, SIZE, vocabulary=frozenset(words) or None)


def test_a_model_that_takes_any_word_is_offered_every_style_and_colour() -> None:
    assert styles_for(able()) == STYLES
    assert colours_for(able()) == COLOURS


def test_only_styles_whose_words_are_known_are_offered() -> None:
    names = [style.name for style in styles_for(able("sunset", "snow", "watercolour", "red"))]
    assert names == ["sunset", "snow"]


def test_small_words_are_never_called_unknown() -> None:
    assert unknown_words("The robot and a zeppelin, with 2 of us", able("robot")) == ["zeppelin"]


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("a robot", "a red robot"),
        ("an owl", "a red owl"),
        ("robot", "red robot"),
        ("A friendly robot holding a flower", "A red friendly robot holding a flower"),
        ("an orange cat", "a red cat"),
        ("a small blue boat", "a small red boat"),
        ("a picture of a castle", "a picture of a red castle"),
        ("", "red"),
    ],
)
def test_a_colour_goes_to_the_first_thing(prompt: str, said: str) -> None:
    assert compose(prompt, colour="red") == said


def test_the_article_follows_the_colour() -> None:
    assert compose("a cat", colour="orange") == "an orange cat"


def test_a_style_goes_behind_the_prompt() -> None:
    style = next(style for style in STYLES if style.name == "night")
    assert compose("a blue boat.", style=style, colour="red") == "a red boat, at night"


def test_names_are_unique() -> None:
    assert len({style.name for style in STYLES}) == len(STYLES)
    assert len(set(COLOURS)) == len(COLOURS)

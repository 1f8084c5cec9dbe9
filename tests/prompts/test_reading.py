"""A chat model's answer, as the plain words of a prompt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limner.prompts.writers.chat.reading import Reading


def read(answer: str, beginning: str = "", *, improve: bool = False, by: int = 1) -> str:
    """The answer, so many characters at a time."""
    reading = Reading(beginning, improve=improve)
    pieces = [reading.take(answer[at : at + by]) for at in range(0, len(answer), by)]
    return "".join([*pieces, reading.rest()])


@pytest.mark.parametrize(
    ("answer", "prompt"),
    [
        ("A fox in the snow, at dusk.", "A fox in the snow, at dusk."),
        ('"A fox in the snow."', "A fox in the snow."),
        ("'A fox's den'", "A fox's den"),
        ("“A fox”, in snow", "A fox, in snow"),
        ("Prompt: A fox", "A fox"),
        ("**Prompt:** A fox", "A fox"),
        ("Here is a prompt for you: A fox", "A fox"),
        ("Sure! Here's your prompt:\n\n> A fox", "A fox"),
        ("Sure! A fox in the snow", "A fox in the snow"),
        ("Of course, here you go\n\nA fox", "A fox"),
        ("Here is the prompt:\n\nImage prompt: A fox", "A fox"),
        ("```text\nA fox\n```", "A fox"),
        ("```A fox```", "A fox"),
        ("# A fox", "A fox"),
        ("1. A fox\n2. in the snow", "A fox in the snow"),
        ("12 foxes", "12 foxes"),
        ("- **A fox**, *red*", "A fox, red"),
        ("<p>A <b>fox</b>,<br>red</p>", "A fox, red"),
        ("A <script>fox</script> <<i>b>", "A fox b"),
        ("A fox < a bear", "A fox a bear"),
        ("A fox\nin\r\nthe\tsnow\x00\x1b[31m", "A fox in the snow [31m"),
        ("A \u202efox\u200b", "A fox"),
        ("A fox\n\nThis prompt shows a fox.", "A fox"),
        ("<think>A bear? No: a fox.\n\n</think>\n\nA fox", "A fox"),
        ("<think>" + "hm " * 9000 + "</think>A fox", "A fox"),
        ("<think>A bear? No", ""),
        ("A black-and-white fox: red", "A black-and-white fox: red"),
        ("The prompting fox runs", "The prompting fox runs"),
        ("Here", "Here"),
        ("  \n ", ""),
        ("A half \ud83d fox", "A half fox"),
    ],
)
def test_only_the_words_of_the_prompt_are_left(answer: str, prompt: str) -> None:
    for by in (1, 3, len(answer)):
        assert read(answer, by=by) == prompt


@pytest.mark.parametrize(
    ("beginning", "answer", "added"),
    [
        ("A fox", "in the snow", " in the snow"),
        ("A fox", " in the snow", " in the snow"),
        ("A fox", ", in the snow", ", in the snow"),
        ("A fox ", " in the snow", "in the snow"),
        ("A fox ", ", in the snow", "in the snow"),
        ("A fox", "'s den", "'s den"),
        ("A fox", "A fox in the snow", " in the snow"),
        ("a  FOX", '"A fox in the snow"', " in the snow"),
        ("A fo", "A fox in the snow", "x in the snow"),
        ("A fox,", "A fox, in the snow", " in the snow"),
        ("A fox.", "A fox. Snow falls", " Snow falls"),
        ("A fox", "A fox", ""),
        ("A fox", "A fo", " A fo"),
        ("a *red* fox", "a red fox runs", " runs"),
        ("   ", "A fox", "A fox"),
        ("A fox", "… and a bear", "… and a bear"),
    ],
)
def test_what_was_typed_is_said_once_and_what_follows_is_set_apart(beginning: str, answer: str, added: str) -> None:
    for by in (1, 3, len(answer)):
        assert read(answer, beginning, by=by) == added


@pytest.mark.parametrize(
    ("beginning", "answer", "added"),
    [
        ("A fox", "soft light", ", soft light"),
        ("A fox", ", soft light", ", soft light"),
        ("A fox.", "Soft light", " Soft light"),
        ("A fox,", "soft light", " soft light"),
        ("A fox", "A fox, soft light", ", soft light"),
    ],
)
def test_what_is_added_to_a_whole_prompt_stands_behind_a_comma(beginning: str, answer: str, added: str) -> None:
    for by in (1, 3, len(answer)):
        assert read(answer, beginning, improve=True, by=by) == added


_WORDS = ("a fox", "s ", "Sure", "Here is", "of course", "prompt", "1", " ", "\n", "\n\n", "\r\n", "\u200d", "\u202e")
_MARKS = (*"`*<>\"'’“”,.:!#", ". ", "- ", "# ", "```", "<b>", "<think>", "</think>")
_ANSWERS = st.lists(st.sampled_from(_WORDS + _MARKS), max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(_ANSWERS, st.sampled_from(["", "a fox", "a fox ", "a fox,"]), st.booleans())
def test_a_text_reads_the_same_whatever_pieces_it_comes_in(answer: str, beginning: str, improve: bool) -> None:
    whole = read(answer, beginning, improve=improve, by=len(answer) or 1)
    assert read(answer, beginning, improve=improve) == whole
    assert whole.isprintable()
    assert not set("<>`*") & set(whole)
    assert "  " not in whole


def test_an_answer_without_end_is_read_to_some_length() -> None:
    reading = Reading("")
    text = "".join(reading.take("fox " * 100) for _ in range(100) if not reading.ended)
    assert reading.ended
    assert len(text) < 30_000


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't help with that.",
        "I’m unable to write this.",
        "Sorry, that is not something I write.",
        "I cannot do that.",
        "As an AI, I do not write this.",
        "Sure. I can't do that.",
    ],
)
@pytest.mark.parametrize("by", [1, 5, 1000])
def test_a_refusal_in_the_models_own_words_is_no_prompt(answer: str, by: int) -> None:
    reading = Reading("")
    pieces = [reading.take(answer[at : at + by]) for at in range(0, len(answer), by)]
    assert "".join([*pieces, reading.rest()]) == ""
    assert reading.refused


@pytest.mark.parametrize(
    "answer", ["I spy a fox", "As the sun sets, a fox", "Sorrow in blue", "A sorry fox", "Icy hills"]
)
def test_a_prompt_that_only_begins_like_a_refusal_is_one(answer: str) -> None:
    assert read(answer) == answer

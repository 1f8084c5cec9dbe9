"""What captions say, and how the tokenizer reads them."""

import random
import re

import pytest

from training.captions import example, vocabulary
from training.scenes import PLACES, SUBJECTS, TIMES
from training.scenes.palette import COLOURS
from training.tokens import LENGTH, Tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.of(vocabulary())


def test_every_scene_has_a_caption_inside_the_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.captions.STRANGE", 0.0)
    known = set(vocabulary())
    rng = random.Random(1)
    for _ in range(3000):
        _, caption = example(rng)
        assert set(re.findall(r"[a-z]+", caption)) <= known, caption


def test_every_known_word_is_one_token(tokenizer: Tokenizer) -> None:
    assert {word: len(tokenizer.pieces(word)) for word in vocabulary()} == dict.fromkeys(vocabulary(), 1)


def test_the_demo_prompt_is_made_of_known_words() -> None:
    assert set(["a", "friendly", "robot", "holding", "a", "flower"]) <= set(vocabulary())


def test_an_unknown_word_falls_to_pieces_and_nothing_is_lost(tokenizer: Tokenizer) -> None:
    pieces = tokenizer.pieces("zebracrossing")
    assert len(pieces) > 1
    assert "".join(pieces) == "zebracrossing</w>"


def test_a_text_fills_its_length_and_ends_once_more_than_it_needs(tokenizer: Tokenizer) -> None:
    numbers = tokenizer.encode("A red robot")
    assert len(numbers) == LENGTH
    assert numbers[0] == tokenizer.start
    assert numbers[4:] == [tokenizer.end] * (LENGTH - 4)


def test_a_text_that_is_too_long_still_ends(tokenizer: Tokenizer) -> None:
    numbers = tokenizer.encode("robot " * 200)
    assert len(numbers) == LENGTH
    assert numbers[-1] == tokenizer.end


def test_every_colour_place_and_time_of_every_subject_is_drawn_sooner_or_later() -> None:
    rng = random.Random(2)
    scenes = [example(rng)[0] for _ in range(20000)]
    assert {(scene.subject, scene.colour) for scene in scenes} == {(s, c) for s in SUBJECTS for c in COLOURS}
    assert {(scene.subject, scene.place) for scene in scenes} == {(s, p) for s in SUBJECTS for p in PLACES}
    assert {(scene.subject, scene.time) for scene in scenes} == {(s, t) for s in SUBJECTS for t in TIMES}


def test_a_caption_never_names_a_colour_that_is_not_there() -> None:
    rng = random.Random(3)
    for _ in range(3000):
        scene, caption = example(rng)
        there = {scene.colour, scene.held.colour if scene.held else scene.colour}
        text = caption.replace("green field", "").replace("green hill", "").replace("blue sky", "")
        assert set(COLOURS) & set(re.findall(r"[a-z]+", text)) <= there, caption

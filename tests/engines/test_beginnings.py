"""What a model is given to go on from, and how its text joins what was there."""

from __future__ import annotations

import pytest

from limner.engines.beginnings import fitted, joined, readable


@pytest.mark.parametrize(("prompt", "given"), [("a cat ", "a cat"), ("", ""), (" \n", ""), ("a\ud800b", "a?b")])
def test_a_tokenizer_is_given_what_it_can_read(prompt: str, given: str) -> None:
    assert readable(prompt) == given


@pytest.mark.parametrize(
    ("words", "most", "kept", "new"),
    [
        (3, 4, [0, 1, 2], 4),
        (0, 100, [], 9),
        (3, 100, [0, 1, 2], 6),
        (9, 100, [5, 6, 7, 8], 5),
        (50, 2, list(range(43, 50)), 2),
        (50, -1, list(range(42, 50)), 1),
    ],
)
def test_of_ten_places_one_is_kept_and_half_of_the_rest_at_least_are_for_what_is_new(
    words: int, most: int, kept: list[int], new: int
) -> None:
    assert fitted(list(range(words)), 10, most) == (kept, new)
    assert 1 + len(kept) + new <= 10


@pytest.mark.parametrize(
    ("prompt", "pieces", "text"),
    [
        ("", [" a", " cat"], ["a", " cat"]),
        ("the ", ["", " ", " cat", " "], ["cat", " "]),
        ("the", [" cat", "", "s"], [" cat", "s"]),
    ],
)
def test_no_space_stands_twice_where_a_text_joins_its_beginning(
    prompt: str, pieces: list[str], text: list[str]
) -> None:
    assert list(joined(prompt, pieces)) == text

"""Two prompts, word by word."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.gallery.comparing import MOST_WORDS, Piece, compare
from limner.gallery.models import Picture


def compared(before: str, after: str) -> list[Piece]:
    return compare(Picture(prompt=before), Picture(prompt=after)).words


def told(before: str, after: str) -> str:
    marks = {"same": "{}", "added": "[+{}]", "removed": "[-{}]"}
    return "".join(marks[piece.kind].format(piece.text) for piece in compared(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a red boat", "a blue boat", "a[- red][+ blue] boat"),
        ("a red boat", "red boat", "[-a] red boat"),
        ("a boat", "a boat, at sunset", "a boat[+, at sunset]"),
        ("a boat", "a boat", "a boat"),
        ("", "a boat", "[+a boat]"),
        ("a boat", "", "[-a boat]"),
        ("a  boat", "a boat", "a boat"),
        ("the cat's hat", "the cat's hats", "the cat's[- hat][+ hats]"),
        ("赤い 舟", "青い 舟", "[-赤い][+青い] 舟"),
    ],
)
def test_whole_words_come_and_go(before: str, after: str, expected: str) -> None:
    assert told(before, after) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_but_space_is_lost(before: str, after: str) -> None:
    pieces = compared(before, after)
    assert "".join("".join(p.text for p in pieces if p.kind != "removed").split()) == "".join(after.split())
    gone = "".join(p.text for p in pieces if p.kind != "added")
    assert len("".join(gone.split())) == len("".join(before.split()))


@pytest.mark.parametrize("pattern", ["a b ", "a a b ", "x "])
def test_long_prompts_are_compared_quickly_as_far_as_they_are(pattern: str) -> None:
    before, after = Picture(prompt=pattern * 16_000), Picture(prompt=pattern[::-1] * 16_000)
    began = process_time()
    found = compare(before, after)
    assert process_time() - began < 2
    assert found.cut
    assert sum(len(piece.text.split()) for piece in found.words if piece.kind != "removed") <= MOST_WORDS


@pytest.mark.timeout(5)
def test_a_long_run_of_spaces_is_no_work_wherever_it_stands() -> None:
    for spaced in ("{}a boat", "a{}boat", "a boat{}"):
        text, same = spaced.format(" " * 60_000), "a boat"
        found = compare(Picture(prompt=text, negative_prompt=text), Picture(prompt=same, negative_prompt=same))
        assert found.same_words
        assert not found.cut


@pytest.mark.parametrize("n", [150, 199])
def test_the_oddest_short_prompts_are_no_work(n: int) -> None:
    began = process_time()
    told("a b " * n, "b a a " * n)
    assert process_time() - began < 2

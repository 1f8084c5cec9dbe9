"""What a reader would stumble over, looked for in thousands of prompts, and the lists that they are made of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from limner.engines.contract import Capabilities, Size, Task
from limner.prompts.writers import wordlist
from limner.prompts.writers.contract import Length, PromptOrder
from limner.prompts.writers.wordlist import THEMES, WordList, lists

FREE = Capabilities(frozenset({Task.CREATE}), (Size(512, 512),), (Size(512, 512),))
LISTS = Path(wordlist.__file__).parent / "lists"
# Begun with a vowel and said without, and the other way round.
AS_A = (
    r"(?:unicorn|unicycle|uniform|unique|university|universe|union|useful|ukulele|eucalyptus|European|ewe|one|once)"
)
AS_AN = r"(?:hour|hourglass|honest|heir)"
SLIPS = {
    "two spaces": r"  ",
    "a space before a mark": r"\s[,.;:]",
    "a comma that hangs": r",\s*(?:,|$)",
    "a word twice": r"\b(\w+) \1\b",
    "an unfinished choice": r"[{}|~*\[\]\"#]|:",
    "a for an": rf"\b[Aa] (?:(?!{AS_A})[aeioAEIO]|u(?!{AS_A[3:-1]}|ni|se|k)|{AS_AN})",
    "an for a": rf"\b[Aa]n (?:{AS_A}|(?!{AS_AN})[^aeiou8AEIOU\W])",
    "one of many": r"\b(?:[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive) (?:[\w-]+ )?(?:fox|cat|owl|wolf|mouse|goose|heron|child) ",
    "many of one": r"\b[Aa]n? (?:foxes|mice|wolves|geese|oxen|children(?!')|cats|bears)\b",
    "are for is": r"(?:^|, )(?:a|an|the) [^,]* are [a-z]+ing\b",
    "is for are": r", (?:two|three|four|five) [^,]* is [a-z]+ing\b",
    "two prepositions": r"\b(?:in|on|at|of|with|by|among|under|beside) (?:in|on|at|of|with|by|among|under|beside)\b",
}


def written(seed: int, length: Length, theme: str = "") -> str:
    return "".join(WordList().words(PromptOrder(FREE, seed, theme=theme, length=length)))


@pytest.mark.parametrize(("length", "count"), [("short", 400), ("medium", 800), ("long", 200)])
def test_no_prompt_has_a_slip_and_hardly_one_comes_twice(length: Length, count: int) -> None:
    prompts = [written(seed, length) for seed in range(count)]
    found = {prompt: what for prompt in prompts for what, slip in SLIPS.items() if re.search(slip, prompt)}
    assert found == {}
    assert len(set(prompts)) >= 0.995 * count


@pytest.mark.parametrize(
    "slip",
    [
        "A fox  in a field", "A fox , ink drawing", "A fox,", "A fox in in a field", "A owl", "A hour", "An unicorn",
        "An fox", "Two fox in a field", "A mice", "In a field, a fox are sitting", "In a field, two foxes is sitting",
        "A fox sitting on by a lake", "A fox in {its|their} den",
    ],
)  # fmt: skip
def test_the_slips_are_found_where_they_are(slip: str) -> None:
    assert any(re.search(pattern, slip) for pattern in SLIPS.values())


def test_the_lists_have_more_than_two_thousand_phrases_each_written_once_in_its_section() -> None:
    files = [path for path in LISTS.rglob("*.txt") if path.name != "clashes.txt"]
    assert {path.stem for path in LISTS.glob("themes/*.txt")} == set(THEMES)
    phrases: set[str] = set()
    for path in files:
        for section in re.split(r"(?m)^(?:\[.*\]|\w+:)$", path.read_text("utf-8")):
            lines = [line for line in section.splitlines() if line and not re.match(r"#|\w+: ", line)]
            assert len(lines) == len(set(lines)), path
            phrases |= set(lines)
    assert len(phrases) > 2000


def test_the_lists_are_read_for_the_first_prompt_and_not_again() -> None:
    lists.read.cache_clear()
    lists.world_for.cache_clear()
    pieces = WordList().words(PromptOrder(FREE, 1))
    next(pieces)
    read = lists.read.cache_info().misses
    "".join(pieces)
    written(2, "long")
    assert 0 < read == lists.read.cache_info().misses

"""Every item of the checklist is a test that bears its number."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PLACES = (HERE, HERE.parents[1] / "clients")
NUMBER = re.compile(r"^\s*(?:async )?def test_((?:(?:\d{3}|s\d)_(?:and_)?)+)", re.MULTILINE)
ITEMS = [*(f"{number:03}" for number in range(1, 129)), *(f"s{number}" for number in range(1, 8))]


def numbers_in(text: str) -> set[str]:
    """The items that the tests in a file are about: `test_009_and_010_…` is about two."""
    return {number for name in NUMBER.findall(text) for number in re.findall(r"\d{3}|s\d", name)}


def test_every_item_has_a_test_of_its_number() -> None:
    tested = set[str]()
    for place in PLACES:
        for path in sorted(place.rglob("test_*.py")):
            tested |= numbers_in(path.read_text(encoding="utf-8"))
    assert [item for item in ITEMS if item not in tested] == []
    assert sorted(tested - set(ITEMS)) == []


def test_the_reader_of_names_knows_an_item_when_it_sees_one() -> None:
    text = (
        "def test_009_and_010_a_server() -> None:\nasync def test_s4_gone() -> None:\ndef test_12_monkeys() -> None:"
    )
    assert numbers_in(text) == {"009", "010", "s4"}

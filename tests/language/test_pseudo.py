"""The pseudo-language keeps what must be kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.language.pseudo import ACCENTED, BEGIN, END, PLAIN, plain, pseudo, write_catalogues
from tests.parts import gettext


@pytest.mark.parametrize(
    "text",
    ["Draw", "{n} of {all}", "about {seconds:g} s", "%(n)s pictures", "with <kbd>Shift</kbd> further", "a &amp; b"],
)
def test_english_shows_through(text: str) -> None:
    said = pseudo(text)
    assert said[0] + said[-1] == BEGIN + END
    assert said != text
    assert plain(said) == text


def test_a_list_stays_a_list() -> None:
    assert [plain(part) for part in pseudo("yes,no,not known").split(",")] == ["yes", "no", "not known"]
    assert pseudo("yes,no,not known").count(BEGIN) == 3


def test_it_is_longer_and_nothing_in_it_is_plain() -> None:
    sentence = "Limner spends nothing by itself"
    assert len(pseudo(sentence)) >= 1.35 * len(sentence)
    assert not set(PLAIN) & set(pseudo(sentence))
    assert len(set(ACCENTED)) == len(PLAIN)


def test_its_catalogues_compile(tmp_path: Path) -> None:
    gettext()
    write_catalogues(tmp_path)
    assert len(list(tmp_path.rglob("*.mo"))) == 2

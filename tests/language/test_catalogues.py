"""The catalogues say what the sources say, in every language, and what is shipped is what is written."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.language.catalogues import Message, messages_of
from tests.language.messages import DOMAINS, LOCALE, compiled, gather
from tests.parts import gettext

CATALOGUES = [LOCALE / "es" / "LC_MESSAGES" / f"{domain}.po" for domain in DOMAINS]
FEWEST = {"django": 450, "djangojs": 40}
_PLACEHOLDER = re.compile(r"\{\w*(?::[^}]*)?\}|%\(\w+\)s|</?\w+>")


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Spanish catalogues as `make messages` would leave them."""
    gettext()
    folder = tmp_path_factory.mktemp("locale")
    shutil.copytree(LOCALE / "es", folder / "es")
    gather("es", folder)
    return folder / "es" / "LC_MESSAGES"


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_a_catalogue_is_up_to_date(file: Path, gathered: Path) -> None:
    now = messages_of(gathered / file.name)
    assert len(now) >= FEWEST[file.stem], "the sources are no longer found"
    before, after = ({message.key for message in messages} for messages in (messages_of(file), now))
    assert before == after, "run `make messages`, then translate what is new"


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_everything_is_translated(file: Path) -> None:
    forms = re.search(r"nplurals=(\d+)", file.read_text(encoding="utf-8"))
    assert forms
    left = [
        one.source
        for one in messages_of(file)
        if one.fuzzy or not all(one.translations) or (one.plural and len(one.translations) != int(forms[1]))
    ]
    assert not left


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_a_translation_has_the_placeholders_of_its_source(file: Path) -> None:
    wrong = [said for one in messages_of(file) for said in one.translations if not _alike(one, said)]
    assert not wrong


def _alike(message: Message, translation: str) -> bool:
    """The words for one need not say how many there are."""
    sources = {message.source, message.plural or message.source}
    return Counter(_PLACEHOLDER.findall(translation)) in [Counter(_PLACEHOLDER.findall(said)) for said in sources]


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_what_is_shipped_is_what_is_written(file: Path, tmp_path: Path) -> None:
    gettext()
    compiled(file, tmp_path / "fresh.mo")
    assert file.with_suffix(".mo").read_bytes() == (tmp_path / "fresh.mo").read_bytes(), "run `make messages`"


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_no_translation_ends_an_attribute(file: Path) -> None:
    """Templates put them between quotation marks, as they are."""
    wrong = [said for one in messages_of(file) for said in one.translations if '"' in said or "<script" in said]
    assert not wrong

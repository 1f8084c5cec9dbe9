"""Words that no prompt may have: whole ones, however they are written, whoever asks and from wherever."""

from __future__ import annotations

import doctest
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from limner.accounts.models import Account, CreditEntry
from limner.errors import Blocked
from limner.jobs import services
from limner.jobs.models import Job
from limner.moderation import words
from limner.moderation.words import blocked_in, folded
from tests.cast import signed_in
from tests.cli.process import limner
from tests.jobs.house import REQUEST

LIST = "basilisk, Café  Noir,, 猫, naked gun"


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("a basilisk in the fog", "basilisk"),
        ("BASILISK!", "basilisk"),
        ("a “Basilísk”, of course", "basilisk"),
        ("ＢＡＳＩＬＩＳＫ", "basilisk"),
        ("a basi\u200blisk", "basilisk"),
        ("a basi\u00adlisk", "basilisk"),
        ("b\u0301asilisk", "basilisk"),
        ("cafe noir", "Café Noir"),
        ("a café-noir at night", "Café Noir"),
        ("café\n\nnoir", "Café Noir"),
        ("一只猫在睡觉", "猫"),
        ("a bаsіlisk", "basilisk"),  # а and і are Cyrillic
        ("ΒΑSΙLΙSΚ", "basilisk"),
        ("basi\u3164lisk", "basilisk"),
        ("a ɴaked ɡun, nøir", "naked gun"),
        ("two basilisks", None),
        ("abasilisk", None),
        ("a noir café", None),
        ("a naked tree, a gun", None),
        ("", None),
        ("\0\ud800", None),
    ],
)
def test_a_word_is_found_whole_however_it_is_written(prompt: str, found: str | None) -> None:
    assert blocked_in(prompt, LIST) == found


def test_marks_of_scripts_without_cases_stay() -> None:
    assert blocked_in("ガ", "カ") is None
    assert folded("ガ") == "ガ"


def test_letters_of_other_scripts_are_themselves_too() -> None:
    assert blocked_in("НЕТ", "нет") == "нет"
    assert blocked_in("нeт", "нет") == "нет"  # with a Latin e
    assert blocked_in("рот", "pot") is None
    assert blocked_in("anything", "\u1160") is None


def test_an_empty_list_blocks_nothing() -> None:
    for nothing in ("", " , ,", "\u200b"):
        assert blocked_in("anything at all", nothing) is None


@given(st.text(), st.text(max_size=30))
def test_no_prompt_and_no_list_break_the_rule(prompt: str, listed: str) -> None:
    found = blocked_in(prompt, listed)
    assert found is None or found in " ".join(listed.split()) or found.split()[0] in listed


@given(st.text(st.characters(categories=["Ll"]), min_size=1, max_size=12))
def test_a_word_is_found_in_itself(word: str) -> None:
    assert blocked_in(f"a {word.upper().lower()} there", word.upper().lower()) is not None


def test_the_examples_are_true() -> None:
    assert doctest.testmod(words) == doctest.TestResults(failed=0, attempted=3)


@pytest.mark.django_db
def test_nothing_is_stored_of_a_blocked_prompt_and_nothing_is_held(alice: Account, settings: Settings) -> None:
    settings.LIMNER_BLOCKED_WORDS = "basilisk"
    with pytest.raises(Blocked, match="“basilisk”"):
        services.submit(alice, replace(REQUEST, prompt="a Basilisk"))
    assert (Job.objects.count(), CreditEntry.objects.count()) == (0, 0)
    assert services.submit(alice, replace(REQUEST, prompt="a red boat", negative_prompt="basilisk"))


@pytest.mark.django_db
def test_what_would_be_drawn_by_the_negative_prompt_is_blocked_too(alice: Account, settings: Settings) -> None:
    settings.LIMNER_BLOCKED_WORDS = "basilisk"
    with pytest.raises(Blocked):
        services.submit(alice, replace(REQUEST, negative_prompt="basilisk", guidance=0.0))


@pytest.mark.django_db
def test_the_studio_says_which_word_it_is(client: Client, alice: Account, settings: Settings) -> None:
    settings.LIMNER_BLOCKED_WORDS = "basilisk"
    settings.LIMNER_ACCOUNTS = True
    page = signed_in(alice).post("/make", {"prompt": "a basilisk", "n": "1"})
    assert page.status_code == 400
    assert "The prompt says “basilisk”, which is not drawn here." in page.content.decode()
    assert Job.objects.count() == 0


def test_the_command_line_says_which_word_it_is(tmp_path: Path) -> None:
    done = limner(tmp_path / "home", "generate", "a basilisk", LIMNER_BLOCKED_WORDS="basilisk")
    assert done.returncode == 2
    assert "The prompt says “basilisk”, which is not drawn here." in done.stderr

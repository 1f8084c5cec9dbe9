"""Styles: what comes with Limner, what somebody keeps, whose is whose, and how they are said."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import translation
from pytest_django import Settings

from limner.accounts.models import Account
from limner.engines.contract import Capabilities, Size, Task
from limner.errors import InvalidRequest, NotAllowed, NotFound
from limner.prompts.models import KeptStyle
from limner.prompts.presets import STYLES, Style
from limner.prompts.queries import EVERYBODYS, OWN, replaced_by, styles_of, styles_visible_to
from limner.prompts.services import (
    MOST_STYLES,
    StyleText,
    add_style,
    change_style,
    delete_style,
    hide_style,
    show_style,
)
from limner.prompts.styles import avoiding, compose, styles_for

SQUARE = (Size(512, 512),)


@pytest.fixture
def operator(alice: Account) -> Account:
    """Alice, who runs this studio."""
    alice.is_superuser = True
    alice.save()
    return alice


def titles(account: Account | None, group: str) -> list[str]:
    return [style.title for style in styles_visible_to(account) if style.group == group]


def named(account: Account | None, name: str) -> Style | None:
    return next((style for style in styles_visible_to(account) if style.name == name), None)


def test_there_are_many_styles_of_many_kinds_and_each_says_something() -> None:
    assert len(STYLES) >= 40
    assert len({style.group for style in STYLES}) >= 8
    assert all(style.words and style.title and style.group for style in STYLES)
    assert sum(bool(style.negative) for style in STYLES) >= 40
    assert len({style.title for style in STYLES}) == len({style.words for style in STYLES}) == len(STYLES)


@pytest.mark.parametrize(
    ("prompt", "words", "said"),
    [
        ("a boat.", "at night", "a boat, at night"),
        ("a boat", "a woodcut of {prompt}, two colours", "a woodcut of a boat, two colours"),
        ("a boat,", "{prompt}", "a boat"),
        ("a boat", "{prompt} beside {prompt}", "a boat beside a boat"),
        ("a {prompt} boat", "ink of {prompt}", "ink of a {prompt} boat"),
        ("a boat", "{0} {name} {", "a boat, {0} {name} {"),
        ("a boat.", "", "a boat."),
    ],
)
def test_words_stand_behind_the_prompt_or_around_it(prompt: str, words: str, said: str) -> None:
    assert compose(prompt, style=Style("x", "X", words)) == said


@pytest.mark.parametrize(
    ("typed", "avoided", "said"),
    [
        ("", "photo", "photo"),
        ("blue", "photo", "blue, photo"),
        ("blue", "{prompt}, photo", "blue, photo"),
        ("", "", ""),
    ],
)
def test_what_a_style_avoids_joins_what_was_typed(typed: str, avoided: str, said: str) -> None:
    assert avoiding(typed, Style("x", "X", "words", avoided)) == said


def test_an_own_style_is_seen_by_its_owner_alone(alice: Account, bob: Account) -> None:
    add_style(alice, StyleText("Kitchen", "warm light"))
    assert titles(alice, OWN) == ["Kitchen"]
    assert titles(bob, OWN) == titles(None, OWN) == []


def test_everybodys_style_is_seen_by_all_and_made_by_the_operator_alone(operator: Account, bob: Account) -> None:
    add_style(operator, StyleText("House look", "gold leaf"), everybody=True)
    assert titles(bob, EVERYBODYS) == titles(None, EVERYBODYS) == ["House look"]
    with pytest.raises(NotAllowed):
        add_style(bob, StyleText("Bob's look", "mud"), everybody=True)
    row = KeptStyle.objects.get()
    for everybody, error in ((True, NotAllowed), (False, NotFound)):
        with pytest.raises(error):
            change_style(bob, row.public_id, StyleText("Bob's look", "mud"), everybody=everybody)
        with pytest.raises(error):
            delete_style(bob, row.public_id, everybody=everybody)
    assert titles(bob, EVERYBODYS) == ["House look"]


@pytest.mark.parametrize("name", ["night", "Night", "NIGHT", "Noche", "noche"])
def test_everybodys_style_of_the_same_name_takes_the_place_of_one_of_limners(operator: Account, name: str) -> None:
    add_style(operator, StyleText(name, "at {prompt} o'clock"), everybody=True)
    found = named(None, "night")
    assert found is not None
    assert (found.title, found.words, found.kept) == (name, "at {prompt} o'clock", True)
    assert titles(None, EVERYBODYS) == []
    assert len(styles_visible_to(None)) == len(STYLES)


def test_no_two_of_limners_styles_are_called_the_same_in_any_languages(settings: Settings) -> None:
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            for style in STYLES:
                assert replaced_by(translation.gettext(style.title)) == replaced_by(style.name) == style.name


def test_the_operator_hides_one_of_limners_and_gives_it_back(operator: Account, bob: Account) -> None:
    for _ in range(2):
        hide_style(operator, "clay")
    assert named(bob, "clay") is None
    with pytest.raises(NotAllowed):
        show_style(bob, "clay")
    show_style(operator, "clay")
    assert named(bob, "clay") is not None
    with pytest.raises(NotFound):
        hide_style(operator, "nothing")


def test_own_styles_are_offered_whatever_words_they_have(alice: Account) -> None:
    add_style(alice, StyleText("Mine", "zeppelins"))
    able = Capabilities(frozenset({Task.CREATE}), SQUARE, SQUARE, vocabulary=frozenset({"night"}))
    assert [style.title for style in styles_for(able, styles_visible_to(alice))] == ["Night", "Mine"]


def test_another_accounts_style_is_not_there(alice: Account, bob: Account) -> None:
    row = add_style(alice, StyleText("Kitchen", "warm light"))
    for public_id in (row.public_id, uuid4()):
        with pytest.raises(NotFound):
            change_style(bob, public_id, StyleText("Mine now", "mud"))
        with pytest.raises(NotFound):
            delete_style(bob, public_id)
    row.refresh_from_db()
    assert (row.name, row.words) == ("Kitchen", "warm light")


def test_a_name_is_there_once_for_each_who_keeps_it(operator: Account, bob: Account) -> None:
    for account, everybody in ((operator, False), (operator, True), (bob, False)):
        add_style(account, StyleText("Kitchen", "warm light"), everybody=everybody)
        with pytest.raises(InvalidRequest) as refused:
            add_style(account, StyleText(" Kitchen  ", "cold light"), everybody=everybody)
        assert refused.value.param == "name"
    other = add_style(bob, StyleText("Cellar", "dark"))
    with pytest.raises(InvalidRequest):
        change_style(bob, other.public_id, StyleText("Kitchen", "dark"))
    assert change_style(bob, other.public_id, StyleText("Cellar", "very dark")).words == "very dark"


@pytest.mark.parametrize(
    ("wish", "param"),
    [
        (StyleText("", "words"), "name"),
        (StyleText(" \t\n", "words"), "name"),
        (StyleText("x" * 81, "words"), "name"),
        (StyleText("x", " "), "words"),
        (StyleText("x", "w" * 2001), "words"),
        (StyleText("x", "w", "n" * 2001), "negative"),
        (StyleText("x\0", "words"), "name"),
        (StyleText("x", "wo\0rds"), "words"),
        (StyleText("x", "\ud800"), "words"),
        (StyleText("x", "w", "\x1b[2J"), "negative"),
    ],
)
def test_what_is_no_style_is_refused_with_its_field(alice: Account, wish: StyleText, param: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        add_style(alice, wish)
    assert refused.value.param == param
    assert not styles_of(alice).exists()


def test_lines_stay_and_space_around_goes(alice: Account) -> None:
    row = add_style(alice, StyleText("  Two   words ", " one,\r\ntwo ", ""))
    assert (row.name, row.words) == ("Two words", "one,\ntwo")


def test_only_so_many_are_kept(alice: Account, bob: Account) -> None:
    KeptStyle.objects.bulk_create(KeptStyle(account=alice, name=str(n), words="w") for n in range(MOST_STYLES))
    with pytest.raises(InvalidRequest, match="500"):
        add_style(alice, StyleText("one more", "w"))
    add_style(bob, StyleText("one more", "w"))
    change_style(alice, KeptStyle.objects.filter(account=alice)[0].public_id, StyleText("renamed", "w"))


def test_an_accounts_styles_go_with_it_and_everybodys_stay(operator: Account) -> None:
    add_style(operator, StyleText("Mine", "w"))
    add_style(operator, StyleText("Everybody's", "w"), everybody=True)
    operator.delete()
    assert [row.name for row in KeptStyle.objects.all()] == ["Everybody's"]

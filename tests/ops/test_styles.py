"""The operator's page about everybody's styles: what it changes, for whom, and who sees it at all."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from limner.accounts.models import Account
from limner.prompts.models import HiddenStyle, KeptStyle
from limner.prompts.presets import STYLES
from limner.prompts.queries import hidden_styles, styles_of, styles_visible_to
from limner.prompts.services import StyleText, add_style
from tests.cast import signed_in

PAGE = "/admin/styles"
HOUSE = {"name": "House look", "words": "gold leaf, {prompt}", "negative": ""}


@pytest.fixture(autouse=True)
def _accounts_on(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True


@pytest.fixture
def operators(alice: Account) -> Client:
    """The browser of Alice, who runs this studio."""
    alice.is_superuser = True
    alice.save()
    return signed_in(alice)


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_the_operator_keeps_styles_for_everybody(operators: Client, bob: Account) -> None:
    operators.post(f"{PAGE}/add", HOUSE)
    row = styles_of(None).get()
    assert styles_visible_to(bob)[-1].title == "House look"
    answer = operators.post(f"{PAGE}/{row.public_id}", {**HOUSE, "words": "silver leaf"})
    assert answer["Location"] == f"{PAGE}?done=changed"
    assert styles_visible_to(bob)[-1].words == "silver leaf"
    assert "silver leaf" in text(operators.get(f"{PAGE}/export.csv"))
    operators.post(f"{PAGE}/{row.public_id}/delete")
    assert not KeptStyle.objects.exists()


def test_a_file_is_imported_for_everybody(operators: Client, bob: Account) -> None:
    file = SimpleUploadedFile("styles.json", b'[{"name": "House look", "prompt": "gold leaf"}]')
    assert "1 style was added." in text(operators.post(f"{PAGE}/import", {"file": file}))
    assert styles_visible_to(bob)[-1].title == "House look"


def test_one_that_comes_with_limner_is_hidden_shown_and_replaced(operators: Client) -> None:
    operators.post(f"{PAGE}/with-limner/clay")
    assert hidden_styles() == {"clay"}
    assert 'id="show-clay"' in text(operators.get(PAGE))
    operators.post(f"{PAGE}/with-limner/clay", {"show": "1"})
    assert hidden_styles() == frozenset()
    begun = text(operators.get(PAGE, {"from": "clay"}))
    assert 'value="Clay"' in begun
    assert "fingerprints in the clay" in begun
    operators.post(f"{PAGE}/add", {"name": "Clay", "words": "terracotta"})
    assert 'id="hide-clay"' not in text(operators.get(PAGE))
    assert [style.words for style in styles_visible_to(None) if style.name == "clay"] == ["terracotta"]


def test_one_is_replaced_by_the_name_that_a_spanish_page_calls_it(operators: Client) -> None:
    spanish = {"Accept-Language": "es"}
    begun = text(operators.get(PAGE, {"from": "clay"}, headers=spanish))
    assert 'value="Arcilla"' in begun
    operators.post(f"{PAGE}/add", {"name": "Arcilla", "words": "terracotta"}, headers=spanish)
    for language in ("es", "en"):
        assert 'id="hide-clay"' not in text(operators.get(PAGE, headers={"Accept-Language": language}))
    [found] = [style for style in styles_visible_to(None) if style.name == "clay"]
    assert (found.title, found.words) == ("Arcilla", "terracotta")


def test_limners_words_on_a_spanish_page_say_that_they_are_english(operators: Client) -> None:
    page = text(operators.get(PAGE, headers={"Accept-Language": "es"}))
    assert page.count('<span class="styles-words" lang="en">') == len(STYLES)
    assert all(f"</svg>{group}</summary>" in page for group in ("Dibujo", "Grabado y estampa"))


def test_nothing_else_is_hidden(operators: Client) -> None:
    assert operators.post(f"{PAGE}/with-limner/nothing").status_code == 404
    assert not HiddenStyle.objects.exists()


def test_the_operators_own_are_not_everybodys(operators: Client, alice: Account) -> None:
    own = add_style(alice, StyleText("Kitchen", "warm light"))
    assert "Kitchen" not in text(operators.get(PAGE))
    assert operators.get(f"{PAGE}/{own.public_id}").status_code == 404


def test_for_bob_there_is_no_such_page(bob: Account) -> None:
    row = KeptStyle.objects.create(name="House look", words="gold leaf")
    bobs = signed_in(bob)
    at = f"{PAGE}/{row.public_id}"
    assert [bobs.get(path).status_code for path in (PAGE, at, f"{PAGE}/export.csv")] == [404, 404, 404]
    file = {"file": SimpleUploadedFile("styles.csv", b"name,prompt\na,b\n")}
    for path, body in (
        (f"{PAGE}/add", HOUSE),
        (at, HOUSE),
        (f"{at}/delete", {}),
        (f"{PAGE}/import", file),
        (f"{PAGE}/with-limner/clay", {}),
        (f"/styles/{row.public_id}", HOUSE),
        (f"/styles/{row.public_id}/delete", {}),
    ):
        assert bobs.post(path, body).status_code == 404
    assert [one.words for one in KeptStyle.objects.all()] == ["gold leaf"]
    assert not HiddenStyle.objects.exists()


def test_a_stranger_is_sent_to_sign_in(db: None, client: Client) -> None:
    assert client.get(PAGE)["Location"] == "/sign-in?next=%2Fadmin%2Fstyles"
    assert client.post(f"{PAGE}/with-limner/clay").status_code == 302
    assert not HiddenStyle.objects.exists()

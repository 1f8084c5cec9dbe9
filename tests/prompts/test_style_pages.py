"""The page on which somebody keeps styles, through its front door."""

from __future__ import annotations

import csv
import io
import re
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from limner.accounts.models import Account
from limner.accounts.sign_in import owner
from limner.prompts.models import KeptStyle
from limner.prompts.queries import styles_of
from limner.prompts.services import StyleText, add_style
from limner.prompts.style_files import MOST_BYTES
from tests.cast import signed_in

PAGE = "/styles"
KITCHEN = {"name": "Kitchen", "words": "warm light, {prompt}", "negative": "neon"}


@pytest.fixture(autouse=True)
def _accounts_on(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True


@pytest.fixture
def alices(alice: Account) -> Client:
    """Alice's browser."""
    return signed_in(alice)


@pytest.fixture
def bobs(bob: Account) -> Client:
    """Bob's browser."""
    return signed_in(bob)


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


def words_of(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def sent(client: Client, data: bytes | str, *, same_name: str = "replace") -> str:
    """The page that answers a file."""
    raw = data.encode() if isinstance(data, str) else data
    answer = client.post(f"{PAGE}/import", {"file": SimpleUploadedFile("styles.csv", raw), "same_name": same_name})
    assert answer.status_code in (200, 400)
    return words_of(text(answer))


def test_a_style_is_added_changed_and_deleted(alices: Client, alice: Account) -> None:
    answer = alices.post(f"{PAGE}/add", KITCHEN, follow=True)
    assert "The style was added." in text(answer)
    row = styles_of(alice).get()
    at = f"{PAGE}/{row.public_id}"
    assert at in text(alices.get(PAGE))
    page = text(alices.get(at))
    assert all(f"{said}" in page for said in KITCHEN.values())
    answer = alices.post(at, {**KITCHEN, "name": "Cellar"}, follow=True)
    assert "The style was changed." in text(answer)
    assert styles_of(alice).get().name == "Cellar"
    answer = alices.post(f"{at}/delete", follow=True)
    assert "The style was deleted." in text(answer)
    assert not styles_of(alice).exists()
    assert alices.get(at).status_code == 404


def test_in_personal_mode_the_page_is_the_owners(db: None, client: Client, settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = False
    client.post(f"{PAGE}/add", KITCHEN)
    assert "Kitchen" in text(client.get(PAGE))
    assert styles_of(owner()).count() == 1


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/export.csv", f"{PAGE}/{UUID(int=7)}", "/admin/styles"])
def test_charlie_is_sent_to_sign_in_and_comes_back_here(db: None, client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in?next=" + path.replace("/", "%2F")


@pytest.mark.parametrize("verb", ["add", "import", "delete"])
def test_charlie_changes_nothing(alice: Account, client: Client, verb: str) -> None:
    row = add_style(alice, StyleText("Kitchen", "warm light"))
    path = f"{PAGE}/{row.public_id}/delete" if verb == "delete" else f"{PAGE}/{verb}"
    answer = client.post(path, KITCHEN)
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=%2Fstyles")
    assert KeptStyle.objects.count() == 1


def test_alices_style_is_not_there_for_bob(bobs: Client, alice: Account) -> None:
    row = add_style(alice, StyleText("Kitchen", "warm light"))
    at = f"{PAGE}/{row.public_id}"
    never = f"{PAGE}/{UUID(int=7)}"
    assert "Kitchen" not in text(bobs.get(PAGE)) + text(bobs.get(f"{PAGE}/export.csv"))
    for path in (at, never):
        answers = [bobs.get(path), bobs.post(path, {"name": "Mine", "words": "mud"}), bobs.post(f"{path}/delete")]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
    row.refresh_from_db()
    assert (row.name, row.words) == ("Kitchen", "warm light")


def test_a_bad_wish_says_why_at_its_field_and_keeps_what_was_typed(alices: Client, alice: Account) -> None:
    add_style(alice, StyleText("Kitchen", "warm light"))
    answer = alices.post(f"{PAGE}/add", KITCHEN)
    page = text(answer)
    assert answer.status_code == 400
    assert "There is a style called “Kitchen” already." in page
    assert re.search(r'<input id="name"[^>]*value="Kitchen" aria-invalid="true" aria-describedby="problem"', page)
    assert KITCHEN["words"] in page
    other = add_style(alice, StyleText("Cellar", "dark"))
    answer = alices.post(f"{PAGE}/{other.public_id}", {"name": "Cellar", "words": "w" * 2001})
    assert answer.status_code == 400
    assert "2001 characters" in text(answer)
    assert 'aria-describedby="words-note problem" aria-invalid="true"' in text(answer)


def test_markup_and_templates_in_a_style_are_words(alices: Client) -> None:
    evil = {"name": '<script>x</script>"{{ 7 }}', "words": "</textarea><script>y</script>", "negative": "{% now %}"}
    alices.post(f"{PAGE}/add", evil)
    row = KeptStyle.objects.get()
    for page in (text(alices.get(PAGE)), text(alices.get(f"{PAGE}/{row.public_id}"))):
        assert "<script>x" not in page
        assert "<script>y" not in page
        assert "&lt;script&gt;x&lt;/script&gt;&quot;{{ 7 }}" in page


def test_a_form_that_another_page_sent_is_refused(alice: Account) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    for path in (f"{PAGE}/add", f"{PAGE}/import"):
        assert strict.post(path, KITCHEN).status_code == 403
    assert not KeptStyle.objects.exists()


def test_a_file_is_taken_and_the_page_says_how_many(alices: Client) -> None:
    file = "name,prompt\na,one\nb,two\nb,three\n,four\n"
    page = sent(alices, file)
    assert "2 styles were added. 1 name is in the file more than once: the last one counts." in page
    assert "1 row was left out: Row 5: A style needs a name." in page
    page = sent(alices, file)
    assert "2 styles were replaced." in page
    assert "styles were added" not in page
    assert "2 styles were already there and stay as they were." in sent(alices, file, same_name="keep")


def test_a_page_names_so_many_rows_and_counts_the_rest(alices: Client) -> None:
    page = sent(alices, "name,prompt\n" + ",nameless\n" * 23)
    assert "23 rows were left out:" in page
    assert page.count("A style needs a name.") == 20
    assert "and 3 more." in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "has to name the columns"),
        (b"\x89PNG\0", "This is not a text file"),
        (b"a" * (MOST_BYTES + 1), "larger than 1000 KB"),
        (b"a" * 10_000_000, "larger than 1000 KB"),
        (b"[" * 50_000, "something other than styles"),
        (b"<html>", "has to name the columns"),
    ],
)
def test_a_file_that_is_none_says_why_at_its_field(alices: Client, data: bytes, sentence: str) -> None:
    answer = alices.post(f"{PAGE}/import", {"file": SimpleUploadedFile("styles.csv", data)})
    assert answer.status_code == 400
    assert sentence in text(answer)
    assert 'aria-describedby="file-note problem" aria-invalid="true"' in text(answer)
    assert not KeptStyle.objects.exists()


@pytest.mark.parametrize("body", [{}, {"file": "a,b"}])
def test_without_a_file_the_page_asks_for_one(alices: Client, body: dict[str, str]) -> None:
    answer = alices.post(f"{PAGE}/import", body)
    assert answer.status_code == 400
    assert "Choose a file first." in text(answer)


def test_what_is_saved_can_be_imported_by_somebody_else(alices: Client, bobs: Client, bob: Account) -> None:
    alices.post(f"{PAGE}/add", KITCHEN)
    alices.post(f"{PAGE}/add", {"name": "=1+1", "words": "Grüße,\nzwei", "negative": ""})
    answer = alices.get(f"{PAGE}/export.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="limner-styles.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[-1] == {"name": "Kitchen", "prompt": KITCHEN["words"], "negative_prompt": "neon"}
    sent(bobs, answer.content)
    assert {row.name: row.words for row in styles_of(bob)} == {
        "Kitchen": KITCHEN["words"],
        "=1+1": "Grüße,\nzwei",
    }


def test_a_style_may_begin_with_one_that_comes_with_limner(alices: Client) -> None:
    assert "soft washes" in text(alices.get(PAGE, {"from": "watercolour"}))
    assert alices.get(PAGE, {"from": "<nothing>", "done": "<nothing>"}).status_code == 200


@pytest.mark.parametrize("path", [f"{PAGE}/add", f"{PAGE}/import", f"{PAGE}/{UUID(int=7)}/delete"])
def test_looking_changes_nothing(alices: Client, path: str) -> None:
    assert alices.get(path).status_code == 405


def test_only_the_operator_is_shown_the_way_to_everybodys(alices: Client, bobs: Client, alice: Account) -> None:
    alice.is_superuser = True
    alice.save()
    assert 'href="/admin/styles"' in text(alices.get(PAGE))
    assert 'href="/admin/styles"' not in text(bobs.get(PAGE))

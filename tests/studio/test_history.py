"""History: all that somebody made, theirs alone, page by page and without scripts."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from limner.accounts.models import Account
from limner.gallery import albums, search
from limner.gallery.models import Picture
from limner.jobs.states import State
from limner.studio.history import PAGE
from tests.cast import signed_in
from tests.gallery.people import keep, wish
from tests.storage.kept import pictures
from tests.studio.people import a_job, a_picture, done

__all__ = ["pictures"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True


def many(account: Account, count: int) -> list[Picture]:
    job = a_job(account, "a red boat", n=1, state=State.DONE)
    made = [a_picture(job, index) for index in range(count)]
    search.index(made)
    return made


def listed(client: Client, address: str) -> tuple[list[str], str]:
    """The pictures and failed jobs of a page, and the address of the next."""
    text = client.get(address).content.decode()
    found = re.findall(r'name="picture" value="([0-9a-f-]+)"|/jobs/([0-9a-f-]+)/again', text)
    earlier = re.search(r'id="earlier"><a class="button" href="([^"]+)"', text)
    return [picture or job for picture, job in found], earlier[1].replace("&amp;", "&") if earlier else ""


def test_everything_is_reached_page_by_page_newest_first_without_scripts(alice: Account) -> None:
    made = [str(one.public_id) for one in many(alice, PAGE)]
    made.append(str(a_job(alice, "a broken one", state=State.FAILED, error_code="engine_error").public_id))
    made += [str(one.public_id) for one in many(alice, PAGE)]
    found, address = [], "/history"
    while address:
        page, address = listed(signed_in(alice), address)
        found += page
    assert found == made[::-1]


def test_nobody_sees_anothers_history(alice: Account, bob: Account) -> None:
    theirs = done(alice)
    a_job(alice, "a secret failure", state=State.FAILED)
    cursor = f"{Picture.objects.get().public_id}~{theirs.public_id}"
    for address in ("/history", "/history?q=robot", "/trash", f"/history?before={cursor}"):
        assert listed(signed_in(bob), address) == ([], "")
    assert Client().get("/history").status_code == 302


def test_a_search_is_an_address_that_goes_on(alice: Account, pictures: Path) -> None:
    cat = str(keep(alice, wish("two cats")).public_id)
    keep(alice, wish("a dog"))
    a_job(alice, "a cat", state=State.FAILED)
    for query, expected in (
        ("q=cat", [cat]),
        ("q=cat&model=storybook&size=96x64", [cat]),
        ("q=cat&model=other", []),
        ("q=cat&since=2999-01-01", []),
        ("q=cat&until=2999-01-01", [cat]),
        ("q=cat&liked=1", []),
        ("q=cat&public=1", []),
        ("q=cat&size=rubbish", []),
        ("q=%22%28%00*", []),
    ):
        assert listed(signed_in(alice), f"/history?{query}")[0] == expected, query
    many(alice, PAGE + 1)
    _, earlier = listed(signed_in(alice), "/history?q=boat")
    assert earlier.startswith("/history?q=boat&before=")
    assert len(listed(signed_in(alice), earlier)[0]) == 1


def test_ten_thousand_words_are_cut_with_a_sentence(alice: Account) -> None:
    answer = signed_in(alice).get("/history", {"q": " ".join(f"word{i}" for i in range(10_000))})
    assert (answer.status_code, "word32" in answer.content.decode()) == (200, True)


@pytest.mark.parametrize("before", ["x", "~", "7~8", "00000000-0000-0000-0000-000000000000~", "\x00"])
def test_a_cursor_that_names_nothing_begins_with_the_newest(before: str, alice: Account) -> None:
    done(alice)
    assert len(listed(signed_in(alice), f"/history?before={before}")[0]) == 1


def test_a_page_takes_as_many_queries_however_much_it_shows(
    alice: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    many(alice, PAGE + 5)
    for index in range(5):
        a_job(alice, f"failed {index}", state=State.FAILED)
    client = signed_in(alice)
    for address in ("/history", "/history?q=boat", "/trash"):
        with django_assert_max_num_queries(12):
            client.get(address)


def test_ticked_pictures_are_downloaded_trashed_and_restored(alice: Account, bob: Account, pictures: Path) -> None:
    mine, other, theirs = keep(alice), keep(alice), keep(bob)
    ticked = {"picture": [str(mine.public_id), str(theirs.public_id), "rubbish"]}
    client = signed_in(alice)
    answer = client.post("/history/selected", {**ticked, "verb": "download"})
    made = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    assert len(made.namelist()) == 2
    answer = client.post("/history/selected", {**ticked, "verb": "trash", "next": "//evil.example/"})
    assert (answer.status_code, answer["Location"]) == (302, "/history")
    assert set(Picture.objects.filter(trashed_at=None)) == {other, theirs}
    assert listed(client, "/trash")[0] == [str(mine.public_id)]
    assert client.get(f"/pictures/{mine.public_id}/trashed-256.webp").status_code == 200
    assert signed_in(bob).get(f"/pictures/{mine.public_id}/trashed-256.webp").status_code == 404
    client.post("/history/selected", {**ticked, "verb": "restore"})
    assert listed(client, "/history?q=boat")[0] == [str(other.public_id), str(mine.public_id)]
    client.post("/history/selected", {**ticked, "verb": "delete"})  # not in the trash: nothing happens
    assert Picture.objects.count() == 3


def test_all_that_a_search_finds_goes_at_once(alice: Account, pictures: Path) -> None:
    keep(alice, wish("a cat"))
    dog = keep(alice, wish("a dog"))
    client = signed_in(alice)
    client.post("/history/selected", {"verb": "trash", "everything": "1", "search": "q=cat"})
    assert list(Picture.objects.filter(trashed_at=None)) == [dog]
    client.post("/history/selected", {"verb": "empty"})
    assert list(Picture.objects.all()) == [dog]


def test_of_many_those_that_may_are_published_and_of_the_others_it_is_said_why(
    alice: Account, pictures: Path
) -> None:
    kept = [keep(alice) for _ in range(3)]
    Picture.objects.filter(pk=kept[1].pk).update(taken_down_at=timezone.now(), taken_down_reason="No.")
    form = {"verb": "publish", "picture": [str(picture.public_id) for picture in kept]}
    answer = signed_in(alice).post("/history/selected", form)
    assert answer.status_code == 400
    said = "Published: 2. Not published: 1. Of the first of these: A moderator took this picture down"
    assert said in answer.content.decode()
    assert Picture.objects.filter(public=True).count() == 2


def test_nothing_ticked_is_said_on_the_page(alice: Account) -> None:
    answer = signed_in(alice).post("/history/selected", {"verb": "trash"})
    assert (answer.status_code, "Tick the pictures" in answer.content.decode()) == (400, True)


def test_albums_are_made_filled_and_shown_to_their_owner_alone(alice: Account, bob: Account, pictures: Path) -> None:
    picture = keep(alice)
    client = signed_in(alice)
    form = {"verb": "album", "new_album": "Boats", "picture": str(picture.public_id)}
    there = client.post("/history/selected", form)["Location"]
    assert listed(client, there)[0] == [str(picture.public_id)]
    assert signed_in(bob).get(there).status_code == 404
    assert signed_in(bob).post(there, {"verb": "remove"}).status_code == 404
    assert "Boats" in client.get("/albums").content.decode()
    assert client.post("/albums", {"name": " "}).status_code == 400
    client.post(there, {"verb": "remove"})
    assert not albums.albums_of(alice).exists()


def test_all_that_is_found_among_failed_jobs_is_no_picture(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    form = {"verb": "trash", "everything": "1", "search": "show=failed"}
    assert signed_in(alice).post("/history/selected", form).status_code == 400
    picture.refresh_from_db()
    assert picture.trashed_at is None


@pytest.mark.parametrize("there", ["trash", "nonsense", "//evil.example", "https://evil.example"])
def test_nobody_is_led_elsewhere_after_a_verb(there: str, alice: Account, pictures: Path) -> None:
    form = {"verb": "trash", "picture": str(keep(alice).public_id), "next": there}
    answer = signed_in(alice).post("/history/selected", form)
    assert (answer.status_code, answer["Location"]) == (302, "/history")

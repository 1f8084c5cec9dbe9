"""The public wall, as strangers walk along it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from limner.accounts.limits import PICTURES_REPORTED_AN_HOUR, forget_counts
from limner.accounts.models import Account
from limner.gallery import publishing, services
from limner.gallery.models import Picture
from limner.gallery.public import Order, found, ordered, shuffled, wall
from limner.provenance.mark import read
from limner.storage.signing import sign
from tests.cast import signed_in
from tests.gallery.people import keep, wish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _with_accounts(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True


def shown(account: Account, words: str = "a red boat", *, prompt: bool = True, indexed: bool = True) -> Picture:
    picture = keep(account, wish(words))
    return publishing.publish(account, picture.public_id, shows_prompt=prompt, licence="cc0-1.0", indexed=indexed)


@pytest.mark.parametrize("order", list(Order))
def test_every_order_goes_through_all_pictures_once(alice: Account, order: Order, pictures: Path) -> None:
    hung = {shown(alice).public_id for _ in range(7)}
    keep(alice)
    seen, after = [], None
    while True:
        page = wall(None, order, after, size=3)
        seen += [tile.picture.public_id for tile in page.tiles]
        if (after := page.after) is None:
            break
    assert len(seen) == 7
    assert set(seen) == hung


@pytest.mark.parametrize(
    ("order", "index"),
    [
        (Order.NEWEST, "picture_public_newest"),
        (Order.LIKED, "picture_public_liked"),
        (Order.SHUFFLE, "picture_public_shuffled"),
    ],
)
def test_every_page_walks_along_an_index(alice: Account, order: Order, index: str, pictures: Path) -> None:
    last = shown(alice)
    on_postgres = connection.vendor == "postgresql"
    if on_postgres:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # one row is read faster than an index, and says nothing
    for after in (None, last):
        rows = shuffled(after).filter(shuffle__gte=5) if order is Order.SHUFFLE else ordered(order, after)
        plan = rows[:49].explain()
        assert index in plan
        assert "TEMP B-TREE" not in plan
        assert "Sort" not in plan
        assert after is None or ("Index Cond" if on_postgres else "SEARCH") in plan


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_a_stranger_looks_and_the_owners_words_stay_hers(alice: Account, bob: Account, pictures: Path) -> None:
    picture = shown(alice, "a secret garden", prompt=False, indexed=False)
    page = f"/pictures/{picture.public_id}"
    for client in (Client(), signed_in(bob)):
        for url in ("/gallery", "/gallery.atom", page, f"{page}/beside"):
            assert "secret" not in text(client, url)
        got: Any = client.get(f"{page}.png?download=1")
        file = b"".join(got.streaming_content) if got.streaming else got.content
        assert b"secret" not in file
        said = read(file)
        assert said is None or "secret" not in said.prompt
        assert got["X-Robots-Tag"] == "noindex"
    assert 'content="noindex"' in text(Client(), page)
    assert "secret" not in text(signed_in(bob), f"/?from={picture.public_id}")
    assert "a secret garden" in text(signed_in(alice), page)


def test_no_signed_address_tells_words_that_are_not_shown(alice: Account, pictures: Path) -> None:
    hidden, open_ = shown(alice, "a secret garden", prompt=False), shown(alice, "a plain field")
    for picture, told in ((hidden, False), (open_, True)):
        token = sign(picture.public_id, "png", timezone.now() + timedelta(hours=1))
        got: Any = Client().get(reverse("gallery:signed", kwargs={"token": token, "ext": "png"}))
        said = read(bytes(got.getvalue()))
        assert bool(said and said.prompt) is told


def test_words_are_escaped_and_kept_apart(alice: Account, pictures: Path) -> None:
    picture = shown(alice, "<script>boo</script> \u202eevil")
    page = text(Client(), f"/pictures/{picture.public_id}")
    assert "<script>boo" not in page
    assert re.search("<bdi>[^<]*\u202eevil</bdi>", page)
    assert f'<meta property="og:image" content="http://testserver/pictures/{picture.public_id}/thumb-640' in page


def test_panel_like_and_report_work_without_scripts(alice: Account, bob: Account, pictures: Path) -> None:
    page = f"/pictures/{keep(alice).public_id}"
    assert signed_in(bob).post(f"{page}/publish", {"public": "1"}).status_code == 404
    form = {"public": "1", "shows_prompt": "on", "licence": "cc-by-4.0"}
    assert signed_in(alice).post(f"{page}/publish", form).status_code == 302
    picture = Picture.objects.get()
    assert (picture.public, picture.indexed, picture.licence) == (True, False, "cc-by-4.0")
    assert signed_in(bob).post(f"{page}/like").status_code == 302
    assert "You like it" in text(signed_in(bob), page)
    assert "sign-in" in Client().post(f"{page}/like")["Location"]
    assert "reported" in Client().post(f"{page}/report", {"reason": "spam"})["Location"]
    assert signed_in(alice).post(f"{page}/publish", {"public": ""}).status_code == 302
    assert Client().get(page).status_code == 404


def test_one_household_reports_so_many_pictures_an_hour(alice: Account, pictures: Path) -> None:
    forget_counts()
    page = f"/pictures/{shown(alice).public_id}/report"
    answers = [
        Client(REMOTE_ADDR=f"2001:db8::{number:x}").post(page, {"reason": "spam"}).status_code
        for number in range(PICTURES_REPORTED_AN_HOUR + 1)
    ]
    assert answers == [302] * PICTURES_REPORTED_AN_HOUR + [429]


def test_what_search_engines_may_not_show_is_told_no_page_that_they_read(alice: Account, pictures: Path) -> None:
    shown(alice, "a secret boat", indexed=False)
    assert 'alt="A picture"' in Client().get("/gallery").content.decode()
    for url in ("/gallery", "/gallery.atom"):
        assert b"secret" not in Client().get(url).content


def test_the_feed_answers_unchanged(alice: Account, pictures: Path) -> None:
    shown(alice, "a bell \x07 & a <b>boat</b>")
    first = Client().get("/gallery.atom")
    assert first.status_code == 200
    assert b'<summary type="html">a bell  &amp;amp; a &amp;lt;b&amp;gt;boat' in first.content
    assert Client().get("/gallery.atom", headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_without_a_gallery_there_is_none(alice: Account, settings: Settings, pictures: Path) -> None:
    picture = shown(alice)
    settings.LIMNER_GALLERY = "off"
    for url in ("/gallery", "/gallery?q=boat", "/gallery?q=★", "/gallery.atom", f"/pictures/{picture.public_id}"):
        assert Client().get(url).status_code == 404
    assert Client().get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_pictures_of_everybody_are_found_by_the_words_that_others_read(
    alice: Account, bob: Account, charlie: Account, pictures: Path
) -> None:
    charlie.is_staff = True
    boat, quiet, mine = shown(alice), shown(alice, "a silver boat", prompt=False), keep(alice, wish("a golden boat"))
    trashed, down = shown(bob, "a white boat"), shown(bob, "a black boat")
    services.trash(bob, trashed.public_id)
    publishing.take_down(charlie, down.public_id, "copied")
    for viewer in (Client(), signed_in(alice), signed_in(bob)):
        page = text(viewer, "/gallery?q=BOATS")
        assert f"/pictures/{boat.public_id}" in page
        assert not any(str(other.public_id) in page for other in (quiet, mine, trashed, down))
        for words in ("silver", "golden", "white", "black", "wred", "pub_read", "★"):
            assert "has all these words" in text(viewer, f"/gallery?q={words}"), words
    publishing.publish(alice, quiet.public_id, shows_prompt=True, licence="cc0-1.0", indexed=True)
    assert str(quiet.public_id) in text(Client(), "/gallery?q=silver")
    publishing.publish(alice, boat.public_id, shows_prompt=False, licence="cc0-1.0", indexed=True)
    assert str(boat.public_id) not in text(Client(), "/gallery?q=red+boat")
    # To its owner it is a public picture with words, whoever else may read them.
    assert str(boat.public_id) in text(signed_in(alice), "/history?q=red&public=1")


def test_what_is_found_goes_on_page_by_page_the_newest_first(alice: Account, pictures: Path) -> None:
    boats = [shown(alice, "a boat & a half").public_id for _ in range(50)]
    shown(alice, "a castle")
    seen, after = [], None
    while True:
        page = found(["wboat"], after, size=7)
        seen += [tile.picture.public_id for tile in page.tiles]
        if (after := page.after) is None:
            break
    assert seen == boats[::-1]
    # The way to the next page carries the words, for scripts and without.
    onward = re.search(r'href="(\?q=[^"]+after=[^"]+)"', text(Client(), "/gallery?q=boat+%26+half"))
    assert onward is not None
    last = text(Client(), f"/gallery{unescape(onward[1])}")
    assert [str(boat) in last for boat in boats] == [True, True, *[False] * 48]
    assert Client().get(f"/gallery?q=boat&after={uuid4()}").status_code == 404
    assert Client().get("/gallery?q=boat&after=1").status_code == 404


def test_whoever_asks_for_a_thousand_words_is_told_which_are_left_out(alice: Account, pictures: Path) -> None:
    words = "+".join(f"word{i}" for i in range(1000))
    assert "“word32” and what follows it are left out" in text(Client(), f"/gallery?q={words}")


@pytest.mark.parametrize("address", ["/gallery", "/gallery?sort=liked", "/gallery?sort=shuffle", "/gallery?q=boat"])
def test_a_page_asks_as_often_for_many_pictures_as_for_one(alice: Account, address: str, pictures: Path) -> None:
    asked = []
    for count in (1, 6):
        for _ in range(count):
            shown(alice)
        viewer = signed_in(alice)
        with CaptureQueriesContext(connection) as queries:
            text(viewer, address)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 6

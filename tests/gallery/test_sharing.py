"""Links to one's own pictures, and what stands beside a picture in the lightbox."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from limner.accounts.models import Account
from limner.gallery import publishing, services
from limner.gallery.models import Picture
from limner.storage import blobs
from tests.cast import signed_in
from tests.gallery.people import keep, wish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _with_accounts(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True
    settings.ALLOWED_HOSTS = ["*"]


def path(picture: Picture, verb: str) -> str:
    return f"/pictures/{picture.public_id}/{verb}"


def link_to(picture: Picture, client: Client, host: str = "limner.example") -> tuple[str, str]:
    """The link, as the page gives it, and the page."""
    page = client.post(path(picture, "share"), headers={"host": host}).content.decode()
    found = re.search(r'id="shared-address" href="(.*?)"', page)
    assert found is not None
    return found[1], page


def test_whoever_has_the_link_sees_the_picture_for_a_week(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    link, page = link_to(picture, signed_in(alice))
    assert link.startswith("http://limner.example/files/")
    assert "for 7 days." in page
    there = link.removeprefix("http://limner.example")
    seen = Client().get(there)
    assert b"".join(seen) == blobs.get(picture.blob)
    for days, status in ((6.9, 200), (7.1, 404)):
        with mock.patch("limner.storage.signing.timezone.now", return_value=timezone.now() + timedelta(days=days)):
            assert Client().head(there).status_code == status


def test_a_link_ends_when_the_picture_goes_into_the_trash(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    link, _ = link_to(picture, signed_in(alice))
    services.trash(alice, picture.public_id)
    assert Client().get(link.removeprefix("http://limner.example")).status_code == 404


def test_a_link_ends_when_the_picture_is_taken_down_and_no_other_can_be_made(
    alice: Account, bob: Account, charlie: Account, pictures: Path
) -> None:
    picture, charlie.is_staff = keep(alice, public=True), True
    charlie.save()
    there = link_to(picture, signed_in(alice))[0].removeprefix("http://limner.example")
    publishing.take_down(charlie, picture.public_id, "no")
    seen = [client.head(there).status_code for client in map(signed_in, (alice, bob, charlie))]
    assert (Client().head(there).status_code, seen) == (404, [200, 404, 200])
    assert signed_in(alice).post(path(picture, "share")).status_code == 403


@pytest.mark.parametrize(
    ("host", "nearby"), [("127.0.0.1:8080", True), ("[::1]:8080", True), ("limner.example", False)]
)
def test_a_link_that_works_on_this_machine_only_says_so(
    alice: Account, pictures: Path, host: str, nearby: bool
) -> None:
    link, page = link_to(keep(alice), signed_in(alice), host)
    assert link.startswith(f"http://{host}/files/")
    assert ("works nowhere else" in page) is nearby


def test_nobody_else_makes_a_link(alice: Account, bob: Account, pictures: Path) -> None:
    private, public = keep(alice), keep(alice, public=True)
    assert signed_in(bob).post(path(private, "share")).status_code == 404
    assert Client().post(path(public, "share")).status_code == 404
    refused = signed_in(bob).post(path(public, "share"))
    assert refused.status_code == 403
    assert b"Only the person who made" in refused.content


def test_a_page_of_elsewhere_makes_no_link_in_ones_name(alice: Account, pictures: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(path(keep(alice), "share")).status_code == 403


def test_beside_a_picture_stands_how_it_was_made_and_what_can_be_done(alice: Account, pictures: Path) -> None:
    picture = keep(alice, wish("a <b>red</b> boat"))
    beside = signed_in(alice).get(path(picture, "beside")).content.decode()
    for words in ("a &lt;b&gt;red&lt;/b&gt; boat", "Storybook", "96 × 64", "42", "rain", "PNG (original)"):
        assert words in beside
    for ext in ("png", "jpg", "webp"):
        for how in ("?download=1", "?download=1&amp;metadata=0"):
            assert f'href="/pictures/{picture.public_id}.{ext}{how}"' in beside
    for there in (f"/?from={picture.public_id}", f"/edit/{picture.public_id}", f"/pictures/{picture.public_id}"):
        assert f'href="{there}"' in beside


def test_beside_somebody_elses_picture_is_only_what_anybody_may_do(
    alice: Account, bob: Account, pictures: Path
) -> None:
    beside = signed_in(bob).get(path(keep(alice, public=True), "beside")).content.decode()
    assert "Copy prompt" in beside
    for words in ("Refine", "reference", "Copy a link"):
        assert words not in beside
    assert signed_in(bob).get(path(keep(alice), "beside")).status_code == 404

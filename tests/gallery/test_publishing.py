"""Showing a picture to everybody, liking it, reporting it, taking it down."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from limner.accounts.models import Account
from limner.errors import NotAllowed, NotFound
from limner.gallery import publishing
from limner.gallery.models import Picture
from limner.gallery.services import store_upload
from limner.jobs import enlarging
from limner.moderation.models import AuditEntry, Flag
from tests.api import files
from tests.cast import signed_in
from tests.gallery.people import keep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _with_accounts(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True


def shown(picture: Picture, account: Account, *, prompt: bool = True) -> Picture:
    return publishing.publish(account, picture.public_id, shows_prompt=prompt, licence="cc0-1.0", indexed=True)


def test_alice_publishes_and_takes_back(alice: Account, bob: Account, pictures: Path) -> None:
    picture = keep(alice)
    with pytest.raises(NotFound):
        shown(picture, bob)
    assert shown(picture, alice).published_at
    with pytest.raises(NotAllowed):
        publishing.unpublish(bob, picture.public_id)
    assert not publishing.unpublish(alice, picture.public_id).public


def test_likes_are_counted_once(alice: Account, bob: Account, pictures: Path) -> None:
    picture = keep(alice)
    with pytest.raises(NotFound):
        publishing.like(bob, picture.public_id)
    shown(picture, alice)
    assert publishing.like(bob, picture.public_id).likes == 1
    assert publishing.like(bob, picture.public_id).likes == 1
    assert publishing.unlike(bob, picture.public_id).likes == 0
    assert publishing.unlike(bob, picture.public_id).likes == 0


def test_what_was_taken_down_stays_down_until_it_is_put_back(alice: Account, bob: Account, pictures: Path) -> None:
    picture = keep(alice)
    shown(picture, alice)
    publishing.report(None, picture.public_id, reason="rights", words="mine")
    publishing.report(bob, picture.public_id, reason="spam")
    publishing.report(bob, picture.public_id, reason="hate")
    assert Flag.objects.filter(settled_at=None).count() == 2
    with pytest.raises(NotAllowed):
        publishing.take_down(bob, picture.public_id, "no")
    bob.is_staff = True
    publishing.take_down(bob, picture.public_id, "Somebody else's work.")
    assert not Flag.objects.filter(settled_at=None).exists()
    with pytest.raises(NotAllowed, match="Somebody else's work"):
        shown(picture, alice)
    assert publishing.put_back(bob, picture.public_id, "It was hers.").public
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == ["take_down", "restore"]


def test_its_owner_is_told_why_without_a_gallery_and_in_the_trash(
    alice: Account, bob: Account, settings: Settings, pictures: Path
) -> None:
    picture, bob.is_staff = keep(alice), True
    publishing.take_down(bob, picture.public_id, "Somebody else's work.")
    settings.LIMNER_GALLERY, client, page = "off", signed_in(alice), f"/pictures/{picture.public_id}"
    told = b"Somebody else&#x27;s work."
    assert told in client.get(page).content
    client.post(f"{page}/trash")
    assert told in client.get(page).content


def test_a_moderator_says_yes_first(alice: Account, bob: Account, settings: Settings, pictures: Path) -> None:
    settings.LIMNER_GALLERY_APPROVE = True
    picture = keep(alice)
    waiting = shown(picture, alice)
    assert waiting.waiting_since
    assert not waiting.public
    assert Flag.objects.get().kind == Flag.Kind.WAITING
    bob.is_staff = True
    assert publishing.approve(bob, picture.public_id).public


def test_on_a_wall_every_picture_hangs_at_once(alice: Account, settings: Settings, pictures: Path) -> None:
    settings.LIMNER_GALLERY = "wall"
    assert keep(alice).public
    alice.is_guest = True
    alice.save()
    assert not keep(alice).public


def test_what_somebody_brought_hangs_on_no_wall_until_they_show_it(
    alice: Account, settings: Settings, pictures: Path
) -> None:
    settings.LIMNER_GALLERY = "wall"
    enlarging.enlarge(alice, store_upload(alice, files.picture()), 2)
    larger = Picture.objects.get()
    assert not larger.public
    assert shown(larger, alice).public


def test_without_a_gallery_nothing_is_public(
    alice: Account, bob: Account, settings: Settings, pictures: Path
) -> None:
    picture = keep(alice, public=True)
    settings.LIMNER_GALLERY = "off"
    with pytest.raises(NotAllowed):
        shown(picture, alice)
    with pytest.raises(NotFound):
        publishing.like(bob, picture.public_id)

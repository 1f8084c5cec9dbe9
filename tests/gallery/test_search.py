"""Pictures are found by their words, by those who may see them, newest first."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from limner.accounts.models import Account
from limner.gallery import search, services, words
from limner.gallery.models import Like, Picture
from tests.gallery.people import keep, wish

pytestmark = pytest.mark.django_db


def found(scope: search.Scope, text: str, *facets: str, **bounds: int) -> list[int]:
    return search.find(scope, [*words.tokens(text, asked=True), *facets], limit=10, **bounds)


def test_a_picture_is_found_by_each_of_its_words_whatever_their_case_accents_and_number(
    alice: Account, pictures: Path
) -> None:
    picture = keep(alice, wish("Two CATS in a café, 東京駅 by night"))
    for asked in ("cat", "cats café", "Cafe NIGHT", "東京", "京", "two in"):
        assert found(search.own(alice), asked) == [picture.pk], asked
    for asked in ("dog", "cat dog", "京都"):
        assert found(search.own(alice), asked) == [], asked


def test_nobody_finds_what_is_not_theirs(alice: Account, bob: Account, pictures: Path) -> None:
    keep(alice, wish("a red boat"))
    shown = keep(alice, wish("a blue boat"), public=True)
    search.index([shown])
    assert found(search.own(bob), "boat") == []
    assert found(search.everybodys(), "boat") == [shown.pk]


def test_words_cannot_name_an_owner_or_a_facet(alice: Account, bob: Account, pictures: Path) -> None:
    keep(alice, wish(f"o{bob.pk} pub m_storybook t{bob.pk}"))
    assert found(search.own(bob), "storybook") == []
    assert found(search.everybodys(), "storybook") == []
    assert found(search.own(bob), f"o{alice.pk}") == []


def test_the_newest_come_first_and_pages_go_on_below_an_id(alice: Account, pictures: Path) -> None:
    first, second, third = (keep(alice, wish(f"boat {i}")).pk for i in "abc")
    assert found(search.own(alice), "boat") == [third, second, first]
    assert found(search.own(alice), "boat", before=third) == [second, first]
    assert found(search.own(alice), "boat", since=second, before=third) == [second]


def test_the_trash_is_searched_apart(alice: Account, pictures: Path) -> None:
    picture = keep(alice, public=True)
    services.trash(alice, picture.public_id)
    assert (found(search.own(alice), "boat"), found(search.everybodys(), "boat")) == ([], [])
    assert found(search.in_trash(alice), "boat") == [picture.pk]
    services.restore(alice, picture.public_id)
    assert found(search.own(alice), "boat") == [picture.pk]


def test_facets_narrow_a_search(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    assert found(search.own(alice), "boat", words.model("storybook"), words.size(96, 64)) == [picture.pk]
    assert found(search.own(alice), "boat", words.model("gpt-image-2")) == []


def test_what_somebody_likes_is_found_along_their_likes(alice: Account, pictures: Path) -> None:
    liked, _ = keep(alice), keep(alice)
    Like.objects.create(account=alice, picture=liked)
    assert search.find_liked(search.own(alice), alice, ["wboat"], limit=5) == [liked.pk]
    assert search.find_liked(search.own(alice), alice, ["wtree"], limit=5) == []


@pytest.mark.parametrize(
    "garbage", ['"', '" OR 1', "NEAR(a b)", "a AND", "-boat", "words:*", "^", "(", "'; DROP TABLE x", "\x00", "🚣"]
)
def test_syntax_is_words_or_nothing(garbage: str, alice: Account, pictures: Path) -> None:
    keep(alice)
    found(search.own(alice), garbage)


def test_the_words_of_a_deleted_picture_are_gone(alice: Account, pictures: Path) -> None:
    keep(alice)
    Picture.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM gallery_words")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    "says", ["bbbbbbbbbbbb", "............", "b.b.b.b.b.b.", "....b......b", "b...........", "bb..........bb"]
)
def test_the_same_is_found_by_walking_and_by_the_index(
    says: str, alice: Account, bob: Account, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "WALK", 2)
    monkeypatch.setattr(search, "LONGEST_WALK", 4)
    monkeypatch.setattr(search, "COMMON", 1)
    mine = []
    for letter in says:
        keep(bob, wish("a boat"))
        mine.append((keep(alice, wish("a boat" if letter == "b" else "a castle")).pk, letter))
    for limit in (1, 2, 3, 20):
        for before in (None, mine[-2][0]):
            expected = [pk for pk, letter in mine[::-1] if letter == "b" and (before is None or pk < before)][:limit]
            assert search.find(search.own(alice), ["wboat"], before=before, limit=limit) == expected

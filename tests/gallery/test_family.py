"""What a picture comes from and what came of it: who sees which part, in what order, and at what cost."""

from __future__ import annotations

import uuid
from time import process_time
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from limner.accounts.models import Account
from limner.gallery import services
from limner.gallery.family import Family, family_of
from limner.gallery.models import Lineage, Picture, Upload
from limner.gallery.queries import MOST_RELATIVES
from tests.cast import signed_in

pytestmark = pytest.mark.django_db
Parent = Picture | Upload | None


@pytest.fixture(autouse=True)
def _with_accounts(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True


def draw(account: Account, prompt: str, *parents: Parent, kind: str = "refine", **more: Any) -> Picture:
    """A picture as a row, that comes from these; None is a parent that was deleted."""
    picture = Picture.objects.create(
        **{
            "account": account,
            "job": uuid.uuid4(),
            "index": 0,
            "attempt": 1,
            "blob": f"test/{uuid.uuid4()}.png",
            "sha256": "0" * 64,
            "bytes": 1,
            "width": 64,
            "height": 64,
            "prompt": prompt,
            "model": "storybook",
            "seed": 7,
            **more,
        }
    )
    for parent in parents:
        Lineage.objects.create(
            child=picture,
            parent_picture=parent if isinstance(parent, Picture) else None,
            parent_upload=parent if isinstance(parent, Upload) else None,
            kind=kind,
        )
    return picture


def told(family: Family) -> list[str]:
    """The tree as lines: how far in, number, kind, words."""
    return [
        f"{'  ' * one.depth}{one.number} {one.kind or 'first'}"
        + (f" of {one.parent.number}" if one.parent else "")
        + f": {one.picture.prompt if one.picture else 'upload' if one.upload else 'gone'}"
        + ("*" if one.current else "")
        for one in family.kin
    ]


def page(client: Client, picture: Picture, **query: str) -> str:
    answer = client.get(f"/pictures/{picture.public_id}", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_family_reads_from_the_first_picture_down(alice: Account) -> None:
    first = draw(alice, "v1")
    second = draw(alice, "v2", first)
    draw(alice, "side", first)
    third = draw(alice, "mended", second, kind="edit")
    draw(alice, "like it", third, kind="vary")
    assert told(family_of(alice, third)) == [
        "1 first: v1",
        "  3 refine of 1: side",
        "2 refine of 1: v2",
        "4 edit of 2: mended*",
        "5 vary of 4: like it",
    ]


def test_a_picture_alone_has_no_family(alice: Account) -> None:
    picture = draw(alice, "v1")
    assert told(family_of(alice, picture)) == ["1 first: v1*"]
    assert "Where it comes from" not in page(signed_in(alice), picture)


def test_deleted_and_trashed_parents_are_tombstones_without_words(alice: Account) -> None:
    first = draw(alice, "v1")
    second = draw(alice, "secret words", first)
    third = draw(alice, "v3", second)
    services.trash(alice, second.public_id)
    assert told(family_of(alice, third)) == ["1 first: v1", "0 refine of 1: gone", "2 refine of 0: v3*"]
    shown = page(signed_in(alice), third)
    assert "secret words" not in shown
    assert str(second.public_id) not in shown
    assert "A picture that is no longer here" in shown
    second.delete()
    assert told(family_of(alice, third)) == ["0 first: gone", "1 refine of 0: v3*"]


def test_pictures_of_one_job_share_their_deleted_parent(alice: Account) -> None:
    job = uuid.uuid4()
    first, _ = (draw(alice, "v", None, job=job, index=index) for index in range(2))
    assert told(family_of(alice, first)) == ["0 first: gone", "1 refine of 0: v*"]


def test_an_upload_is_where_a_family_begins(alice: Account) -> None:
    upload = Upload.objects.create(account=alice, blob="b", sha256="0", bytes=1, width=1, height=1)
    one, two = (draw(alice, name, upload, kind="edit") for name in ("one", "two"))
    assert told(family_of(alice, one)) == ["0 first: upload", "1 edit of 0: one*"]
    assert two.parents.count() == 1


def test_what_was_only_looked_at_is_named_beside(alice: Account) -> None:
    looked_at, changed = draw(alice, "style"), draw(alice, "base")
    child = draw(alice, "both", looked_at, kind="reference")
    Lineage.objects.create(child=child, parent_picture=changed, kind="edit")
    family = family_of(alice, child)
    assert told(family) == ["1 first: style", "2 first: base", "3 edit of 2: both*"]
    assert family.current.references == [1]
    assert "and after 1" in page(signed_in(alice), child)


def test_others_see_only_what_is_public(alice: Account, bob: Account) -> None:
    first = draw(alice, "private words")
    second = draw(alice, "v2", first, public=True)
    draw(alice, "private child", second)
    bobs = draw(bob, "bobs own", second)
    for viewer, expected in (
        (None, ["0 first: gone", "1 refine of 0: v2*"]),
        (bob, ["0 first: gone", "1 refine of 0: v2*", "2 refine of 1: bobs own"]),
    ):
        assert told(family_of(viewer, second)) == expected
    assert "private" not in page(Client(), second)
    assert bobs.prompt not in page(signed_in(alice), second)


def test_two_branches_of_a_job_of_somebody_else_hang_from_one_tombstone(alice: Account, bob: Account) -> None:
    """A private parent is one place, whose children are not told apart from a deleted one's."""
    secret = draw(alice, "private words")
    one = draw(alice, "one", secret, public=True)
    draw(alice, "two", secret, public=True)
    assert told(family_of(bob, one)) == ["0 first: gone", "1 refine of 0: one*"]


def test_a_circle_that_never_should_be_is_shown_once(alice: Account) -> None:
    first = draw(alice, "one")
    second = draw(alice, "two", first)
    Lineage.objects.create(child=first, parent_picture=second, kind="refine")
    assert len(family_of(alice, second).kin) <= 2
    page(signed_in(alice), second)
    own = draw(alice, "own")
    Lineage.objects.create(child=own, parent_picture=own, kind="refine")
    assert told(family_of(alice, own)) == ["1 first: own*"]


def test_a_family_costs_three_queries_however_large(alice: Account, django_assert_num_queries: Any) -> None:
    picture = draw(alice, "v1")
    for number in range(30):
        picture = draw(alice, f"v{number + 2}", picture)
        draw(alice, "side", picture, kind="vary")
    with django_assert_num_queries(3):
        assert len(family_of(alice, picture).kin) == 61


def test_a_large_family_is_cut_and_says_so(alice: Account) -> None:
    first = draw(alice, "v1")
    rows = [
        Picture(
            account=alice, job=uuid.uuid4(), index=0, attempt=1, blob=f"{number}", sha256="0", bytes=1, width=1,
            height=1, prompt=f"v{number}", model="storybook", seed=number,
        )
        for number in range(2 * MOST_RELATIVES)
    ]  # fmt: skip
    Picture.objects.bulk_create(rows)
    children = list(Picture.objects.exclude(pk=first.pk).order_by("pk"))
    Lineage.objects.bulk_create(Lineage(child=child, parent_picture=first, kind="vary") for child in children[:150])
    chain = zip(children[150:], children[149:], strict=False)
    Lineage.objects.bulk_create(Lineage(child=child, parent_picture=parent, kind="refine") for child, parent in chain)
    began = process_time()
    family = family_of(alice, children[200])
    assert process_time() - began < 1
    assert (len(family.kin), family.more) == (MOST_RELATIVES, True)
    assert "more pictures than are shown here" in page(signed_in(alice), children[200])


def test_the_page_marks_the_picture_and_goes_on_from_any(alice: Account) -> None:
    first = draw(alice, "a red boat")
    second = draw(alice, "a blue boat", first)
    shown = page(signed_in(alice), second)
    assert shown.count('aria-current="page"') == 1
    assert f'href="/pictures/{second.public_id}" aria-current="page"' in shown
    assert f'href="/?from={first.public_id}"' in shown
    assert f'href="/?from={second.public_id}"' in shown
    assert "Refined from 1" in shown


# --- what changed ---


def test_the_words_are_compared_with_the_parents(alice: Account) -> None:
    first = draw(alice, "a red boat")
    second = draw(alice, "a blue boat", first, seed=8)
    shown = page(signed_in(alice), second)
    assert "<del>" in shown
    assert "<ins>" in shown
    assert "added: </span><bdi>blue" in shown
    assert "removed: </span><bdi>red" in shown
    assert '<th scope="row">Seed</th><td>7</td><td>8</td>' in shown


def test_another_picture_can_be_chosen_to_compare_with(alice: Account) -> None:
    first = draw(alice, "a red boat")
    second = draw(alice, "a red boat", first)
    third = draw(alice, "a red boat", second)
    bold = draw(alice, "a <b>bold</b> goat", second)
    shown = page(signed_in(alice), third, against=str(bold.public_id))
    assert f'value="{bold.public_id}" selected' in shown
    assert "goat" in shown.split('id="comparison-shown"')[1]
    assert "<b>bold" not in shown
    for odd in (str(uuid.uuid4()), "robot", "\0", str(third.public_id)):
        assert f'value="{second.public_id}" selected' in page(signed_in(alice), third, against=odd)
    assert "The words are the same." in page(signed_in(alice), third)


def test_a_picture_without_a_visible_parent_waits_for_a_choice(alice: Account) -> None:
    first = draw(alice, "a red boat")
    draw(alice, "a blue boat", first)
    shown = page(signed_in(alice), first)
    assert "Choose a picture" in shown
    assert "<del>" not in shown

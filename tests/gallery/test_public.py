"""The public wall, as strangers walk along it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from limner.accounts.models import Account
from limner.gallery import publishing
from limner.gallery.models import Picture
from limner.gallery.public import Order, ordered, shuffled, wall
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
    for after in (None, last):
        rows = shuffled(after).filter(shuffle__gte=5) if order is Order.SHUFFLE else ordered(order, after)
        plan = rows[:49].explain()
        assert index in plan
        assert "TEMP B-TREE" not in plan
        assert after is None or "SEARCH" in plan

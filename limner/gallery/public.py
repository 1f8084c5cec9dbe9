"""The public wall: everybody's public pictures in an order, page by page.

A page begins after a picture, not after a number of them, so the ten-thousandth costs what the first does: each order
is one of the partial indexes of `Picture`, entered where the last page ended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.db.models.lookups import GreaterThan, LessThan
from django.utils import timezone

from limner.accounts.models import Account
from limner.errors import NotFound, say
from limner.gallery import search
from limner.gallery.addresses import address
from limner.gallery.models import Like, Picture
from limner.gallery.queries import seen_by

PAGE = 48
LONGEST_TITLE = 120
SHADES = 12
"""Shapes of a tile, from upright to wide: the style sheet has a class for each."""


class _Before(TupleLessThan):
    """SQLite compares tuples too, by its index; Django would say it with OR there, and walk along all of them."""

    def get_fallback_sql(self, compiler: Any, connection: Any) -> Any:
        return LessThan.as_sql(self, compiler, connection)


class _After(TupleGreaterThan):
    """The same the other way."""

    def get_fallback_sql(self, compiler: Any, connection: Any) -> Any:
        return GreaterThan.as_sql(self, compiler, connection)


class Order(StrEnum):
    NEWEST = "newest"
    LIKED = "liked"
    SHUFFLE = "shuffle"


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture on the wall, as the page names it."""

    picture: Picture

    @property
    def shape(self) -> int:
        """How much of its row it takes, in quarters of its height."""
        return max(2, min(SHADES, round(4 * self.picture.width / max(1, self.picture.height))))

    @property
    def url(self) -> str:
        return address("picture", self.picture.public_id)

    @property
    def thumb(self) -> str:
        return address("thumb", self.picture.public_id, 640)

    @property
    def title(self) -> str:
        """Its first words; "" where it has none, or none for search engines, which read this page."""
        if not self.picture.indexed:
            return ""
        said = self.picture.prompt.strip()
        return said if len(said) <= LONGEST_TITLE else f"{said[:LONGEST_TITLE].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Page:
    tiles: list[Tile]
    after: UUID | None
    """Where the next page begins; None on the last one."""


def check_open() -> None:
    """Raises NotFound where there is no gallery."""
    if settings.LIMNER_GALLERY == "off":
        raise NotFound(say("There is no public gallery here."))


def public_pictures() -> QuerySet[Picture]:
    """What everybody may see."""
    check_open()
    return Picture.objects.filter(public=True, trashed_at__isnull=True)


def wall(viewer: Account | None, order: Order, after: UUID | None = None, size: int = PAGE) -> Page:
    """A page of the wall. Raises NotFound where there is no gallery, or no such picture to go on from."""
    last = _last(after)
    rows = _shuffled(last, size + 1) if order is Order.SHUFFLE else list(ordered(order, last)[: size + 1])
    shown = [Tile(seen_by(viewer, row)) for row in rows[:size]]
    return Page(shown, shown[-1].picture.public_id if len(rows) > size else None)


def found(said: Sequence[str], after: UUID | None = None, size: int = PAGE) -> Page:
    """A page of the public pictures whose prompt others read and has all these words, the newest first.

    Raises NotFound as `wall` does.
    """
    last = _last(after)
    if not said:
        return Page([], None)
    ids = search.find(search.everybodys(), said, before=last.pk if last else None, limit=size + 1)
    # The row has the last word, whatever the index has not been told.
    rows = search.in_order(ids, public_pictures().filter(shows_prompt=True))
    shown = rows[:size]
    return Page([Tile(row) for row in shown], shown[-1].public_id if len(rows) > size else None)


def _last(after: UUID | None) -> Picture | None:
    """The picture that a page begins after."""
    open_to_all = public_pictures()
    last = open_to_all.filter(public_id=after).first() if after is not None else None
    if after is not None and last is None:
        raise NotFound(say("There is no such picture."))
    return last


def ordered(order: Order, last: Picture | None) -> QuerySet[Picture]:
    """Those after `last`, the newest or the most liked first."""
    field = "likes" if order is Order.LIKED else "published_at"
    rows = public_pictures().filter(published_at__isnull=False).order_by(f"-{field}", "-id")
    return rows if last is None else rows.filter(_Before(Tuple(field, "id"), (getattr(last, field), last.pk)))


def point_of(day: date) -> int:
    """Where the shuffled wall begins on this day."""
    return int.from_bytes(hashlib.sha256(day.isoformat().encode()).digest()[:4], "big") % 2**31


def shuffled(last: Picture | None) -> QuerySet[Picture]:
    """Those after `last` in their shuffled places, to the end of them."""
    rows = public_pictures().order_by("shuffle", "id")
    return rows if last is None else rows.filter(_After(Tuple("shuffle", "id"), (last.shuffle, last.pk)))


def _shuffled(last: Picture | None, size: int) -> list[Picture]:
    """From the day's point to the end, then round from the beginning to the point."""
    point = point_of(timezone.now().date())
    if last is not None and last.shuffle < point:
        return list(shuffled(last).filter(shuffle__lt=point)[:size])
    rows = list(shuffled(last).filter(shuffle__gte=point)[:size])
    return rows + list(shuffled(None).filter(shuffle__lt=point)[: size - len(rows)]) if len(rows) < size else rows


def liked_by(account: Account | None, picture: Picture) -> bool:
    """Whether this account likes it."""
    return account is not None and Like.objects.filter(account=account, picture=picture).exists()

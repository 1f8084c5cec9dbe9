"""What somebody looks for in what they have made: words and facets out of an address, and the ids that have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext

from limner.accounts.models import Account
from limner.gallery import search, words

FACETS = ("q", "show", "model", "style", "size", "changed", "since", "until", "liked", "public")
LONGEST = 100_000
"""Letters that are read of what somebody looks for."""
FAILED, PICTURES = "failed", "pictures"


@dataclass(frozen=True)
class Asked:
    """One search, as its address says it."""

    q: str = ""
    show: str = ""
    model: str = ""
    style: str = ""
    size: str = ""
    changed: str = ""
    since: str = ""
    until: str = ""
    liked: str = ""
    public: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        return cls(**{name: query.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in FACETS})

    @property
    def address(self) -> str:
        """The same search as a query string."""
        return urlencode({name: value for name in FACETS if (value := getattr(self, name))})

    @property
    def narrowed(self) -> bool:
        """Whether it looks for some pictures only: jobs without one have no words in the index."""
        return replace(self, show="") != Asked()

    @property
    def faceted(self) -> bool:
        """Whether it asks for anything but words."""
        return replace(self, q="") != Asked()

    @cached_property
    def terms(self) -> list[str]:
        return words.tokens(self.q, asked=True)

    @cached_property
    def said(self) -> list[str]:
        """The words of the index that all of them have."""
        found = self.terms[: words.MOST_ASKED]
        if self.model:
            found.append(words.model(self.model))
        if self.style:
            found.append(words.style(self.style))
        if size := self._size:
            found.append(words.size(*size))
        if self.changed:
            found.append(words.change(self.changed) if self.changed in words.CHANGES else words.CHANGED)
        if self.public:
            found.append(words.PUBLIC)
        return found

    @property
    def notice(self) -> str:
        """What of it was not looked for, in a sentence."""
        return words.left_out(self.terms)

    @property
    def _size(self) -> tuple[int, int] | None:
        sides = re.fullmatch(r"([0-9]{1,6})\s*[x×]\s*([0-9]{1,6})", self.size, re.IGNORECASE)
        return (int(sides[1]), int(sides[2])) if sides else None

    @property
    def _hopeless(self) -> bool:
        """It asks for what no picture has: signs without a letter, a size that is none, a day that is none."""
        return bool(
            (self.q and not self.terms)
            or (self.size and not self._size)
            or (self.since and _day(self.since) is None)
            or (self.until and _day(self.until) is None)
        )

    def ids(self, viewer: Account, *, before: int | None = None, limit: int, trash: bool = False) -> list[int]:
        """Ids of this viewer's pictures that it finds, newest first, below `before`."""
        if self._hopeless or self.show == FAILED:  # jobs alone
            return []
        lowest = search.first_since(_midnight(first)) if (first := _day(self.since)) is not None else None
        if (last := _day(self.until)) is not None:
            end = search.first_since(_midnight(last + timedelta(days=1)))
            before = end if before is None else min(before, end)
        scope = search.in_trash(viewer) if trash else search.own(viewer)
        if self.liked:
            return search.find_liked(scope, viewer, self.said, before=before, since=lowest, limit=limit)
        return search.find(scope, self.said, before=before, since=lowest, limit=limit)


def counted(found: Sequence[int]) -> str:
    """ "1 picture", "37 pictures", "1,000+ pictures": nobody counts beyond a thousand."""
    if len(found) > search.MOST_COUNTED:
        return gettext("{count}+ pictures").format(count=f"{search.MOST_COUNTED:,}")
    return gettext("1 picture") if len(found) == 1 else gettext("{count} pictures").format(count=len(found))


def _day(text: str) -> date | None:
    try:
        day = parse_date(text) if text else None
    except ValueError:
        return None
    return day if day and 1970 <= day.year < 9999 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))

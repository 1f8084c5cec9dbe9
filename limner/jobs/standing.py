"""How each upstream stands, for the operator: what it answers now, what it has cost, and what is not known of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext, ngettext

from limner.engines.prices import money
from limner.engines.upstreams import Upstream
from limner.engines.upstreams.looking import Seen, key_source
from limner.jobs.models import UpstreamCall
from limner.jobs.queries import SUMS, Spend, UpstreamState, spend, uncertain_calls, upstream_states
from limner.look.speech import spoken


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of one upstream."""

    spend: Spend
    """Of this month."""
    state: UpstreamState
    uncertain: int
    """Calls that were sent and never answered, ever."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One upstream, as the doctor and the operator's page show it. It holds no key, and no word of one."""

    name: str
    url: str
    key_source: str
    seen: Seen
    known: Known | None
    """None where the ledger cannot be read."""
    writes: str = ""
    """Its chat model that may write prompts."""

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        found = [f"{self.url}: {self.seen.said}" if self.seen.said else self._answers()]
        if self.known is not None:
            found.append(f"this month {self.spent}")
            if uncertain := self.known.uncertain:
                found.append(f"{uncertain} uncertain call{'' if uncertain == 1 else 's'}")
            state = self.known.state
            if state.last_error:
                at = f" ({state.last_error_at:%Y-%m-%d %H:%M} UTC)" if state.last_error_at else ""
                found.append(f"last error: {state.last_error.rstrip('.')}{at}")
        return "; ".join(part.rstrip(".") for part in found) + "."

    def _answers(self) -> str:
        key = "no key" if self.key_source == "no key" else f"key accepted ({self.key_source})"
        number = self.seen.models or 0
        return f"{self.url} answers, {key}, {number} image model{'' if number == 1 else 's'}"

    @property
    def spent(self) -> str:
        """This month's money in words."""
        if self.known is None:
            return gettext("not known")
        month = self.known.spend
        said = spoken(money(month.millicredits))
        if month.estimated:
            said = gettext("about {money}").format(money=said)
        many = ngettext("{money} for {n} picture", "{money} for {n} pictures", month.pictures)
        said = many.format(money=said, n=month.pictures)
        if not month.possible:
            return said
        return gettext("{spent}, perhaps {more} more").format(spent=said, more=spoken(money(month.possible)))

    @property
    def facts(self) -> dict[str, object]:
        """The same for programs."""
        facts: dict[str, object] = {
            "url": self.url,
            "key": self.key_source,
            "reachable": self.seen.reachable,
            "key_accepted": self.seen.key_accepted,
            "models": self.seen.models,
            "writes": self.writes or None,
        }
        if self.known is not None:
            state = self.known.state
            facts |= {
                "spent_this_month": self.known.spend.millicredits / 1000,
                "possible_this_month": self.known.spend.possible / 1000,
                "uncertain_calls": self.known.uncertain,
                "last_error": state.last_error or None,
                "last_error_at": state.last_error_at.isoformat() if state.last_error_at else None,
            }
        return facts


def month_begin(now: datetime | None = None) -> datetime:
    """The first moment of this month (UTC), as upstreams count theirs."""
    return (now or datetime.now(UTC)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def known_of(upstreams: Iterable[Upstream]) -> dict[str, Known]:
    """What the ledger knows of each of them."""
    states, begin = upstream_states(), month_begin()
    uncertain = dict(uncertain_calls().order_by("upstream").values_list("upstream").annotate(Count("id")))
    return {
        upstream.name: Known(
            spend(upstream.name, begin), states.get(upstream.name, UpstreamState()), uncertain.get(upstream.name, 0)
        )
        for upstream in upstreams
    }


def standing(upstream: Upstream, seen: Seen, known: Known | None, *, home: Path) -> Standing:
    """Both halves together."""
    source = key_source(upstream, os.environ, home, Path.cwd())
    return Standing(upstream.name, upstream.url, source, seen, known, upstream.writes)


@dataclass(frozen=True, slots=True)
class Month:
    """What one model of one upstream cost in one month (UTC)."""

    begin: datetime
    upstream: str
    model: str
    calls: int
    millicredits: int
    possible: int


def spend_by_month(months: int = 12) -> list[Month]:
    """The newest month first, in it the dearest model first. The same sums as `queries.spend`, line by line."""
    now = month_begin()
    year, month = divmod(now.year * 12 + now.month - months, 12)
    first = now.replace(year=year, month=month + 1)
    rows: Iterable[Mapping[str, Any]] = (
        UpstreamCall.objects.filter(sent_at__gte=first)
        .annotate(month=TruncMonth("sent_at", tzinfo=UTC))
        .values("month", "upstream", "model")
        .annotate(calls=Count("id"), **SUMS)
    )
    found = [
        Month(
            row["month"], row["upstream"], row["model"], row["calls"], row["said"] + row["estimated"], row["possible"]
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.begin, one.millicredits), reverse=True)

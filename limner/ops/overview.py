"""How this Limner is doing, for whoever runs it. Pictures are counted along an index; no row of theirs is read."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Q, Sum

from limner.accounts.models import Account
from limner.engines.catalog import catalog
from limner.gallery.models import Picture
from limner.jobs.models import Job, Pace
from limner.jobs.queries import UpstreamState, upstream_states
from limner.jobs.states import State
from limner.moderation.flags import open_flags

FAILURES = 20
RECENT = 5000
"""Among how many of the newest jobs failures are looked for."""
PACES = 30


@dataclass(frozen=True, slots=True)
class Lane:
    """What waits at one model or upstream, and what is drawn."""

    name: str
    queued: int
    running: int
    oldest: datetime | None
    """When the job that has waited longest was submitted."""
    seconds: float
    """What all of it is predicted to take."""


@dataclass(frozen=True, slots=True)
class Disk:
    """Of the disk that LIMNER_HOME is on."""

    free: int
    size: int

    @property
    def used(self) -> int:
        return self.size - self.free

    @property
    def percent(self) -> int:
        return round(100 * self.used / self.size) if self.size else 0


def lanes() -> list[Lane]:
    """Those that have something to do. Answered by the index of what is under way."""
    live = Job.objects.filter(state__in=(State.QUEUED, State.RUNNING)).order_by("lane").values("lane")
    waits = Q(state=State.QUEUED)
    found = live.annotate(
        queued=Count("id", filter=waits),
        running=Count("id", filter=Q(state=State.RUNNING)),
        oldest=Min("created_at", filter=waits),
        seconds=Sum("predicted_seconds"),
    )
    return [Lane(row["lane"], row["queued"], row["running"], row["oldest"], row["seconds"] or 0.0) for row in found]


def failures() -> list[Job]:
    """Those of the newest jobs that failed, with whose they were."""
    newest: int = Job.objects.aggregate(newest=Max("id"))["newest"] or 0
    recent = Job.objects.filter(pk__gt=newest - RECENT, state=State.FAILED).select_related("account")
    return list(recent.order_by("-id")[:FAILURES])


def paces() -> list[Pace]:
    """How fast each kind of picture is, and how wrong predictions of it are: the most measured first."""
    return list(Pace.objects.order_by("-measured")[:PACES])


def disk() -> Disk | None:
    try:
        usage = shutil.disk_usage(settings.LIMNER_HOME)
    except OSError:
        return None
    return Disk(usage.free, usage.total)


def totals() -> dict[str, int]:
    """Pictures, in the trash too; bytes, by what is counted on accounts; people; what waits."""
    people = Account.objects.filter(is_guest=False).aggregate(
        people=Count("id"), waiting=Count("id", filter=Q(waiting_since__isnull=False))
    )
    kept: int = Account.objects.aggregate(kept=Sum("bytes_kept"))["kept"] or 0
    return {
        "pictures": Picture.objects.count(),
        "bytes": int(kept),
        "people": people["people"],
        "waiting": people["waiting"],
        "flags": open_flags().count(),
    }


def engines(live: Collection[Lane]) -> list[dict[str, Any]]:
    """Every model, and where it draws: busy where one of these lanes is its own."""
    states: dict[str, UpstreamState] = upstream_states()
    busy = {lane.name for lane in live}
    found = []
    for name, model in sorted(catalog().items()):
        state = states.get(model.lane)
        found.append({"name": name, "lane": model.lane, "busy": model.lane in busy, "state": state})
    return found

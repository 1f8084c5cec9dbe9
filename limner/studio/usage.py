"""What an account has used and has left: a page, and the same rows as CSV. All of it is added up from its jobs."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from limner.accounts import credits
from limner.accounts.guests import purse
from limner.accounts.models import Account
from limner.accounts.storage_use import MB, bytes_kept
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.studio.page import for_viewer

DAYS = 30
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # spreadsheets read the wide ones too


@dataclass(frozen=True, slots=True)
class Used:
    """One day's jobs of one model by one key (or none), added up. `captured` is in millicredits."""

    day: date
    model: str
    key: str
    jobs: int
    pictures: int
    captured: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart and of the table beside it. `share` is its length, in percent of the longest."""

    label: str | date
    jobs: int
    pictures: int
    credits: float
    share: int


@require_safe
@for_viewer
def page(request: HttpRequest, viewer: Account) -> HttpResponse:
    """What is left, what is kept, and the last 30 days by day, model and key."""
    rows, plan, today = used(viewer), viewer.plan, timezone.now().date()
    days = [today - timedelta(days=back) for back in range(DAYS)]
    context = {
        "month_left": _credits(credits.balance(viewer)),
        "day_left": _credits(credits.balance_today(viewer)),
        "guest": viewer.is_guest,
        "kept": bytes_kept(viewer) / MB,
        "allowance": plan.storage_bytes / MB if plan and plan.storage_bytes is not None else None,
        "under_way": Job.objects.filter(**purse(viewer), state__in=[State.QUEUED, State.RUNNING]).count(),
        "most_under_way": plan.running_jobs if plan else None,
        "by_day": _bars({day: [row for row in rows if row.day == day] for day in days}),
        "by_model": _bars(_grouped(rows, "model")),
        "by_key": _bars(_grouped(rows, "key")),
        "upload_hours": settings.LIMNER_KEEP_UPLOADS,
        "trash_days": settings.LIMNER_KEEP_TRASH,
        "result_days": settings.LIMNER_KEEP_API_RESULTS,
        "event_days": settings.LIMNER_KEEP_EVENTS,
    }
    return render(request, "studio/usage.html", context)


@require_safe
@for_viewer
def as_csv(request: HttpRequest, viewer: Account) -> StreamingHttpResponse:
    """The same rows for a spreadsheet, line by line."""
    if viewer.is_guest:
        raise Http404
    answer = StreamingHttpResponse(_lines(used(viewer)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="limner-usage.csv"'
    return answer


def used(viewer: Account) -> list[Used]:
    """The last 30 days (UTC), newest first: one query, by the index `job_by_day`."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    begin: datetime = midnight - timedelta(days=DAYS - 1)
    rows = (
        Job.objects.filter(account=viewer, created_at__gte=begin)
        .annotate(day=TruncDate("created_at"))
        .values_list("day", "model", "api_key__name", "api_key__prefix")
        .annotate(jobs=Count("id"), pictures=Sum("kept"), paid=Sum("captured"))
        .order_by("-day", "model", "api_key__prefix")
    )
    return [
        Used(day, model, f"{name} ({prefix})" if prefix else "", jobs, int(pictures), int(paid))
        for day, model, name, prefix, jobs, pictures, paid in rows
    ]


def _grouped(rows: list[Used], field: str) -> dict[str, list[Used]]:
    found: dict[str, list[Used]] = {}
    for row in rows:
        found.setdefault(getattr(row, field), []).append(row)
    return dict(sorted(found.items(), key=lambda item: -sum(row.jobs for row in item[1])))


def _bars(groups: Mapping[Any, list[Used]]) -> list[Bar]:
    longest = max((sum(row.jobs for row in rows) for rows in groups.values()), default=0) or 1
    return [
        Bar(
            label,
            jobs := sum(row.jobs for row in rows),
            sum(row.pictures for row in rows),
            sum(row.captured for row in rows) / 1000,
            round(100 * jobs / longest),
        )
        for label, rows in groups.items()
    ]


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(rows: list[Used]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(["day", "model", "key", "jobs", "pictures", "credits"])
    for row in rows:
        yield writer.writerow(
            [row.day, _plain(row.model), _plain(row.key), row.jobs, row.pictures, row.captured / 1000]
        )


def _plain(text: str) -> str:
    """No spreadsheet may take a name for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _credits(millicredits: int | None) -> float | None:
    return None if millicredits is None else max(millicredits, 0) / 1000

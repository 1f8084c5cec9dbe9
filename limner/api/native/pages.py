"""A list in pages: newest first, each begins after the last of the one before, however many have come since."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from limner.api.native.schemas import Page
from limner.errors import InvalidRequest
from limner.gallery.models import Picture, Upload
from limner.jobs.models import Job

Row = TypeVar("Row", Job, Picture, Upload)


def page_of(rows: QuerySet[Row], page: Page, *, among: QuerySet[Row], what: str) -> tuple[list[Row], UUID | None]:
    """The rows of one page of `rows`, and the `next` of the list. `rows` are ordered by descending id.

    The place it begins at is looked for `among` all that its viewer has: what was there a page ago may have left
    the list since. One query, and one for the place, however deep it lies.
    """
    if page.before is not None:
        place = among.filter(public_id=page.before).values_list("id", flat=True).first()
        if place is None:
            raise InvalidRequest(f"Invalid 'before': you have no {what} '{page.before}'.", param="before")
        rows = rows.filter(id__lt=place)
    found = list(rows[: page.limit + 1])
    shown = found[: page.limit]
    return shown, shown[-1].public_id if len(found) > page.limit else None

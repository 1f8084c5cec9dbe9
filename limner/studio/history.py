"""History: every picture and every failed job of one's own, newest first, searched and narrowed; and the trash.

Pages go on below a cursor, which is the public ids of the last picture and the last job that were shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from limner.accounts.models import Account
from limner.engines.catalog import catalog
from limner.gallery import search
from limner.gallery.addresses import address
from limner.gallery.albums import albums_of
from limner.gallery.models import Picture
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.jobs.telling import told_to
from limner.prompts.queries import styles_visible_to
from limner.studio import finding, wording
from limner.studio.finding import Asked
from limner.studio.page import by_htmx, for_viewer

PAGE = 48
LONGEST_TITLE = 120


@dataclass(frozen=True)
class Entry:
    """One place of the list: a picture, or a job that came to nothing."""

    picture: Picture | None = None
    job: Job | None = None
    problem: str = ""

    @property
    def title(self) -> str:
        """What it is called: its first words, or a sentence where it has none."""
        if self.picture is not None:
            said = self.picture.prompt.strip()
        else:
            request = request_of(self.job) if self.job is not None else None
            said = request.prompt.strip() if request else ""
        if len(said) > LONGEST_TITLE:
            said = f"{said[:LONGEST_TITLE].rstrip()}…"
        return said or gettext("A picture without words")

    @property
    def choose(self) -> str:
        """What its tick says to who cannot see it."""
        return gettext("Choose “{words}”").format(words=self.title)

    @property
    def url(self) -> str:
        return address("picture", self.picture.public_id) if self.picture else ""

    @property
    def thumb(self) -> str:
        """Its small picture: by another address in the trash, which only its owner has."""
        if self.picture is None:
            return ""
        name = "thumb" if self.picture.trashed_at is None else "trashed_thumb"
        return address(name, self.picture.public_id, 256)


@dataclass(frozen=True)
class Cursor:
    """Below which picture and which job a page begins."""

    picture: int | None = None
    job: int | None = None

    @classmethod
    def of(cls, viewer: Account, text: str) -> Cursor:
        """From an address. Whatever names nothing of this viewer's begins with the newest."""
        picture, _, job = text.partition("~")
        return cls(_number(Picture, viewer, picture), _number(Job, viewer, job))

    @property
    def begins(self) -> bool:
        return self.picture is None and self.job is None


def _number(rows: type[Picture] | type[Job], viewer: Account, text: str) -> int | None:
    try:
        public_id = UUID(text)
    except ValueError:
        return None
    return rows._default_manager.filter(account=viewer, public_id=public_id).values_list("pk", flat=True).first()


@require_safe
@for_viewer
def history(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Everything this account has made."""
    return history_page(request, viewer)


@require_safe
@for_viewer
def trash(request: HttpRequest, viewer: Account) -> HttpResponse:
    """What was put into the trash, until it is gone for good."""
    return history_page(request, viewer, in_trash=True)


def history_page(
    request: HttpRequest, viewer: Account, *, in_trash: bool = False, problem: str = "", status: int = 200
) -> HttpResponse:
    """The page, or for a script only the places that come next."""
    asked = Asked() if in_trash else Asked.of(request.GET)
    text = request.GET.get("before", "")
    cursor = Cursor.of(viewer, text)
    here = reverse("studio:trash" if in_trash else "studio:history")
    # Whoever begins is told how many there are: one search answers both.
    most = search.MOST_COUNTED if cursor.begins else PAGE
    found = asked.ids(viewer, before=cursor.picture, limit=most + 1, trash=in_trash)
    entries, earlier = entries_of(viewer, asked, cursor, text, found[: PAGE + 1], in_trash=in_trash)
    context: dict[str, Any] = {
        "entries": entries,
        "earlier": f"{here}?{_join(asked.address, urlencode({'before': earlier}))}" if earlier else "",
    }
    if by_htmx(request) and request.method == "GET":
        return render(request, "studio/library/_entries.html", context)
    context |= {
        "asked": asked,
        "count": finding.counted(found) if cursor.begins else "",
        "problem": problem,
        "albums": albums_of(viewer),
        "days": settings.LIMNER_KEEP_TRASH,
        "publishes": settings.LIMNER_GALLERY != "off",
        "here": request.get_full_path() if request.method == "GET" else here,
        "newest": "" if cursor.begins else f"{here}?{asked.address}".rstrip("?"),
        **({} if in_trash else _choices(viewer, asked)),
    }
    return render(request, f"studio/library/{'trash' if in_trash else 'history'}.html", context, status=status)


def _join(*queries: str) -> str:
    return "&".join(query for query in queries if query)


def _choices(viewer: Account, asked: Asked) -> dict[str, Any]:
    models = {model.name: model.title for model in catalog().values()}
    styles = [style.name for style in styles_visible_to(viewer)]
    if asked.model:
        models.setdefault(asked.model, asked.model)
    if asked.style and asked.style not in styles:
        styles.append(asked.style)
    return {"models": models.items(), "styles": styles}


def _failed(viewer: Account, job: Job) -> Entry:
    said = told_to(viewer, job.error_code, job.error_message)
    return Entry(job=job, problem=wording.problem(job.error_code, said))


def entries_of(
    viewer: Account, asked: Asked, cursor: Cursor, text: str, found: Sequence[int], *, in_trash: bool = False
) -> tuple[list[Entry], str]:
    """One page of the pictures that were found and the jobs between them, and the cursor of the next; "" where there
    is none."""
    pictures = search.in_order(found)
    times: list[tuple[datetime, Picture | int]] = [(picture.created_at, picture) for picture in pictures]
    if not in_trash and not asked.narrowed and asked.show != finding.PICTURES:
        failed = Job.objects.filter(account=viewer, state=State.FAILED).order_by("-id")
        below = failed if cursor.job is None else failed.filter(pk__lt=cursor.job)
        times += below.values_list("created_at", "pk")[: PAGE + 1]
    times.sort(key=lambda one: one[0], reverse=True)  # stable: each kind keeps its own order
    # Of the jobs, few are shown beside the pictures: only those are read whole.
    jobs = Job.objects.in_bulk([one for _, one in times[:PAGE] if isinstance(one, int)])
    shown = [
        Entry(picture=one) if isinstance(one, Picture) else _failed(viewer, jobs[one])
        for _, one in times[:PAGE]
        if isinstance(one, Picture) or one in jobs  # not deleted meanwhile
    ]
    if len(times) <= PAGE:
        return shown, ""
    before_picture, _, before_job = text.partition("~") if not cursor.begins else ("", "", "")
    for entry in shown:
        if entry.picture is not None:
            before_picture = str(entry.picture.public_id)
        elif entry.job is not None:
            before_job = str(entry.job.public_id)
    return shown, f"{before_picture}~{before_job}".rstrip("~")

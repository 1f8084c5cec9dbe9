"""The pages that change a picture: bring one, edit it, vary it, enlarge it, and look at before and after."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from limner.accounts.models import Account
from limner.engines.contract import Task
from limner.errors import InvalidRequest, LimnerError, NotFound, say
from limner.gallery.models import Picture
from limner.gallery.queries import changed_from, upload_of
from limner.gallery.services import store_upload
from limner.jobs import enlarging
from limner.jobs.models import Job
from limner.provenance.reading import settings_in
from limner.studio import changes
from limner.studio.ahead import larger_ahead
from limner.studio.changes import Source
from limner.studio.page import bringing, by_htmx, counted, for_makers, for_viewer
from limner.studio.pressing import one_press

USUAL_STRENGTH = 60


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
@counted
def edit(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """Paint where a picture should change, say what should be there, and draw."""
    source = changes.source_of(viewer, public_id)
    if request.method != "POST":
        return _page(request, viewer, source)
    mask = request.FILES.get("mask")
    painted = mask.read() if mask else None
    return _asked(request, viewer, source, lambda: changes.submit_edit(viewer, source, request.POST, painted))


@require_POST
@for_viewer
@counted
def vary(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """Draw others like it."""
    source = changes.source_of(viewer, public_id)
    return _asked(request, viewer, source, lambda: changes.submit_variations(viewer, source, request.POST))


@require_POST
@for_viewer
@counted
def enlarge(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """Keep it two or four times as large."""
    source = changes.source_of(viewer, public_id)
    factor = request.POST.get("factor", "")
    wanted = int(factor) if factor in ("2", "4") else 0
    key = one_press(request.POST, "enlarge", str(public_id), factor)
    return _asked(request, viewer, source, lambda: enlarging.enlarge(viewer, source.row, wanted, idempotency_key=key))


@require_GET
@for_viewer
def compare(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """A picture over what it was changed from."""
    after = changes.source_of(viewer, public_id)
    before = changed_from(after.row) if isinstance(after.row, Picture) else None
    if before is None or before.account_id != viewer.pk:
        raise NotFound(say("What this picture was changed from is no longer there."))
    return render(request, "studio/compare.html", {"after": after, "before": Source(before)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_makers
@counted
def upload(request: HttpRequest, viewer: Account) -> HttpResponse:
    """Bring a picture: from a file, a camera or the clipboard. Everything but its pixels is left out."""
    if request.method != "POST":
        return _bring(request)
    try:
        files = request.FILES.getlist("image")
        if not files:
            raise InvalidRequest(
                say("No picture came. Choose a PNG, JPEG or WebP file and try again."), param="image"
            )
        if len(files) > 1:
            raise InvalidRequest(
                say("{many} pictures came at once. Bring them one at a time.", many=len(files)), param="image"
            )
        data = files[0].read()
        source = Source(store_upload(viewer, data))
    except LimnerError as error:
        if by_htmx(request):
            raise
        return _bring(request, problem=error.message, status=error.status)
    if by_htmx(request):
        return render(request, "studio/_brought.html", {"source": source, "found": settings_in(data)}, status=201)
    return redirect("studio:edit", source.row.public_id)


@require_GET
@for_viewer
def upload_file(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """One's own upload, as it was kept."""
    found = Source(upload_of(viewer, public_id))
    return HttpResponse(
        found.bytes(),
        content_type="image/png",
        headers={"Cache-Control": "private, max-age=86400, immutable", "X-Content-Type-Options": "nosniff"},
    )


def _bring(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    return render(request, "studio/upload.html", {"problem": problem, **bringing()}, status=status)


def _page(
    request: HttpRequest, viewer: Account, source: Source, *, problem: str = "", status: int = 200
) -> HttpResponse:
    editors, variers = changes.painters(Task.EDIT), changes.painters(Task.VARY)
    row = source.row
    context = {
        "source": source,
        "editors": editors,
        "variers": variers,
        "chosen": request.POST.get("model") or viewer.studio_model,
        "asked": request.POST,
        "enlarger": enlarging.enlarger_for(viewer),
        "larger": [(factor, larger_ahead(viewer, row, factor)) for factor in source.factors],
        "strength": request.POST.get("strength", USUAL_STRENGTH),
        "sides": changes.SIDES,
        "limits": {"edge": changes.LONGEST_EDGE, "pixels": changes.MOST_PIXELS},
        "changed": isinstance(row, Picture) and changed_from(row) is not None,
        "problem": problem,
        "ask": uuid4(),
    }
    return render(request, "studio/edit.html", context, status=status)


def _asked(request: HttpRequest, viewer: Account, source: Source, ask: Callable[[], Job]) -> HttpResponse:
    """The job appears on the wall. Refused, the script keeps what was painted and says the sentence; without a script
    the page comes again with the words."""
    try:
        job = ask()
    except LimnerError as error:
        if by_htmx(request):
            raise
        return _page(request, viewer, source, problem=error.message, status=error.status)
    there = f"{reverse('studio:page')}#job-{job.public_id}"
    return HttpResponse(status=204, headers={"HX-Redirect": there}) if by_htmx(request) else redirect(there)

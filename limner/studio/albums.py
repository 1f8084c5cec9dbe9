"""Pages of albums."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from limner.accounts.models import Account
from limner.errors import InvalidRequest
from limner.gallery import albums as services
from limner.studio.history import PAGE, Cursor, Entry
from limner.studio.page import by_htmx, for_viewer


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
def albums(request: HttpRequest, viewer: Account) -> HttpResponse:
    """One's albums; POST makes one."""
    problem, status = "", 200
    if request.method == "POST":
        try:
            made = services.make(viewer, request.POST.get("name", ""))
            return redirect("studio:album", made.public_id)
        except InvalidRequest as error:
            problem, status = error.message, error.status
    context = {"shown": services.albums_shown(viewer), "problem": problem, "longest": services.LONGEST_NAME}
    return render(request, "studio/library/albums.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
def album(request: HttpRequest, viewer: Account, public_id: UUID) -> HttpResponse:
    """One album; POST renames it, or takes it away."""
    problem, status = "", 200
    if request.method == "POST":
        if request.POST.get("verb") == "remove":
            services.remove(viewer, public_id)
            return redirect("studio:albums")
        try:
            services.rename(viewer, public_id, request.POST.get("name", ""))
            return redirect("studio:album", public_id)
        except InvalidRequest as error:
            problem, status = error.message, error.status
    return _page(request, viewer, public_id, problem, status)


def _page(request: HttpRequest, viewer: Account, public_id: UUID, problem: str, status: int) -> HttpResponse:
    shown = services.album_of(viewer, public_id)
    cursor = Cursor.of(viewer, request.GET.get("before", ""))
    found = list(services.pictures_in(shown, before=cursor.picture)[: PAGE + 1])
    here = reverse("studio:album", args=[public_id])
    earlier = f"{here}?{urlencode({'before': str(found[PAGE - 1].public_id)})}" if len(found) > PAGE else ""
    context = {
        "album": shown,
        "entries": [Entry(picture=picture) for picture in found[:PAGE]],
        "earlier": earlier,
        "here": here,
        "problem": problem,
        "longest": services.LONGEST_NAME,
    }
    name = "_entries" if by_htmx(request) else "album"
    return render(request, f"studio/library/{name}.html", context, status=status)

"""What is done to many pictures at once: those that were ticked, or all that a search finds."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from limner.accounts.models import Account
from limner.errors import InvalidRequest, LimnerError, NotAllowed, NotFound, say
from limner.gallery import albums, publishing, trash
from limner.gallery.models import Album, Picture
from limner.gallery.queries import pictures_of, trash_of
from limner.gallery.zipping import zipped
from limner.studio.finding import Asked
from limner.studio.history import history_page
from limner.studio.page import for_viewer
from limner.studio.sending import ZipResponse

MOST = 1_000_000
"""Of one search, at once."""
AT_ONCE = 500


@require_POST
@for_viewer
def selected(request: HttpRequest, viewer: Account) -> HttpResponse:
    """One verb for all pictures that were chosen."""
    verb = request.POST.get("verb", "")
    of_trash = verb in ("restore", "delete", "empty")
    try:
        return _done(request, viewer, verb, of_trash)
    except NotFound:
        raise
    except LimnerError as error:
        return history_page(request, viewer, in_trash=of_trash, problem=error.message, status=error.status)


def _done(request: HttpRequest, viewer: Account, verb: str, of_trash: bool) -> HttpResponse:
    if verb == "empty":
        trash.empty(viewer)
        return back(request, "studio:trash")
    ids = _chosen(viewer, request.POST, of_trash)
    match verb:
        case "download":
            return ZipResponse(zipped(ids), f"limner-{timezone.localdate():%Y-%m-%d}.zip")  # type: ignore[return-value]
        case "trash":
            trash.put_in(viewer, ids)
        case "restore":
            trash.take_back(viewer, ids)
        case "delete":
            trash.delete_pictures(trash_of(viewer).filter(pk__in=ids))
        case "publish":
            publish_all(viewer, ids)
        case "album":
            album = _album(viewer, request.POST)
            albums.put(viewer, album, list(_public_ids(ids)))
            return redirect("studio:album", album.public_id)
        case "take_out":
            album = albums.album_of(viewer, _uuid(request.POST.get("album", "")))
            albums.take_out(viewer, album, list(_public_ids(ids)))
            return redirect("studio:album", album.public_id)
        case _:
            raise InvalidRequest(say("Press one of the buttons to say what to do with the pictures."), param="verb")
    return back(request, "studio:trash" if of_trash else "studio:history")


def _chosen(viewer: Account, form: QueryDict, of_trash: bool) -> list[int]:
    """Ids of the pictures that were chosen, this viewer's own alone. Raises InvalidRequest where there are none."""
    if form.get("everything") and not of_trash:
        ids = Asked.of(QueryDict(form.get("search", ""))).ids(viewer, limit=MOST)
    else:
        rows = trash_of(viewer) if of_trash else pictures_of(viewer)
        ids = list(rows.filter(public_id__in=trash.named(form.getlist("picture"))).values_list("pk", flat=True))
    if not ids:
        raise InvalidRequest(say("Tick the pictures first that you mean."), param="picture")
    return ids


def _public_ids(ids: list[int]) -> set[UUID]:
    found: set[UUID] = set()
    for start in range(0, len(ids), AT_ONCE):  # a database takes only so many values at a time
        some = Picture.objects.filter(pk__in=ids[start : start + AT_ONCE])
        found.update(some.values_list("public_id", flat=True))
    return found


def _album(viewer: Account, form: QueryDict) -> Album:
    if name := form.get("new_album", "").strip():
        return albums.make(viewer, name)
    if not (chosen := form.get("album", "")):
        raise InvalidRequest(say("Choose an album, or give a new one a name."), param="album")
    return albums.album_of(viewer, _uuid(chosen))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(say("There is no such album.")) from None


def publish_all(viewer: Account, ids: list[int]) -> None:
    """Make them public, one by one: each goes by the rules. Raises InvalidRequest where some may not, once the others
    are public: it says how many, and why the first of them may not.
    """
    refused: list[LimnerError] = []
    for start in range(0, len(ids), AT_ONCE):
        for picture in pictures_of(viewer).filter(pk__in=ids[start : start + AT_ONCE]):
            try:
                publishing.publish(
                    viewer,
                    picture.public_id,
                    shows_prompt=picture.shows_prompt,
                    licence=picture.licence,
                    indexed=picture.indexed,
                )
            except (InvalidRequest, NotAllowed, NotFound) as error:
                refused.append(error)
    if len(refused) == len(ids):
        raise refused[0]
    if refused:
        raise InvalidRequest(
            say(
                "Published: {done}. Not published: {left}. Of the first of these: {why}",
                done=len(ids) - len(refused), left=len(refused), why=refused[0].message,
            ),
            param="picture",
        )  # fmt: skip


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page that the form was on."""
    there = request.POST.get("next", "")
    if there.startswith("/") and url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        return HttpResponseRedirect(there)
    return redirect(otherwise)

"""Pages and files of pictures. Whoever may not see one is told that there is none.

The views are plain functions: Django runs each in a thread of its request, where reading rows and making a thumbnail
hold nobody up. A file goes out piece by piece, whatever its size.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial, wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import content_disposition_header, http_date
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from limner.accounts.models import Account
from limner.accounts.sign_in import account_of
from limner.engines.catalog import catalog
from limner.engines.contract import ENLARGED_BY
from limner.errors import LimnerError, NotFound, say
from limner.gallery import services, sharing
from limner.gallery.comparing import compare
from limner.gallery.family import family_of
from limner.gallery.formats import CONTENT_TYPES, EXTENSIONS, extension_of
from limner.gallery.models import Licence, Picture
from limner.gallery.public import liked_by
from limner.gallery.queries import keeps_words_from, picture_behind_address, picture_visible_to, trashed_picture_of
from limner.gallery.thumbnails import WIDTHS, thumbnail
from limner.gallery.zipping import give_back_connections
from limner.look.speech import spoken
from limner.moderation.models import Flag
from limner.provenance import mark
from limner.storage import blobs, signing
from limner.storage.derived import derived

log = logging.getLogger(__name__)

YEAR = 365 * 24 * 3600
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


_View = Callable[..., HttpResponseBase]


def plainly(view: _View) -> _View:
    """Our errors as answers: 404 as the site says it, any other with its sentence. Connections end with the view."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404(error.message) from error
        except LimnerError as error:
            if error.status >= 500:
                log.error("%s %s: %s", request.method, request.path, error.message, exc_info=error)
            return HttpResponse(spoken(error.message), status=error.status, content_type="text/plain; charset=utf-8")
        finally:
            give_back_connections()

    return answering


@require_safe
@plainly
def picture(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """A picture, how it was made, and what can be done with it. In the trash: a way back, for its owner."""
    account = account_of(request)
    try:
        shown = picture_visible_to(account, public_id)
    except NotFound:
        trashed = trashed_picture_of(account, public_id)
        return render(request, "gallery/trashed.html", {"picture": trashed})
    family = family_of(account, shown)
    other = family.compared_with(request.GET.get("against", ""))
    context = {
        "picture": shown,
        "mine": _is_mine(shown, account),
        "own_ext": extension_of(shown),
        "family": family,
        "other": other,
        "comparison": compare(other.picture, shown) if other and other.picture else None,
        **_how(shown),
        **_shown_to_others(request, shown, account),
    }
    response = render(request, "gallery/picture.html", context)
    if not (shown.public and shown.indexed):
        response["X-Robots-Tag"] = "noindex"
    # What it says depends on who looks, and may be taken back at any moment.
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
@plainly
def file(request: HttpRequest, public_id: UUID, ext: str) -> HttpResponseBase:
    """The picture's own file, or the same picture in another format. `?download=1` saves it under a friendly name.

    `?metadata=0` leaves out how it was made. That a model made it stays in the file.
    """
    account = account_of(request)
    found = picture_visible_to(account, public_id)
    if ext not in EXTENSIONS:
        raise NotFound(say("There is no such file."))
    bare = request.GET.get("metadata") == "0" or keeps_words_from(found, account)
    return _for_a_person(_send(request, found, EXTENSIONS[ext], bare=bare), found)


@require_safe
@plainly
def thumb(request: HttpRequest, public_id: UUID, width: int) -> HttpResponseBase:
    """A small WebP, made when first asked for."""
    found = picture_visible_to(account_of(request), public_id)
    return _for_a_person(_send(request, found, f"thumb-{width}"), found)


@require_safe
@plainly
def trashed_thumb(request: HttpRequest, public_id: UUID, width: int) -> HttpResponseBase:
    """The same of one's own picture in the trash, so that one sees what to take out of it."""
    response = _send(request, trashed_picture_of(account_of(request), public_id), f"thumb-{width}")
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@plainly
def signed(request: HttpRequest, token: str, ext: str) -> HttpResponseBase:
    """What a signed address names. The signature stands for the viewer; a trashed picture is gone here too."""
    address = signing.opened(token)
    found = picture_behind_address(address, lambda: account_of(request))
    variant = address.variant
    if variant == "original":
        variant = extension_of(found)
    if ext != ("webp" if variant.startswith("thumb-") else variant):
        raise NotFound(say("There is no such picture."))
    # The signature does not say who it was made for: the API makes them for others' public pictures too.
    response = _send(request, found, variant, bare=not found.shows_prompt and not variant.startswith("thumb-"))
    left = max(0, int((address.expires_at - timezone.now()).total_seconds()))
    response["Cache-Control"] = f"private, max-age={left}, immutable"
    # Programs put these addresses into pages of their own.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
@plainly
def beside(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """What stands beside a picture that is looked at closely: how it was made, and what can be done with it."""
    account = account_of(request)
    shown = picture_visible_to(account, public_id)
    context = {"picture": shown, "mine": _is_mine(shown, account), "own_ext": extension_of(shown), **_how(shown)}
    return render(request, "gallery/_beside.html", context)


@require_POST
@plainly
def share(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """A link to one's own picture, for whoever is given it. Each press makes another one."""
    account = account_of(request)
    if account is None:
        raise NotFound(say("There is no such picture."))
    address = request.build_absolute_uri(sharing.share(account, public_id))
    nearby = urlsplit(address).hostname in LOOPBACK
    context = {"public_id": public_id, "address": address, "days": sharing.DAYS, "nearby": nearby}
    return render(request, "gallery/shared.html", context)


@require_POST
@plainly
def trash(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Put one's own picture into the trash."""
    return _changed(request, public_id, services.trash)


@require_POST
@plainly
def restore(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Take one's own picture out of the trash."""
    return _changed(request, public_id, services.restore)


def _changed(request: HttpRequest, public_id: UUID, verb: Callable[[Account, UUID], Picture]) -> HttpResponseBase:
    account = account_of(request)
    if account is None:
        raise NotFound(say("There is no such picture."))
    verb(account, public_id)
    return HttpResponseRedirect(reverse("gallery:picture", kwargs={"public_id": public_id}))


def _is_mine(picture: Picture, account: Account | None) -> bool:
    return account is not None and picture.account_id == account.pk


def _shown_to_others(request: HttpRequest, picture: Picture, account: Account | None) -> dict[str, Any]:
    """What the page says about who else sees the picture, and what they may do."""
    where = {"public_id": picture.public_id}
    return {
        "hidden": keeps_words_from(picture, account),
        "gallery": settings.LIMNER_GALLERY != "off" and not (account is not None and account.is_guest),
        "by": picture.account.username,
        "liked": picture.public and liked_by(account, picture),
        "licences": Licence.choices,
        "reasons": Flag.Reason.choices,
        "reported": "reported" in request.GET,
        "page_address": request.build_absolute_uri(reverse("gallery:picture", kwargs=where)),
        "card_address": request.build_absolute_uri(reverse("gallery:thumb", kwargs={**where, "width": 640})),
    }


def _how(picture: Picture) -> dict[str, Any]:
    """What the page says about how the picture was made."""
    model = catalog().get(picture.model)
    how = picture.parameters if picture.drawn else {}
    said = {name: how.get(name) for name in ("steps", "guidance", "strength")}
    by = str(picture.parameters.get(ENLARGED_BY, ""))
    larger = catalog().get(by)
    return {
        **said,
        "model": model.title if model else picture.model,
        "enlarged_by": larger.title if larger else by,
    }


def friendly_name(picture: Picture, ext: str) -> str:
    """`a-friendly-robot-holding-a-flower.png`: the prompt's first words, safe on every file system."""
    words = slugify(picture.prompt[:200], allow_unicode=True).split("-")
    name = ""
    for word in words:
        if len(f"{name}-{word}".encode()) > 60:
            break
        name = f"{name}-{word}".strip("-")
    return f"{name or 'picture'}.{ext}"


class _StoredFile(FileResponse):
    """A file sent piece by piece on the event loop too, where Django would first read all of it."""

    block_size = 256 * 1024

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self.file_to_stream is None:
            raise TypeError("a stored file is sent from an open file")
        while piece := await asyncio.to_thread(self.file_to_stream.read, self.block_size):
            yield piece


def _send(request: HttpRequest, picture: Picture, variant: str, *, bare: bool = False) -> HttpResponseBase:
    """One variant of a picture: `png`, `jpg`, `webp`, `thumb-256` or `thumb-640`; bare, without how it was made."""
    ext = "webp" if variant in {f"thumb-{width}" for width in WIDTHS} else variant
    if ext not in CONTENT_TYPES:
        raise NotFound(say("There is no such file."))
    etag = f'"{picture.sha256[:32]}-{variant}{"-bare" if bare else ""}"'
    modified = int(picture.created_at.timestamp())
    unchanged = get_conditional_response(request, etag=etag, last_modified=modified)
    response = unchanged if unchanged is not None else _body(request, picture, variant, ext, bare)
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified)
    response["X-Content-Type-Options"] = "nosniff"
    if request.GET.get("download"):
        # The prompt's words would tell in the name what the file does not.
        name = content_disposition_header(True, f"picture.{ext}" if bare else friendly_name(picture, ext))
        response["Content-Disposition"] = name or "attachment"
    return response


def _body(request: HttpRequest, picture: Picture, variant: str, ext: str, bare: bool) -> HttpResponseBase:
    content_type = CONTENT_TYPES[ext]
    if bare:
        return HttpResponse(mark.bare(_as(picture, ext)), content_type=content_type)
    if variant == extension_of(picture):
        if request.method == "HEAD":
            return HttpResponse(content_type=content_type, headers={"Content-Length": str(picture.bytes)})
        response = _StoredFile(blobs.open_blob(picture.blob), content_type=content_type)
        # FileResponse would offer the last part of the blob's key as a name: keys are never shown.
        del response["Content-Disposition"]
        return response
    if variant.startswith("thumb-"):
        return HttpResponse(thumbnail(picture.blob, int(variant.removeprefix("thumb-"))), content_type=content_type)
    return HttpResponse(_as(picture, ext), content_type=content_type)


def _as(picture: Picture, ext: str) -> bytes:
    """The picture's file in one format: its own, or converted when first asked for."""
    if ext == extension_of(picture):
        return blobs.get(picture.blob)
    return derived(picture.blob, f"as.{ext}", partial(mark.convert, format=ext))


def _for_a_person(response: HttpResponseBase, picture: Picture) -> HttpResponseBase:
    """A picture never changes under its address; who may see it does, so only their own browser keeps it."""
    response["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    patch_vary_headers(response, ["Cookie"])
    if not (picture.public and picture.indexed):
        response["X-Robots-Tag"] = "noindex"
    return response

"""`/sdapi/v1/txt2img` and `img2img`: asked, drawn, and answered when it is done."""

from __future__ import annotations

import asyncio
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from limner.accounts.models import Account
from limner.api.auth import Caller
from limner.api.errors import ApiError
from limner.api.fetching import Elsewhere, all_fetched, named_by
from limner.api.free import ended
from limner.api.links import origin_of
from limner.api.openai.body import json_body
from limner.api.sdapi.answers import content
from limner.api.sdapi.asking import Wish, size_of, understood
from limner.api.sdapi.images import Change, bytes_of, change_of, working
from limner.api.sdapi.shapes import Img2Img, Txt2Img
from limner.engines.contract import ImageRef
from limner.gallery.models import Picture, Upload
from limner.gallery.services import forget_uploads, keep_upload
from limner.gallery.uploads import MAX_BYTES
from limner.jobs.services import REFUSED
from limner.jobs.threads import run_in
from limner.jobs.trouble import said_plainly
from limner.jobs.waiting import refuse_when_stopping
from limner.storage import blobs


async def txt2img(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Words in, pictures out."""
    refuse_when_stopping()
    wish = await run_in(working, _words, request, caller.account)
    return await _drawn(caller, wish)


def _words(request: HttpRequest, account: Account) -> Wish:
    return understood(Txt2Img.of(json_body(request)), account)


async def img2img(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A picture and words in, the picture changed: all of it, or where its mask is white."""
    refuse_when_stopping()
    account = caller.account
    asked = await run_in(working, _images, request, account)
    files = [await _bytes(text, origin_of(request), account) for text in (asked.init_images[0], asked.mask) if text]
    wish = await run_in(working, _kept, account, asked, files)
    try:
        return await _drawn(caller, wish)
    except REFUSED:
        # No job was made, so nothing of what was given for it stays.
        await run_in(working, _forget, account, wish)
        raise


def _images(request: HttpRequest, account: Account) -> Img2Img:
    """The body, where all that can be wrong without looking at its pictures is right."""
    asked = Img2Img.of(json_body(request))
    if not asked.init_images or not asked.init_images[0]:
        raise ApiError(404, "Init image not found")
    size = size_of(asked)
    understood(asked, account, ImageRef("", size.width, size.height))
    return asked


async def _bytes(given: str, origin: str, account: Account) -> bytes:
    """The file that is there, or at the address that is there."""
    if given[:5].lower() not in ("http:", "https"):
        return await run_in(working, bytes_of, given)
    place = await run_in(working, _place, given, origin, account)
    return place if isinstance(place, bytes) else (await all_fetched({"image": place}, MAX_BYTES))[place]


def _place(url: str, origin: str, account: Account) -> bytes | Elsewhere:
    found = named_by(url, "image", origin, account)
    return blobs.get(found.blob) if isinstance(found, Picture) else found


@said_plainly()
def _kept(account: Account, asked: Img2Img, files: list[bytes]) -> Wish:
    size = size_of(asked)
    mask = files[1] if len(files) > 1 else None
    change = change_of(files[0], mask, size, asked.resize_mode, invert=asked.inpainting_mask_invert)
    picture, where = _uploads(account, change)
    return understood(asked, account, picture, where)


def _uploads(account: Account, change: Change) -> tuple[ImageRef, ImageRef | None]:
    picture = _ref(keep_upload(account, change.picture))
    return picture, None if change.mask is None else _ref(keep_upload(account, change.mask))


def _ref(upload: Upload) -> ImageRef:
    return ImageRef(str(upload.public_id), upload.width, upload.height, upload.has_alpha)


def _forget(account: Account, wish: Wish) -> None:
    refs = (*wish.request.images, *filter(None, [wish.request.mask]))
    forget_uploads(account, {UUID(ref.public_id) for ref in refs})


async def _drawn(caller: Caller, wish: Wish) -> HttpResponse:
    done = await ended(caller, wish.request, wish.model)
    # Reading, base64 and JSON of several megabytes: never on the event loop.
    body = await asyncio.to_thread(content, wish, done)
    return HttpResponse(body, content_type="application/json", headers={"x-limner-model": wish.model.name})

"""`/api/v1/pictures`: what was drawn. A list, one of them, its file, into the trash and out of it."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Status

from limner.accounts.models import Account, Scope
from limner.api.links import VALID_FOR, origin_of, picture_link
from limner.api.native.front import ERRORS, OF_ONE, CallerRequest, Key
from limner.api.native.pages import page_of
from limner.api.native.schemas import LinkOut, Page, PictureOut, PicturesOut
from limner.errors import NotFound
from limner.gallery import services
from limner.gallery.formats import EXTENSIONS, extension_of
from limner.gallery.models import Picture
from limner.gallery.queries import picture_visible_to, pictures_of, trash_of, trashed_picture_of
from limner.jobs.threads import in_thread
from limner.storage import signing

router = Router(tags=["pictures"])

Variant = Literal["original", "png", "jpeg", "webp", "thumb-256", "thumb-640"]


@router.get(
    "/pictures",
    auth=Key(Scope.READ),
    response={200: PicturesOut, **ERRORS},
    operation_id="list_pictures",
    summary="Your pictures, newest first",
)
async def list_pictures(
    request: CallerRequest,
    page: Query[Page],
    job: UUID | None = None,
    trash: bool = False,
) -> PicturesOut:
    """All of them, or one `job`'s; with `trash` those in the trash instead, which are on no other list."""
    return await in_thread(_page, request.auth.account, page, job, trash, origin_of(request))


def _page(account: Account, page: Page, job: UUID | None, trash: bool, origin: str) -> PicturesOut:
    rows = trash_of(account) if trash else pictures_of(account)
    if job is not None:
        rows = rows.filter(job=job)
    mine = Picture.objects.filter(account=account)
    found, following = page_of(rows, page, among=mine, what="picture")
    return PicturesOut(pictures=[_out(account, picture, origin) for picture in found], next=following)


@router.get(
    "/pictures/{picture}",
    auth=Key(Scope.READ),
    response={200: PictureOut, **OF_ONE},
    operation_id="get_picture",
    summary="One picture",
)
async def get_picture(request: CallerRequest, picture: UUID) -> PictureOut:
    """One of yours, in the trash too, or a public one."""
    return await in_thread(_one, request.auth.account, picture, origin_of(request))


def _one(account: Account, public_id: UUID, origin: str) -> PictureOut:
    try:
        picture = picture_visible_to(account, public_id)
    except NotFound:
        picture = trashed_picture_of(account, public_id)
    return _out(account, picture, origin)


@router.get(
    "/pictures/{picture}/file",
    auth=Key(Scope.READ),
    response={302: LinkOut, **OF_ONE},
    operation_id="get_picture_file",
    summary="Its file, by a link",
)
async def get_picture_file(
    request: CallerRequest, response: HttpResponse, picture: UUID, variant: Variant = "original"
) -> Status[LinkOut]:
    """The answer leads to the file and names its address, which needs no key for a while: give it to a browser. It
    is dead once the picture is in the trash, or, of somebody else, once it is no longer public. `thumb-256` and
    `thumb-640` are small WebPs of that width."""
    link = await in_thread(_link, request.auth.account, picture, variant, origin_of(request))
    response["Location"] = link.url
    return Status(302, link)


def _link(account: Account, public_id: UUID, variant: Variant, origin: str) -> LinkOut:
    picture = picture_visible_to(account, public_id)
    thumb = variant.startswith("thumb-")
    ext = "webp" if thumb else extension_of(picture) if variant == "original" else EXTENSIONS[variant]
    expires_at = timezone.now() + VALID_FOR
    theirs = picture.account_id != account.pk
    token = signing.sign(picture.public_id, variant if thumb else ext, expires_at, while_public=theirs)
    return LinkOut(url=origin + reverse("gallery:signed", kwargs={"token": token, "ext": ext}), expires_at=expires_at)


@router.post(
    "/pictures/{picture}/trash",
    auth=Key(Scope.DRAW),
    response={200: PictureOut, **OF_ONE},
    operation_id="trash_picture",
    summary="Put a picture into the trash",
)
async def trash_picture(request: CallerRequest, picture: UUID) -> PictureOut:
    """It is gone everywhere at once, links included, and can be restored. A second time changes nothing."""
    return await in_thread(_trashed, request.auth.account, picture, origin_of(request))


def _trashed(account: Account, public_id: UUID, origin: str) -> PictureOut:
    return _out(account, services.trash(account, public_id), origin)


@router.post(
    "/pictures/{picture}/restore",
    auth=Key(Scope.DRAW),
    response={200: PictureOut, **OF_ONE},
    operation_id="restore_picture",
    summary="Take a picture out of the trash",
)
async def restore_picture(request: CallerRequest, picture: UUID) -> PictureOut:
    """A second time changes nothing."""
    return await in_thread(_restored, request.auth.account, picture, origin_of(request))


def _restored(account: Account, public_id: UUID, origin: str) -> PictureOut:
    return _out(account, services.restore(account, public_id), origin)


def _out(account: Account, picture: Picture, origin: str) -> PictureOut:
    made, mine = picture.parameters, picture.account_id == account.pk
    return PictureOut(
        id=picture.public_id,
        job=picture.job,
        index=picture.index,
        width=picture.width,
        height=picture.height,
        format=picture.format,
        bytes=picture.bytes,
        url=None if picture.trashed_at else picture_link(picture, origin, while_public=not mine),
        prompt=picture.prompt,
        negative_prompt=picture.negative_prompt,
        model=picture.model,
        seed=picture.seed,
        steps=made.get("steps"),
        guidance=made.get("guidance"),
        task=made.get("task"),
        mine=mine,
        public=picture.public,
        created_at=picture.created_at,
        trashed_at=picture.trashed_at,
    )

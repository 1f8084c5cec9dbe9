"""`/api/v1/uploads`: images to edit, vary, mask or follow. They are gone after a day unless a picture descends from
them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from limner.accounts.models import Account, Scope
from limner.api.errors import ApiError
from limner.api.links import origin_of
from limner.api.native.front import ERRORS, OF_ONE, CallerRequest, Key
from limner.api.native.pages import page_of
from limner.api.native.schemas import ErrorOut, Page, UploadOut, UploadsOut
from limner.api.openai.body import form_body
from limner.api.openai.images import unpacking
from limner.errors import InvalidRequest
from limner.gallery.models import Upload
from limner.gallery.queries import parents_among, upload_of, uploads_of
from limner.gallery.services import forget_uploads, store_upload
from limner.jobs.threads import in_thread, run_in
from limner.jobs.tidying import needed_images
from limner.jobs.trouble import said_plainly

router = Router(tags=["uploads"])

FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "image": {
                            "type": "string",
                            "format": "binary",
                            "description": "PNG, JPEG or WebP, below 50 MB and 50 million pixels.",
                        }
                    },
                    "required": ["image"],
                    "additionalProperties": False,
                }
            }
        },
    }
}


@router.post(
    "/uploads",
    auth=Key(Scope.DRAW),
    response={201: UploadOut, 413: ErrorOut, **ERRORS},
    operation_id="upload",
    summary="Give an image",
    openapi_extra=FORM,
)
async def upload(request: CallerRequest, response: HttpResponse) -> Status[UploadOut]:
    """It is turned upright, and everything but its pixels is left out. Name and content type are not looked at."""
    given = await run_in(unpacking, _kept, request.auth.account, request)
    response["Location"] = f"{origin_of(request)}/api/v1/uploads/{given.id}"
    return Status(201, given)


@said_plainly()
def _kept(account: Account, request: HttpRequest) -> UploadOut:
    form = form_body(request)
    if form.faults:
        raise form.faults[0]
    if (unknown := next(iter(form.fields), None) or ("mask" if form.mask is not None else None)) is not None:
        raise InvalidRequest(
            f"Unknown parameter: '{unknown[:100]}'. An upload is one image, in the field 'image'.",
            param=unknown[:100],
            code="unknown_parameter",
        )
    if not form.images:
        raise InvalidRequest("Missing required parameter: 'image'.", param="image", code="missing_required_parameter")
    if len(form.images) > 1:
        raise InvalidRequest(
            "Invalid 'image': one image is uploaded at a time.", param="image", code="array_above_max_length"
        )
    return _out(store_upload(account, form.images[0]))


@router.get(
    "/uploads",
    auth=Key(Scope.READ),
    response={200: UploadsOut, **ERRORS},
    operation_id="list_uploads",
    summary="Your uploads, newest first",
)
async def list_uploads(request: CallerRequest, page: Query[Page]) -> UploadsOut:
    return await in_thread(_page, request.auth.account, page)


def _page(account: Account, page: Page) -> UploadsOut:
    mine = uploads_of(account)
    found, following = page_of(mine, page, among=mine, what="upload")
    kept = parents_among(found)
    return UploadsOut(uploads=[_out(row, kept) for row in found], next=following)


@router.get(
    "/uploads/{upload}",
    auth=Key(Scope.READ),
    response={200: UploadOut, **OF_ONE},
    operation_id="get_upload",
    summary="One upload",
)
async def get_upload(request: CallerRequest, upload: UUID) -> UploadOut:
    return await in_thread(_one, request.auth.account, upload)


def _one(account: Account, public_id: UUID) -> UploadOut:
    row = upload_of(account, public_id)
    return _out(row, parents_among([row]))


@router.delete(
    "/uploads/{upload}",
    auth=Key(Scope.DRAW),
    response={204: None, 409: ErrorOut, **OF_ONE},
    operation_id="delete_upload",
    summary="Delete an upload",
)
async def delete_upload(request: CallerRequest, upload: UUID) -> Status[None]:
    """Not while a job that is under way needs it, and not once a picture descends from it."""
    await in_thread(_deleted, request.auth.account, upload)
    return Status(204, None)


def _deleted(account: Account, public_id: UUID) -> None:
    upload_of(account, public_id)
    if str(public_id) in needed_images():
        raise _in_use("A job that has not ended needs this upload. Cancel it, or wait for its end.")
    forget_uploads(account, [public_id])
    if uploads_of(account).filter(public_id=public_id).exists():
        raise _in_use("A picture descends from this upload, so it stays.")


def _in_use(sentence: str) -> ApiError:
    return ApiError(409, sentence, param="upload", code="upload_in_use")


def _out(row: Upload, kept: Collection[UUID] = ()) -> UploadOut:
    return UploadOut(
        id=row.public_id,
        width=row.width,
        height=row.height,
        has_alpha=row.has_alpha,
        bytes=row.bytes,
        created_at=row.created_at,
        expires_at=None if row.public_id in kept else row.created_at + timedelta(hours=settings.LIMNER_KEEP_UPLOADS),
    )

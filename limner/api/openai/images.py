"""The pictures and masks that come with an edit or a variation: OpenAI's rules about them, then into the gallery.

What the rules need is in a file's header, so whatever can be refused is refused before a pixel is unpacked. A file
says itself what it is: names, content types and extensions are not looked at.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from limner.accounts.models import Account
from limner.api.errors import ApiError
from limner.api.openai.parameters import is_gpt_image
from limner.engines.contract import DrawRequest, ImageRef, Task
from limner.engines.validation import wrong_type
from limner.errors import InvalidRequest
from limner.gallery.services import forget_uploads, keep_upload
from limner.gallery.uploads import Clean, Look, clean, look
from limner.jobs.trouble import said_plainly

MOST_IMAGES = 16
MOST_URL = 20_971_520
DALL_E_BYTES = 4 * 1024 * 1024

unpacking = ThreadPoolExecutor(2, thread_name_prefix="limner-uploads")
"""Where files are read and unpacked: an image of 50 million pixels takes 200 MB, so never many at a time."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One image of a call that obeys the rules, under the public id that it will be kept by."""

    data: bytes
    look: Look
    public_id: UUID = field(default_factory=uuid4)

    @property
    def ref(self) -> ImageRef:
        return ImageRef(str(self.public_id), self.look.width, self.look.height, self.look.has_alpha)


@dataclass(frozen=True, slots=True)
class Pieces:
    """All that came with one call."""

    images: tuple[Piece, ...] = ()
    mask: Piece | None = None


def pieces_of(images: Sequence[bytes], mask: bytes | None, family: str, param: str) -> Pieces:
    """The images and the mask, each looked at. `param` is what the images are called in this kind of body.

    Raises the first fault, in the order of the files.
    """
    _check_count(len(images), param, 1 if family == "dall-e" else MOST_IMAGES)
    found = tuple(_looked_at(data, number, family) for number, data in enumerate(images, 1))
    if mask is None:
        return Pieces(found)
    return Pieces(found, _mask(mask, found[0].look, family))


def _check_count(count: int, param: str, most: int) -> None:
    if count == 0:
        raise InvalidRequest(
            f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter"
        )
    if count > most:
        raise InvalidRequest(
            f"Invalid '{param}': array too long. Expected an array with maximum length {most}, but got an array with "
            f"length {count} instead.",
            param=param,
            code="array_above_max_length",
        )


def _looked_at(data: bytes, number: int, family: str) -> Piece:
    try:
        seen = look(data)
    except InvalidRequest as fault:
        raise _unreadable(fault, number, family) from None
    if family == "dall-e" and (seen.format != "PNG" or seen.width != seen.height or seen.bytes >= DALL_E_BYTES):
        raise _not_for_dall_e(seen)
    return Piece(data, seen)


def _mask(data: bytes, first: Look, family: str) -> Piece:
    try:
        seen = look(data)
    except InvalidRequest as fault:
        if family == "dall-e":
            raise _unreadable(fault, 1, family) from None
        raise InvalidRequest(f"Invalid mask image. {fault.message}", param="mask", code=fault.code) from None
    if family == "dall-e" and (seen.format != "PNG" or seen.bytes >= DALL_E_BYTES):
        raise _not_for_dall_e(seen)
    _check_mask((seen.width, seen.height), (first.width, first.height), family)
    if not seen.has_alpha:
        raise _bad_mask("mask image missing alpha channel", family)
    return Piece(data, seen)


def _check_mask(mask: tuple[int, int], image: tuple[int, int], family: str) -> None:
    if mask != image:
        raise _bad_mask("mask size does not match image size", family)


def _bad_mask(what: str, family: str) -> ApiError:
    return _fault(f"Invalid mask image format - {what}", "invalid_mask_image_format", family)


def _not_for_dall_e(seen: Look) -> ApiError:
    """OpenAI's sentence, and in a second one which of its rules is meant."""
    if seen.format != "PNG":
        why = f"This is a {seen.format}."
    elif seen.bytes >= DALL_E_BYTES:
        why = f"This has {seen.bytes} bytes."
    else:
        why = f"It must be square as well, and this is {seen.width}x{seen.height}."
    return ApiError(
        400,
        f"Uploaded image must be a PNG and less than 4 MB. {why}",
        param="image",
        code="invalid_image_format",
    )


def _unreadable(fault: InvalidRequest, number: int, family: str) -> ApiError:
    if family == "dall-e":
        said = "Uploaded image must be a PNG and less than 4 MB."
    else:
        said = f"Invalid image file or mode for image {number}, please check your image file."
    return _fault(f"{said} {fault.message}", fault.code, family)


def _fault(message: str, code: str, family: str) -> ApiError:
    kind = "image_generation_user_error" if is_gpt_image(family) else None
    return ApiError(400, message, kind=kind, code=code)


# Images in JSON ------------------------------------------------------------------------------------------------


def images_in(document: dict[str, Any]) -> tuple[list[bytes], bytes | None]:
    """The bytes of `images` and `mask` of a JSON body. Raises InvalidRequest naming the member that is wrong."""
    given = document.get("images")
    if given is None and "images" not in document:
        raise InvalidRequest(
            "Missing required parameter: 'images'.", param="images", code="missing_required_parameter"
        )
    if not isinstance(given, list):
        raise wrong_type("images", "an array of objects", given)
    if not given:
        raise InvalidRequest(
            "Invalid 'images': empty array. Expected an array with minimum length 1, but got an empty array instead.",
            param="images",
            code="empty_array",
        )
    _check_count(len(given), "images", MOST_IMAGES)
    images = [_bytes_of(member, f"images[{place}]") for place, member in enumerate(given)]
    mask = document.get("mask")
    return images, None if mask is None else _bytes_of(mask, "mask")


def _bytes_of(member: object, param: str) -> bytes:
    if not isinstance(member, dict):
        raise wrong_type(param, "an object", member)
    url = member.get("image_url")
    if url is None and member.get("file_id") is not None:
        raise InvalidRequest(
            f"Invalid '{param}.file_id': this server keeps no files. Send the picture itself in 'image_url', as a "
            "data: URL.",
            param=f"{param}.file_id",
        )
    if url is None:
        raise InvalidRequest(
            f"Missing required parameter: '{param}.image_url'.", param=param, code="missing_required_parameter"
        )
    param = f"{param}.image_url"
    if not isinstance(url, str):
        raise wrong_type(param, "a string", url)
    if len(url) > MOST_URL:
        raise InvalidRequest(
            f"Invalid '{param}': string too long. Expected a string with maximum length {MOST_URL}, but got a string "
            f"with length {len(url)} instead.",
            param=param,
            code="string_above_max_length",
        )
    return _unwrapped(url, param)


def _unwrapped(url: str, param: str) -> bytes:
    if url[:5].lower() != "data:":
        raise InvalidRequest(
            f"Invalid '{param}': this server does not fetch pictures from other addresses yet. Send the picture "
            "itself, as a data: URL: 'data:image/png;base64,…'.",
            param=param,
        )
    head, comma, content = url.partition(",")
    try:
        if not comma or not head.lower().endswith(";base64"):
            raise ValueError(head[:100])
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest(
            f"Invalid '{param}': expected a data: URL in base64, such as 'data:image/png;base64,…'.", param=param
        ) from None


# Keeping -------------------------------------------------------------------------------------------------------


@said_plainly()
def kept(account: Account, request: DrawRequest, pieces: Pieces, task: Task, family: str) -> DrawRequest:
    """The request with its images in the gallery: unpacked, upright, stripped of everything but pixels.

    A picture that is edited without a mask is its own, as DALL·E had it: what is clear in it may change. All are
    unpacked before the first is stored. Slow, and writes the database.
    """
    named = {ref.public_id for ref in (*request.images, *filter(None, [request.mask]))}
    used = [piece for piece in (*pieces.images, *filter(None, [pieces.mask])) if str(piece.public_id) in named]
    plain = {str(piece.public_id): _clean(piece, pieces, family) for piece in used}
    refs = {name: ImageRef(name, it.width, it.height, it.has_alpha) for name, it in plain.items()}
    images = tuple(refs[ref.public_id] for ref in request.images)
    mask = None
    if pieces.mask is not None and request.mask is not None:
        mask = refs[request.mask.public_id]
        _check_mask((mask.width, mask.height), (images[0].width, images[0].height), family)
    elif task is Task.EDIT and not is_gpt_image(family) and plain[images[0].public_id].has_clear:
        mask = images[0]
    for name, image in plain.items():
        keep_upload(account, image, UUID(name))
    return replace(request, images=images, mask=mask)


def _clean(piece: Piece, pieces: Pieces, family: str) -> Clean:
    try:
        return clean(piece.data)
    except InvalidRequest as fault:
        if piece is pieces.mask:
            raise InvalidRequest(f"Invalid mask image. {fault.message}", param="mask", code=fault.code) from None
        raise _unreadable(fault, pieces.images.index(piece) + 1, family) from None


def forget(account: Account, refs: Iterable[ImageRef | None]) -> None:
    """Delete what was kept for a job that was never submitted."""
    forget_uploads(account, {UUID(ref.public_id) for ref in refs if ref is not None})

"""The pictures and masks that come with an edit or a variation: OpenAI's rules about them, then into the gallery.

What the rules need is in a file's header, so whatever can be refused is refused before a pixel is unpacked. A file
says itself what it is: names, content types and extensions are not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from limner.accounts.models import Account
from limner.api.errors import ApiError
from limner.api.openai.parameters import is_gpt_image
from limner.engines.contract import DrawRequest, ImageRef
from limner.errors import InvalidRequest
from limner.gallery.services import forget_uploads, keep_upload
from limner.gallery.uploads import Clean, Look, clean, look
from limner.jobs.trouble import said_plainly

MOST_IMAGES = 16
DALL_E_BYTES = 4 * 1024 * 1024
MOST_PIXELS = 200_000_000
"""Of all that comes with one call: sixteen photographs of a telephone."""

unpacking = ThreadPoolExecutor(2, thread_name_prefix="limner-uploads")
"""Where files are read and unpacked: an image of 50 million pixels takes 200 MB, so never many at a time."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One image of a call that obeys the rules, under the public id that it will be kept by, or is already."""

    data: bytes
    look: Look
    public_id: UUID = field(default_factory=uuid4)
    is_kept: bool = False
    """It is a picture of the gallery that the caller may see: nothing of it is stored a second time."""

    @property
    def ref(self) -> ImageRef:
        return ImageRef(str(self.public_id), self.look.width, self.look.height, self.look.has_alpha)


@dataclass(frozen=True, slots=True)
class Pieces:
    """All that came with one call."""

    images: tuple[Piece, ...] = ()
    mask: Piece | None = None

    @property
    def all(self) -> tuple[Piece, ...]:
        return (*self.images, *filter(None, [self.mask]))


@dataclass(frozen=True, slots=True)
class Given:
    """One image as it came: a file, or a picture of the gallery by its public id."""

    data: bytes
    picture: UUID | None = None


def pieces_of(images: Sequence[Given | None], mask: Given | None, family: str, param: str) -> Pieces:
    """The images and the mask, each looked at. `param` is what the images are called in this kind of body. One that
    is still to be fetched is None: it counts, and is left out.

    Raises the first fault, in the order of the files.
    """
    check_count(len(images), param, 1 if family == "dall-e" else MOST_IMAGES)
    looked = [None if given is None else _looked_at(given, number, family) for number, given in enumerate(images, 1)]
    found = tuple(piece for piece in looked if piece is not None)
    pieces = Pieces(found, None if mask is None else _mask(mask, looked[0], family))
    _check_pixels(pieces, param)
    return pieces


def check_count(count: int, param: str, most: int = MOST_IMAGES) -> None:
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


def _check_pixels(pieces: Pieces, param: str) -> None:
    pixels = sum(piece.look.width * piece.look.height for piece in pieces.all)
    if pixels > MOST_PIXELS:
        raise InvalidRequest(
            f"Invalid '{param}': the images of one call may have at most {MOST_PIXELS // 1_000_000} million pixels "
            f"together, and these have {math.ceil(pixels / 1_000_000)} million. Make them smaller and try again.",
            param=param,
            code="invalid_image_file",
        )


def _looked_at(given: Given, number: int, family: str) -> Piece:
    try:
        seen = _seen(given.data)
    except InvalidRequest as fault:
        raise _unreadable(fault, number, family) from None
    if family == "dall-e" and (seen.format != "PNG" or seen.width != seen.height or seen.bytes >= DALL_E_BYTES):
        raise _not_for_dall_e(seen)
    return _piece(given, seen)


def _mask(given: Given, first: Piece | None, family: str) -> Piece:
    """`first` is the image that it belongs to, where that is here already."""
    try:
        seen = _seen(given.data)
    except InvalidRequest as fault:
        if family == "dall-e":
            raise _unreadable(fault, 1, family) from None
        raise InvalidRequest(f"Invalid mask image. {fault.message}", param="mask", code=fault.code) from None
    if family == "dall-e" and (seen.format != "PNG" or seen.bytes >= DALL_E_BYTES):
        raise _not_for_dall_e(seen)
    if first is not None:
        _check_mask((seen.width, seen.height), (first.look.width, first.look.height), family)
    if not seen.has_alpha:
        raise _bad_mask("mask image missing alpha channel", family)
    return _piece(given, seen)


def _seen(data: bytes) -> Look:
    """What the header says. Colours that a screen does not have are refused here, as at OpenAI."""
    seen = look(data)
    if seen.for_print or seen.deep:
        what = "is in CMYK, the colours of printing" if seen.for_print else "has 16 bits a colour"
        raise InvalidRequest(f"It {what}. Save it as RGB with 8 bits.", code="invalid_image_file")
    return seen


def _piece(given: Given, seen: Look) -> Piece:
    if given.picture is None:
        return Piece(given.data, seen)
    return Piece(given.data, seen, given.picture, is_kept=True)


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


# Keeping -------------------------------------------------------------------------------------------------------


@said_plainly()
def kept(account: Account, request: DrawRequest, pieces: Pieces, family: str) -> DrawRequest:
    """The request with its images in the gallery: unpacked, upright, stripped of everything but pixels. Pictures that
    are there already are only looked at.

    A picture that is to be its own mask is one only where some of it is clear, which its header does not say. All
    are unpacked before the first is stored. Slow, and writes the database.
    """
    named = {ref.public_id for ref in (*request.images, *filter(None, [request.mask]))}
    brought = {str(piece.public_id): piece for piece in pieces.all}
    plain = {name: _clean(piece, pieces, family) for name, piece in brought.items() if name in named}
    refs = {name: ImageRef(name, it.width, it.height, it.has_alpha) for name, it in plain.items()}
    images = tuple(refs[ref.public_id] for ref in request.images)
    mask = None if request.mask is None else refs[request.mask.public_id]
    if mask is not None and pieces.mask is not None:
        _check_mask((mask.width, mask.height), (images[0].width, images[0].height), family)
    elif mask is not None and not plain[mask.public_id].has_clear:
        mask = None
    for name, image in plain.items():
        if not brought[name].is_kept:
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

"""From pixels to a kept picture: encode, mark, store the blob; then one short fenced transaction for its rows.

The two halves are apart on purpose. Encoding and storing take tens of milliseconds and run in a thread outside any
transaction; the transaction that follows holds locks for a moment only.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from django.db import IntegrityError, transaction
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from limner.accounts.models import Account
from limner.engines.catalog import catalog
from limner.engines.contract import Drawn, DrawRequest, Size, Task
from limner.errors import EngineError, LimnerError, NotFound
from limner.gallery import services as gallery
from limner.gallery.models import Picture
from limner.gallery.queries import image_keys_visible_to
from limner.gallery.uploads import MAX_PIXELS
from limner.jobs import ledger
from limner.jobs.ledger import Claim
from limner.provenance import mark
from limner.storage import blobs
from limner.storage.blobs import Stored
from limner.storage.keys import picture_prefix

log = logging.getLogger(__name__)

FILE = "file"
"""`Drawn.mode` of a picture that came as an encoded file."""

_PIL_NAMES = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}
_READ = tuple(_PIL_NAMES.values())
_NO_PICTURE = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def image_keys(claimed: Claim) -> dict[str, str]:
    """The blobs of the pictures and uploads that a job changes, by public id. Raises NotFound where one is gone."""
    request = claimed.request
    named = {ref.public_id for ref in (*request.images, *filter(None, [request.mask]))}
    if not named:
        return {}
    account = Account.objects.get(pk=claimed.account_id)
    keys = image_keys_visible_to(account, [UUID(name) for name in named])
    found = {str(public_id): blob for public_id, blob in keys.items()}
    gone = {name for name in named if str(UUID(name)) not in found}
    if any(ref.public_id in gone for ref in request.images):
        raise NotFound("A picture that this job changes is no longer there. Ask for it again with another one.")
    if gone:
        raise NotFound("The mask of this edit is no longer there. Edit the picture again with another one.")
    return {name: found[str(UUID(name))] for name in named}


def images(keys: Mapping[str, str]) -> dict[str, bytes]:
    """Their bytes. Raises Unavailable when the storage is away, NotFound where a file is gone."""
    return {public_id: blobs.get(key) for public_id, key in keys.items()}


def store(claimed: Claim, drawn: Drawn, given: Mapping[str, bytes] = MappingProxyType({})) -> Stored:
    """Encode and mark a picture and store its blob, under a key that names job, attempt and index.

    `given` are the images of the order: what is only made larger goes on saying how it was made. Raises Unavailable
    when the storage is full or away, EngineError when the engine's file is no picture.
    """
    request = claimed.request
    made = gallery.provenance_of(request, drawn.index)
    if request.task is Task.UPSCALE:
        made = gallery.provenance_of_larger(request, given[request.images[0].public_id]) or made
    data = encoded(drawn, request.size, request.output_format, made, _compression(request))
    prefix = picture_prefix(claimed.job, claimed.attempt, drawn.index)
    return blobs.put(prefix, data, "jpg" if request.output_format == "jpeg" else request.output_format)


def _compression(request: DrawRequest) -> int | None:
    """The quality to encode at, where one was asked for and the target does not see to it."""
    target = catalog().get(request.model)
    as_wanted = request.draw_size == request.size  # anything else is asked for without loss, and scaled here
    if request.output_format == "png" or (
        as_wanted and target and "output_compression" in target.capabilities.options
    ):
        return None
    asked: int | None = request.options.get("output_compression")
    return asked


def encoded(drawn: Drawn, size: Size, format: str, made: mark.Provenance, compression: int | None = None) -> bytes:
    """The marked file: as the engine encoded it where that fits, else fitted to `size` and encoded anew."""
    if drawn.mode == FILE:
        image = _opened(drawn.data)
        fits = image.format == _PIL_NAMES[format] and image.size == (size.width, size.height)
        if fits and compression is None and _is_plain(image, drawn.data):
            return mark.mark(drawn.data, made)
        image = ImageOps.exif_transpose(_unpacked(image, drawn.data))
        if image.mode not in ("RGB", "RGBA"):
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif drawn.size == size:
        pixels = (size.width, size.height)
        return mark.encode(drawn.mode, pixels, drawn.data, format=format, metadata=made, compression=compression)
    else:
        image = Image.frombytes(drawn.mode, (drawn.size.width, drawn.size.height), drawn.data)
    if image.size != (size.width, size.height):
        # The middle of another shape: nothing is ever stretched.
        image = ImageOps.fit(image, (size.width, size.height), Image.Resampling.LANCZOS)
    raw = image.tobytes()
    return mark.encode(image.mode, image.size, raw, format=format, metadata=made, compression=compression)


def _is_plain(image: Image.Image, data: bytes) -> bool:
    """One picture, the right way up: what every program shows alike."""
    if image.format == "PNG" and b"eXIf" not in data and b"Raw profile type exif" not in data:
        upright = True  # Pillow would unpack it to look for its EXIF, which may come last
    else:
        upright = image.getexif().get(ExifTags.Base.Orientation, 1) in (0, 1)
    return upright and getattr(image, "n_frames", 1) == 1


def _opened(data: bytes) -> Image.Image:
    """The picture by its head, as far as it can be told without unpacking it."""
    try:
        image = Image.open(io.BytesIO(data), formats=_READ)
    except _NO_PICTURE as error:
        raise _no_picture(data) from error
    if image.width * image.height > MAX_PIXELS:
        raise EngineError(
            f"The model answered with a picture of {image.width}x{image.height}, which is more than Limner keeps."
        )
    return image


def _unpacked(image: Image.Image, data: bytes) -> Image.Image:
    try:
        image.load()
    except _NO_PICTURE as error:
        raise _no_picture(data) from error
    return image


def _no_picture(data: bytes) -> EngineError:
    return EngineError(f"The model answered with something that is not a picture{_what(data)}.")


def _what(data: bytes) -> str:
    if data.startswith((b"GIF87a", b"GIF89a")):
        return " Limner can keep: a GIF, where PNG, JPEG or WebP was expected"
    if b"<svg" in data[:1000].lower():
        return " Limner can keep: an SVG, where PNG, JPEG or WebP was expected"
    return ""


def keep(claimed: Claim, drawn: Drawn, stored: Stored, *, last: bool, lease_seconds: float) -> bool:
    """Write the picture's row and events; with the last one the end of the job and the capture of its price.

    False: the attempt has lost the job, so the result is discarded and its blob deleted. Safe to call again after a
    lost connection, when nobody knows whether the commit came through.
    """
    try:
        if _kept_now(claimed, drawn, stored, last=last, lease_seconds=lease_seconds):
            return True
    except IntegrityError:
        # This very picture has its row: the first call's answer was lost, not its commit.
        if not _has_row(stored):
            raise
        return True
    if _has_row(stored):
        return True
    log.warning("Attempt %d of job %s came too late: its picture is discarded.", claimed.attempt, claimed.job)
    discard(stored)
    return False


def _kept_now(claimed: Claim, drawn: Drawn, stored: Stored, *, last: bool, lease_seconds: float) -> bool:
    request = claimed.request
    with transaction.atomic():
        mine = ledger.keep(claimed, lease_seconds=lease_seconds, last=last)
        if mine:
            picture = gallery.record(
                account_id=claimed.account_id,
                job=claimed.job,
                index=drawn.index,
                attempt=claimed.attempt,
                stored=stored,
                size=request.size,
                format=request.output_format,
                request=request,
            )
            ledger.kept(claimed, _picture_data(picture), last=last)
    return mine


def _has_row(stored: Stored) -> bool:
    return Picture.objects.filter(blob=stored.key).exists()


def discard(stored: Stored) -> None:
    """Delete a blob that no row names. One that cannot be deleted now is left to the sweeper."""
    try:
        blobs.delete(stored.key)
    except LimnerError:
        log.exception("A discarded blob could not be deleted; the sweeper will take it.")


def _picture_data(picture: Picture) -> dict[str, object]:
    return {
        "index": picture.index,
        "picture": str(picture.public_id),
        "width": picture.width,
        "height": picture.height,
    }

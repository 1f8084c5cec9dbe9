"""From pixels to a kept picture: encode, mark, store the blob; then one short fenced transaction for its rows.

The two halves are apart on purpose. Encoding and storing take tens of milliseconds and run in a thread outside any
transaction; the transaction that follows holds locks for a moment only.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from uuid import UUID

from django.db import IntegrityError, transaction
from PIL import Image, UnidentifiedImageError

from limner.accounts.models import Account
from limner.engines.contract import Drawn, Size
from limner.errors import EngineError, LimnerError, NotFound
from limner.gallery import services as gallery
from limner.gallery.models import Picture
from limner.gallery.queries import image_keys_visible_to
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


def image_keys(claimed: Claim) -> dict[str, str]:
    """The blobs of the pictures and uploads that a job changes, by public id. Raises NotFound where one is gone."""
    request = claimed.request
    named = {ref.public_id for ref in (*request.images, *filter(None, [request.mask]))}
    if not named:
        return {}
    account = Account.objects.get(pk=claimed.account_id)
    keys = image_keys_visible_to(account, [UUID(name) for name in named])
    found = {str(public_id): blob for public_id, blob in keys.items()}
    if any(str(UUID(name)) not in found for name in named):
        raise NotFound("A picture that this job changes is no longer there. Ask for it again with another one.")
    return {name: found[str(UUID(name))] for name in named}


def images(keys: Mapping[str, str]) -> dict[str, bytes]:
    """Their bytes. Raises Unavailable when the storage is away, NotFound where a file is gone."""
    return {public_id: blobs.get(key) for public_id, key in keys.items()}


def store(claimed: Claim, drawn: Drawn) -> Stored:
    """Encode and mark a picture and store its blob, under a key that names job, attempt and index.

    Raises Unavailable when the storage is full or away, EngineError when the engine's file is no picture.
    """
    request = claimed.request
    made = gallery.provenance_of(request, drawn.index)
    data = encoded(drawn, request.size, request.output_format, made)
    prefix = picture_prefix(claimed.job, claimed.attempt, drawn.index)
    return blobs.put(prefix, data, "jpg" if request.output_format == "jpeg" else request.output_format)


def encoded(drawn: Drawn, size: Size, format: str, made: mark.Provenance) -> bytes:
    """The marked file: as the engine encoded it where that fits, else fitted to `size` and encoded anew."""
    if drawn.mode == FILE:
        image = _opened(drawn.data)
        if image.format == _PIL_NAMES[format] and image.size == (size.width, size.height):
            return mark.mark(drawn.data, made)
        image = image if image.mode in ("RGB", "RGBA") else image.convert("RGBA")
    elif drawn.size == size:
        return mark.encode(drawn.mode, (size.width, size.height), drawn.data, format=format, metadata=made)
    else:
        image = Image.frombytes(drawn.mode, (drawn.size.width, drawn.size.height), drawn.data)
    if image.size != (size.width, size.height):
        image = image.resize((size.width, size.height), Image.Resampling.LANCZOS)
    return mark.encode(image.mode, image.size, image.tobytes(), format=format, metadata=made)


def _opened(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise EngineError("The model answered with something that is not a picture.") from error
    return image


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

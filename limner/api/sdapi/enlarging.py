"""`extra-…-image(s)` by the model that makes pictures larger here: each is a job that is waited for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from limner.accounts.models import Account
from limner.api.auth import Caller
from limner.api.free import cancelled_elsewhere, ended
from limner.api.sdapi.asking import MARKED
from limner.api.sdapi.images import bytes_of, enlarged, refuse_too_large, resized, unpacked, wanted_of, working
from limner.api.sdapi.shapes import Extras
from limner.engines.catalog import Model
from limner.engines.contract import DrawRequest
from limner.gallery.models import Picture, Upload
from limner.gallery.services import forget_uploads, keep_upload
from limner.jobs.enlarging import enlarger_for, factors_for, larger
from limner.jobs.services import REFUSED
from limner.jobs.threads import run_in
from limner.jobs.trouble import said_plainly
from limner.jobs.waiting import refuse_when_stopping
from limner.provenance.mark import Provenance, mark, read
from limner.storage import blobs


def named(account: Account, name: str) -> Model | None:
    """The model that makes this account's pictures larger, where it is called so. Reads the database."""
    by = enlarger_for(account)
    return by if by is not None and name.casefold() in (by.name.casefold(), by.title.casefold()) else None


@dataclass(frozen=True, slots=True)
class Larger:
    """A picture as PNG at its new size."""

    file: bytes
    by_model: bool
    """False where the model had no work with it."""


async def enlarged_by(caller: Caller, by: Model, images: Sequence[str], how: Extras) -> list[Larger]:
    """Each picture at its new size. What the model makes is kept, like all of it. Raises as a drawing does."""
    refuse_when_stopping()
    files = await run_in(working, _files, images, how)
    return [await _one(caller, by, file, how) for file in files]


def _files(images: Sequence[str], how: Extras) -> list[bytes]:
    files = [bytes_of(image) for image in images]
    refuse_too_large([wanted_of(file, how) for file in files])
    return files


async def _one(caller: Caller, by: Model, file: bytes, how: Extras) -> Larger:
    kept = await run_in(working, _kept, caller.account, file, how)
    if kept is None:
        return Larger(await run_in(working, lambda: next(enlarged([file], how))), by_model=False)
    upload, request = kept
    try:
        done = await ended(caller, request, by)
    except REFUSED:
        await run_in(working, forget_uploads, caller.account, {upload.public_id})
        raise
    if not done.pictures:
        raise cancelled_elsewhere()
    return Larger(await run_in(working, _answer, done.pictures[0], by, file, how), by_model=True)


@said_plainly()
def _kept(account: Account, file: bytes, how: Extras) -> tuple[Upload, DrawRequest] | None:
    """The picture, and what is asked of the model; None where it is not to be made larger, or cannot be."""
    image = unpacked(file)
    wide, high = wanted_of(file, how)
    factors = factors_for(image.width, image.height)
    if not factors or (wide <= image.width and high <= image.height):
        return None
    enough = [factor for factor in factors if image.width * factor >= wide and image.height * factor >= high]
    if (said := read(file)) is not None and said.made_by_a_model:
        # What is kept of it shall say so too. Its words stay out: no rule has looked at them.
        bare = Provenance(model=said.model, source_type=said.source_type)
        image = replace(image, data=mark(image.data, bare))
    upload = keep_upload(account, image)
    request = larger(account, upload, min(enough, default=factors[-1]))
    return upload, replace(request, options={**request.options, **MARKED})


def _answer(picture: Picture, by: Model, file: bytes, how: Extras) -> bytes:
    """The picture at the size that was asked for exactly, with the mark that the given file had."""
    made = blobs.get(picture.blob)
    wide, high = wanted_of(file, how)
    plain = resized(made, (wide, high), how)
    said = read(file) or read(made)
    return mark(plain, replace(said, upscaler=by.name, width=wide, height=high)) if said else plain

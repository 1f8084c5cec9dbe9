"""What can be done to pictures and uploads, one function per verb: permission and write in one place."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from limner.accounts.models import Account
from limner.accounts.storage_use import count_bytes, refuse_when_full
from limner.engines.catalog import catalog
from limner.engines.contract import ENLARGED_BY, REFINES, STYLED, DrawRequest, Size, Task
from limner.engines.weights import fingerprint, sampler
from limner.errors import NotAllowed, NotFound, say
from limner.gallery import publishing, search
from limner.gallery.models import LANCZOS, Lineage, Picture, Upload
from limner.gallery.queries import claimed, picture_visible_to, pictures_visible_to, trash_of, trashed_picture_of
from limner.gallery.uploads import Clean, clean
from limner.provenance.mark import ALGORITHMICALLY_ENHANCED, Provenance, read
from limner.storage import blobs, sweeper
from limner.storage.blobs import Stored
from limner.storage.derived import delete_with_derived
from limner.storage.keys import UPLOADS

DAY = timedelta(hours=24)

_KINDS = {Task.EDIT: Lineage.Kind.EDIT, Task.VARY: Lineage.Kind.VARY, Task.UPSCALE: Lineage.Kind.UPSCALE}


def provenance_of(request: DrawRequest, index: int) -> Provenance:
    """What picture `index` of a job will say about itself in its file."""
    model = catalog().get(request.model)
    weights = model.path if model else None
    return Provenance(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        model=request.model,
        seed=request.seed + index,
        steps=request.steps,
        guidance=request.guidance,
        width=request.size.width,
        height=request.size.height,
        sampler=sampler(weights),
        model_hash=fingerprint(weights),
        strength=request.strength,
    )


def provenance_of_larger(request: DrawRequest, source: bytes) -> Provenance | None:
    """What a picture that is only made larger will say: what its `source` file says, and which model did it.

    None for an upload that says nothing and that no model touches.
    """
    by = str(request.options.get(ENLARGED_BY, ""))
    made = read(source)
    if made is None and request.model != LANCZOS:
        made = provenance_of(request, 0)
    if made is None and by:
        made = Provenance(source_type=ALGORITHMICALLY_ENHANCED)
    return made and replace(made, width=request.size.width, height=request.size.height, upscaler=by or made.upscaler)


def record(
    *,
    account_id: int,
    job: UUID,
    index: int,
    attempt: int,
    stored: Stored,
    size: Size,
    format: str,
    request: DrawRequest,
) -> Picture:
    """Write the row of a picture whose blob is kept, inside the caller's transaction.

    Raises IntegrityError on a second picture with the same job and index.
    """
    picture = Picture.objects.create(
        account_id=account_id,
        job=job,
        index=index,
        attempt=attempt,
        blob=stored.key,
        sha256=stored.sha256,
        bytes=stored.bytes,
        width=size.width,
        height=size.height,
        format=format,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        model=request.model,
        seed=request.seed + index,
        style=str(request.options.get(STYLED, "")),
        parameters={
            "task": str(request.task),
            "steps": request.steps,
            "guidance": request.guidance,
            "strength": request.strength,
            "draw_size": str(request.draw_size),
            "quality": request.quality,
            "background": request.background,
            **({ENLARGED_BY: request.options[ENLARGED_BY]} if ENLARGED_BY in request.options else {}),
        },
    )
    count_bytes(account_id, stored.bytes)
    _record_parents(picture, request)
    publishing.hang(picture)
    search.index([picture])
    return picture


def _record_parents(picture: Picture, request: DrawRequest) -> None:
    """One lineage row per parent: the picture that the prompt goes on from, each image of the request, and a mask
    that was brought: as long as the picture is there, it can be drawn again with it.

    A parent that the account may not use, or no longer, leaves a row that names none.
    """
    # The first image is what was changed; the others were only looked at.
    images = [(ref.public_id, _KINDS.get(request.task, Lineage.Kind.REFERENCE)) for ref in request.images[:1]]
    images += [(ref.public_id, Lineage.Kind.REFERENCE) for ref in request.images[1:]]
    refined = [(str(request.options[REFINES]), Lineage.Kind.REFINE)] if REFINES in request.options else []
    parents = [(UUID(public_id), kind) for public_id, kind in refined + images]
    if not parents:
        return  # nor is there a mask: it is one of an image
    mask = UUID(request.mask.public_id) if request.mask else None
    ids = [public_id for public_id, _ in parents]
    pictures = {row.public_id: row for row in pictures_visible_to(picture.account).filter(public_id__in=ids)}
    uploads = {
        row.public_id: row for row in Upload.objects.filter(account=picture.account, public_id__in=[*ids, mask])
    }
    if mask in uploads and mask not in ids:
        parents.append((mask, Lineage.Kind.REFERENCE))
    Lineage.objects.bulk_create(
        Lineage(child=picture, parent_picture=pictures.get(key), parent_upload=uploads.get(key), kind=kind)
        for key, kind in parents
    )


def trash(account: Account, public_id: UUID) -> Picture:
    """Put one's own picture into the trash: it is gone everywhere at once, and can be restored.

    A second time changes nothing. Raises NotFound, or NotAllowed for somebody else's public picture.
    """
    with transaction.atomic():
        try:
            picture = picture_visible_to(account, public_id)
        except NotFound:
            return trashed_picture_of(account, public_id)
        if picture.account_id != account.pk:
            raise NotAllowed(say("Only the person who made a picture can put it into the trash."))
        picture.trashed_at = timezone.now()
        if Picture.objects.filter(pk=picture.pk, trashed_at=None).update(trashed_at=picture.trashed_at):
            search.index([picture])
            return picture
    return trashed_picture_of(account, public_id)  # somebody was quicker: it is there already, or gone


def restore(account: Account, public_id: UUID) -> Picture:
    """Take one's own picture out of the trash. A second time changes nothing. Raises NotFound."""
    with transaction.atomic():
        # Locked: the trash may be emptied at this moment.
        picture = trash_of(account).select_for_update(of=("self",)).filter(public_id=public_id).first()
        if picture is None:
            picture = picture_visible_to(account, public_id)
            if picture.account_id != account.pk:
                raise NotAllowed(say("Only the person who made a picture can take it out of the trash."))
            return picture
        picture.trashed_at = None
        picture.save(update_fields=["trashed_at"])
        search.index([picture])
        return picture


def store_upload(account: Account, data: bytes) -> Upload:
    """Keep an image that a person gave, made harmless first (see `uploads.clean`).

    Raises InvalidRequest with a sentence for anything that is not a whole picture of a sensible size.
    """
    return keep_upload(account, clean(data))


def keep_upload(account: Account, image: Clean, public_id: UUID | None = None) -> Upload:
    """Keep an image that is already clean, under a public id that the caller may have chosen.

    Raises OutOfStorage where the account keeps as much as its plan allows.
    """
    refuse_when_full(account)
    upload = Upload(
        public_id=public_id or uuid4(),
        account=account,
        width=image.width,
        height=image.height,
        has_alpha=image.has_alpha,
    )
    stored = blobs.put(f"{UPLOADS}/{upload.public_id}", image.data, ".png")
    upload.blob, upload.sha256, upload.bytes = stored.key, stored.sha256, stored.bytes
    with transaction.atomic():
        upload.save()
        count_bytes(account.pk, upload.bytes)
    return upload


def forget_uploads(account: Account, public_ids: Collection[UUID]) -> None:
    """Delete uploads that were given for a job that came to nothing. Those a picture descends from stay."""
    for upload in Upload.objects.filter(account=account, public_id__in=public_ids, children=None):
        with transaction.atomic():
            upload.delete()
            count_bytes(account.pk, -upload.bytes)
        delete_with_derived(upload.blob)


def sweep_uploads(older_than: timedelta = DAY, *, needed: Collection[str] = ()) -> int:
    """Forget uploads that are older than this, that no picture descends from and that are not `needed` (public ids).

    Says how many. Their files go with them: later nobody could tell whose they were.
    """
    old = Upload.objects.filter(created_at__lt=timezone.now() - older_than, children=None)
    gone = 0
    for pk, public_id in list(old.values_list("pk", "public_id")):
        if str(public_id) in needed:
            continue
        with transaction.atomic():
            upload = old.filter(pk=pk).select_for_update(of=("self",)).first()
            if upload is not None:
                upload.delete()
                count_bytes(upload.account_id, -upload.bytes)
                delete_with_derived(upload.blob)  # where the storage is away the row stays, for the next time
                gone += 1
    return gone


def sweep_blobs(
    known_jobs: sweeper.Known, older_than: timedelta = DAY, go_on: Callable[[], bool] = lambda: True
) -> int:
    """Delete pictures' blobs that no picture names, of jobs that are known here; says how many.

    Only those older than `older_than`, and while `go_on` says so. Raises Unavailable when the storage is away.
    """
    return sweeper.sweep(claimed, known_jobs, older_than, go_on)

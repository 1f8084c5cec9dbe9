"""Reading pictures. Every read begins with the viewer; None is somebody who is not signed in."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet

from limner.accounts.models import Account
from limner.engines.contract import ImageRef
from limner.errors import NotAllowed, NotFound, say
from limner.gallery.models import Lineage, Picture, Upload
from limner.storage.signing import Opened


def pictures_visible_to(account: Account | None) -> QuerySet[Picture]:
    """One's own pictures and everybody's public ones (where there is a gallery), without the trash."""
    kept = Picture.objects.filter(trashed_at=None)
    if settings.LIMNER_GALLERY == "off":
        return kept.none() if account is None else kept.filter(account=account)
    return kept.filter(Q(public=True) if account is None else Q(public=True) | Q(account=account))


def picture_visible_to(account: Account | None, public_id: UUID) -> Picture:
    """The picture, where this viewer may see it, without words that its owner keeps to themselves.

    Raises NotFound: what is not theirs does not exist.
    """
    return seen_by(account, _the_one(pictures_visible_to(account), public_id))


def keeps_words_from(picture: Picture, account: Account | None) -> bool:
    """Whether this viewer may see the picture, and not its prompt."""
    return not picture.shows_prompt and (account is None or picture.account_id != account.pk)


def seen_by(account: Account | None, picture: Picture) -> Picture:
    """The picture as this viewer may read it. Taken out here, no page, file or form can let the words slip."""
    if keeps_words_from(picture, account):
        picture.prompt = picture.negative_prompt = ""
    return picture


def pictures_of(account: Account) -> QuerySet[Picture]:
    """One's own pictures, newest first, without the trash."""
    return Picture.objects.filter(account=account, trashed_at=None).order_by("-id")


def trash_of(account: Account) -> QuerySet[Picture]:
    """One's own pictures that are in the trash, newest first."""
    return Picture.objects.filter(account=account, trashed_at__isnull=False).order_by("-id")


def trashed_picture_of(account: Account | None, public_id: UUID) -> Picture:
    """One's own picture in the trash. Raises NotFound."""
    if account is None:
        raise NotFound(say("There is no such picture."))
    return _the_one(trash_of(account), public_id)


def picture_behind_address(address: Opened, who: Callable[[], Account | None]) -> Picture:
    """The picture that a signed address names: the signature stands for the viewer. Raises NotFound.

    What was taken down only its owner and moderators see, whoever else has an address: only then it matters `who`.
    """
    there = pictures_visible_to(None) if address.while_public else Picture.objects.filter(trashed_at=None)
    picture = _the_one(there, address.public_id)
    if picture.taken_down_at is not None:
        viewer = who()
        looks_after_it = viewer is not None and (viewer.is_staff or viewer.pk == picture.account_id)
        if not looks_after_it:
            raise NotFound(say("There is no such picture."))
    return picture


def image_keys_visible_to(account: Account, public_ids: Collection[UUID]) -> dict[UUID, str]:
    """The blobs of these pictures, where the account may make others of them, and of these uploads, where they are
    its own."""
    pictures = _sources_of(account).filter(public_id__in=public_ids)
    uploads = Upload.objects.filter(account=account, public_id__in=public_ids)
    return {key: blob for rows in (pictures, uploads) for key, blob in rows.values_list("public_id", "blob")}


def image_refs_visible_to(account: Account, public_ids: Collection[UUID]) -> dict[UUID, ImageRef]:
    """The same as an engine is told of them. A picture's own alpha is not on record: it reads as opaque."""
    pictures = _sources_of(account).filter(public_id__in=public_ids)
    uploads = uploads_of(account).filter(public_id__in=public_ids)
    found = {row.public_id: ImageRef(str(row.public_id), row.width, row.height) for row in pictures}
    for row in uploads:
        found[row.public_id] = ImageRef(str(row.public_id), row.width, row.height, row.has_alpha)
    return found


def _sources_of(account: Account) -> QuerySet[Picture]:
    """What the account sees, without what was taken down: nothing is made from that."""
    return pictures_visible_to(account).filter(taken_down_at=None)


def uploads_of(account: Account) -> QuerySet[Upload]:
    """One's own uploads, newest first."""
    return Upload.objects.filter(account=account).order_by("-id")


def parents_among(uploads: Collection[Upload]) -> set[UUID]:
    """Those of the uploads that a picture descends from."""
    named = Lineage.objects.filter(parent_upload__in=uploads)
    return set(named.values_list("parent_upload__public_id", flat=True))


def upload_of(account: Account, public_id: UUID) -> Upload:
    """One of them. Raises NotFound."""
    upload = uploads_of(account).filter(public_id=public_id).first()
    if upload is None:
        raise NotFound(say("There is no such upload."))
    return upload


def own_image(account: Account, public_id: UUID) -> Picture | Upload:
    """One's own picture or upload, to be changed. Raises NotFound, or NotAllowed where it was taken down."""
    found = pictures_of(account).filter(public_id=public_id).first() or (
        uploads_of(account).filter(public_id=public_id).first()
    )
    if found is None:
        raise NotFound(say("There is no such picture."))
    if isinstance(found, Picture) and found.taken_down_at is not None:
        raise NotAllowed(say("A moderator took this picture down, so nothing can be made from it."))
    return found


def ancestors_of(picture: Picture) -> list[Picture]:
    """Every picture that it descends from and that is still there, whoever's it is and in the trash too: to judge it
    by, not to be shown."""
    found: dict[int, Picture] = {}
    youngest = {picture.pk}
    while youngest:
        parents = Picture.objects.filter(children__child__in=youngest).exclude(pk=picture.pk).distinct()
        youngest = {parent.pk for parent in parents if parent.pk not in found}
        found |= {parent.pk: parent for parent in parents}
    return list(found.values())


def changed_from(picture: Picture) -> Picture | Upload | None:
    """What a picture was changed from, where that is still there: the first of its parents."""
    parents = Lineage.objects.select_related("parent_picture", "parent_upload")
    line = parents.filter(child=picture).exclude(kind=Lineage.Kind.REFERENCE).order_by("id").first()
    if line is None:
        return None
    before = line.parent_picture
    return line.parent_upload if before is None or before.trashed_at else before


def drawn_since(account: Account, since: datetime) -> dict[str, int]:
    """How many of the account's pictures were made since then, by model, the most used first; the trash too."""
    made = Picture.objects.filter(account=account, created_at__gte=since).values("model").annotate(count=Count("id"))
    return {row["model"]: row["count"] for row in made.order_by("-count", "model")}


def claimed(keys: Collection[str]) -> set[str]:
    """Those of the keys that a picture (in the trash too) or an upload names."""
    return set(Picture.objects.filter(blob__in=keys).values_list("blob", flat=True)) | set(
        Upload.objects.filter(blob__in=keys).values_list("blob", flat=True)
    )


MOST_RELATIVES = 200
"""Pictures of one family that are read: the nearest."""

# One walk along all lineage, up and down, instead of a query a generation. It goes through what this viewer may see,
# and through what they have put into the trash themselves.
_KIN = f"""
    WITH RECURSIVE kin(id) AS (
        SELECT id FROM {Picture._meta.db_table} WHERE id = %s
        UNION
        SELECT picture.id FROM kin
            JOIN {Lineage._meta.db_table} line ON line.child_id = kin.id OR line.parent_picture_id = kin.id
            JOIN {Picture._meta.db_table} picture ON picture.id IN (line.child_id, line.parent_picture_id)
                AND (picture.account_id = %s OR (%s AND picture.public AND picture.trashed_at IS NULL))
    )
    SELECT id FROM kin LIMIT %s
"""


def relatives_visible_to(account: Account | None, picture: Picture) -> tuple[list[Picture], list[Lineage], bool]:
    """The picture and all it descends from or is an ancestor of, the oldest first; the rows that name their parents;
    and whether there are more of them. One's own are there out of the trash too: as a place, not to be shown."""
    with connection.cursor() as cursor:
        gallery = settings.LIMNER_GALLERY != "off"
        cursor.execute(_KIN, [picture.pk, account.pk if account else None, gallery, MOST_RELATIVES + 1])
        ids = [pk for (pk,) in cursor.fetchall()]
    pictures = Picture.objects.filter(pk__in=ids[:MOST_RELATIVES]).order_by("pk")
    lines = Lineage.objects.filter(child__in=ids[:MOST_RELATIVES]).order_by("pk")
    return [seen_by(account, row) for row in pictures], list(lines), len(ids) > MOST_RELATIVES


def _the_one(pictures: QuerySet[Picture], public_id: UUID) -> Picture:
    picture = pictures.filter(public_id=public_id).first()
    if picture is None:
        raise NotFound(say("There is no such picture."))
    return picture

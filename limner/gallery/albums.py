"""Albums: pictures of one's own that belong together. A picture may be in many, and is in each once."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery

from limner.accounts.models import Account
from limner.errors import InvalidRequest, NotFound, say
from limner.gallery.models import Album, AlbumPicture, Picture
from limner.gallery.queries import pictures_of

LONGEST_NAME = 80
AT_ONCE = 500
"""A database takes only so many values at a time."""


def albums_of(account: Account) -> QuerySet[Album]:
    """One's own albums, by name."""
    return Album.objects.filter(account=account).order_by("name")


def albums_shown(account: Account) -> list[tuple[Album, int, Picture | None]]:
    """Each with how many pictures it has out of the trash, and the newest of them."""
    inside = AlbumPicture.objects.filter(album=OuterRef("pk"), picture__trashed_at=None).order_by("-picture")
    counted = inside.order_by().values("album").annotate(n=Count("pk")).values("n")
    albums = list(albums_of(account).annotate(n=Subquery(counted), newest=Subquery(inside.values("picture")[:1])))
    covers = Picture.objects.in_bulk([album.newest for album in albums if album.newest])
    return [(album, album.n or 0, covers.get(album.newest)) for album in albums]


def album_of(account: Account, public_id: UUID) -> Album:
    """One of them. Raises NotFound."""
    album = albums_of(account).filter(public_id=public_id).first()
    if album is None:
        raise NotFound(say("There is no such album."))
    return album


def pictures_in(album: Album, *, before: int | None = None) -> QuerySet[Picture]:
    """Its pictures, newest first, without the trash."""
    entries = AlbumPicture.objects.filter(album=album, picture__trashed_at=None)
    if before is not None:
        entries = entries.filter(picture__lt=before)
    return Picture.objects.filter(pk__in=entries.values("picture"), trashed_at=None).order_by("-id")


def make(account: Account, name: str) -> Album:
    """A new album, or the one that has this name. Raises InvalidRequest."""
    album, _ = Album.objects.get_or_create(account=account, name=_sound(name))
    return album


def rename(account: Account, public_id: UUID, name: str) -> Album:
    """Raises InvalidRequest for a name that another album has."""
    album = album_of(account, public_id)
    album.name = _sound(name)
    try:
        with transaction.atomic():
            album.save(update_fields=["name"])
    except IntegrityError:
        raise InvalidRequest(
            say("Another of your albums is called “{name}”. Choose another name.", name=album.name), param="name"
        ) from None
    return album


def remove(account: Account, public_id: UUID) -> None:
    """The album goes; its pictures stay."""
    album_of(account, public_id).delete()


def put(account: Account, album: Album, public_ids: Collection[UUID]) -> int:
    """Put pictures of one's own into an album; says how many of them are in it now."""
    named, ids = list(public_ids), list[int]()
    for start in range(0, len(named), AT_ONCE):
        mine = pictures_of(account).filter(public_id__in=named[start : start + AT_ONCE])
        ids += mine.values_list("pk", flat=True)
    AlbumPicture.objects.bulk_create(
        [AlbumPicture(album=album, picture_id=pk) for pk in ids], ignore_conflicts=True, batch_size=AT_ONCE
    )
    return len(ids)


def take_out(account: Account, album: Album, public_ids: Collection[UUID]) -> None:
    """Take pictures out of an album; they stay where they are otherwise."""
    named, mine = list(public_ids), AlbumPicture.objects.filter(album=album, album__account=account)
    for start in range(0, len(named), AT_ONCE):
        mine.filter(picture__public_id__in=named[start : start + AT_ONCE]).delete()


def _sound(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidRequest(say("Give the album a name of 1 to {most} letters.", most=LONGEST_NAME), param="name")
    return name

"""What goes for good: row, file and all that was made of it. Pictures that came of it keep a tombstone."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from limner.accounts.models import Account
from limner.accounts.storage_use import count_bytes
from limner.gallery import search
from limner.gallery.models import Picture
from limner.gallery.queries import pictures_of, trash_of, uploads_of
from limner.storage.derived import delete_with_derived

AT_ONCE = 50
"""Pictures a transaction: a storage takes its time, and nobody else writes meanwhile on SQLite."""
WRITTEN_AT_ONCE = 200


def empty(account: Account) -> int:
    """Delete everything in this account's trash."""
    return delete_pictures(trash_of(account))


def purge(older_than: timedelta | None = None, go_on: Callable[[], bool] = lambda: True) -> int:
    """Delete what has been in anybody's trash longer than it is kept; says how many."""
    before = timezone.now() - (timedelta(days=settings.LIMNER_KEEP_TRASH) if older_than is None else older_than)
    old = Picture.objects.filter(trashed_at__isnull=False, trashed_at__lt=before).order_by("trashed_at")
    return delete_pictures(old, go_on)


def delete_pictures(pictures: QuerySet[Picture], go_on: Callable[[], bool] = lambda: True) -> int:
    """Delete pictures with their files, some at a time. Raises Unavailable where the storage is away: the rows of
    those whose files are left stay, for another try."""
    gone = 0
    while go_on() and (batch := _delete_some(pictures)):
        gone += batch
    return gone


def delete_uploads(account: Account) -> int:
    """Delete every upload of this account, those that pictures descend from too."""
    gone = 0
    for upload in uploads_of(account).iterator():
        with transaction.atomic():
            upload.delete()
            count_bytes(account.pk, -upload.bytes)
            delete_with_derived(upload.blob)
        gone += 1
    return gone


def _delete_some(pictures: QuerySet[Picture]) -> int:
    with transaction.atomic():
        some = list(pictures.select_for_update(of=("self",)).only("pk", "account_id", "blob", "bytes")[:AT_ONCE])
        Picture.objects.filter(pk__in=[picture.pk for picture in some]).delete()
        for account in {picture.account_id for picture in some}:
            count_bytes(account, -sum(picture.bytes for picture in some if picture.account_id == account))
        # Last, inside: where the storage is away, the rows stay too and name what is left.
        for picture in some:
            delete_with_derived(picture.blob)
    return len(some)


def named(texts: Collection[str]) -> list[UUID]:
    """The public ids among what a form sent, each once; whatever is none is left out."""
    found: dict[UUID, None] = {}
    for text in texts:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)


def put_in(account: Account, ids: Collection[int]) -> int:
    """Put many of one's own pictures into the trash, some at a time; says how many went."""
    return _moved(pictures_of(account), list(ids), now=True)


def take_back(account: Account, ids: Collection[int]) -> int:
    """Take many of one's own pictures out of the trash; says how many came back."""
    return _moved(trash_of(account), list(ids), now=False)


def _moved(pictures: QuerySet[Picture], ids: list[int], *, now: bool) -> int:
    count = 0
    for start in range(0, len(ids), WRITTEN_AT_ONCE):
        with transaction.atomic():
            some = list(pictures.select_for_update(of=("self",)).filter(pk__in=ids[start : start + WRITTEN_AT_ONCE]))
            for picture in some:
                picture.trashed_at = timezone.now() if now else None
            Picture.objects.bulk_update(some, ["trashed_at"])
            search.index(some)
        count += len(some)
    return count

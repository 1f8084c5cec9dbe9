"""What is deleted for good is gone from the disk and the database; what is only in the trash is kept its time."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from limner.accounts.models import Account
from limner.errors import InvalidRequest, NotFound
from limner.gallery import albums, services, trash
from limner.gallery.models import Lineage, Picture
from limner.gallery.queries import trash_of
from limner.gallery.thumbnails import thumbnail
from limner.gallery.zipping import zipped
from limner.storage import blobs
from tests.gallery.people import keep, wish

pytestmark = pytest.mark.django_db


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_picture_deleted_for_good_leaves_no_file_no_row_and_a_tombstone(alice: Account, pictures: Path) -> None:
    parent, child = keep(alice), keep(alice)
    Lineage.objects.create(child=child, parent_picture=parent, kind=Lineage.Kind.EDIT)
    Account.objects.filter(pk=alice.pk).update(bytes_kept=parent.bytes + child.bytes)
    thumbnail(parent.blob, 256)
    services.trash(alice, parent.public_id)
    asked = trash_of(alice).filter(pk__in=[parent.pk, child.pk])  # the child is not in the trash
    assert trash.delete_pictures(asked) == 1
    assert list(Picture.objects.all()) == [child]
    assert Lineage.objects.get(child=child).parent_picture is None
    assert [blobs.exists(parent.blob), len(files(pictures))] == [False, 1]
    alice.refresh_from_db()
    assert alice.bytes_kept == child.bytes


def test_nobody_empties_anothers_trash(alice: Account, bob: Account, pictures: Path) -> None:
    services.trash(alice, keep(alice).public_id)
    assert trash.empty(bob) == 0
    assert trash.empty(alice) == 1


def test_the_trash_keeps_a_picture_thirty_days(alice: Account, pictures: Path) -> None:
    picture = services.trash(alice, keep(alice).public_id)
    assert trash.purge() == 0
    Picture.objects.filter(pk=picture.pk).update(trashed_at=timezone.now() - timedelta(days=31))
    assert trash.purge() == 1
    assert files(pictures) == []


def test_albums_hold_ones_own_pictures_once(alice: Account, bob: Account, pictures: Path) -> None:
    mine, theirs = keep(alice), keep(bob)
    album = albums.make(alice, " Boats ")
    for _ in range(2):
        albums.put(alice, album, [mine.public_id, theirs.public_id])
    assert list(albums.pictures_in(album)) == [mine]
    with pytest.raises(NotFound):
        albums.album_of(bob, album.public_id)
    services.trash(alice, mine.public_id)
    assert albums.albums_shown(alice) == [(album, 0, None)]
    services.restore(alice, mine.public_id)
    albums.take_out(alice, album, [mine.public_id])
    assert list(albums.pictures_in(album)) == []
    albums.make(alice, "Trees")
    with pytest.raises(InvalidRequest):
        albums.rename(alice, album.public_id, "Trees")
    albums.remove(alice, album.public_id)
    assert Picture.objects.filter(pk=mine.pk).exists()


def test_a_zip_has_each_picture_and_its_words(alice: Account, pictures: Path) -> None:
    kept = [keep(alice, wish("a boat/../../x")), keep(alice, format="jpg")]
    lost = keep(alice)
    blobs.delete(lost.blob)
    made = zipfile.ZipFile(io.BytesIO(b"".join(zipped([picture.pk for picture in (*kept, lost)]))))
    assert made.testzip() is None
    told = json.loads(made.read("pictures.json"))
    assert [one["prompt"] for one in told] == ["a boat/../../x", "a red boat", "a red boat"]
    assert all("/" not in name and ".." not in name for name in made.namelist())
    assert made.read(told[0]["file"]) == blobs.get(kept[0].blob)


@pytest.mark.extra
def test_a_zip_of_thousands_of_pictures_streams_in_flat_memory(alice: Account, pictures: Path) -> None:
    one = keep(alice)
    Picture.objects.bulk_create(
        Picture(
            account=alice, job=one.job, index=10 + i, attempt=1, blob=one.blob, sha256="0" * 64, bytes=one.bytes,
            width=96, height=64, prompt="a red boat", model="storybook", seed=i,
        )
        for i in range(3000)
    )  # fmt: skip
    ids = Picture.objects.values_list("pk", flat=True)
    total = 0
    tracemalloc.start()
    try:
        for piece in zipped(ids.iterator()):
            total += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total > 3000 * one.bytes
    assert peak < 8_000_000  # a ZIP's table of contents is kept: about a kilobyte a picture

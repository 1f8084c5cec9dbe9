"""What can be done to a picture, and by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from limner.accounts.models import Account
from limner.engines.contract import ImageRef, Task
from limner.errors import InvalidRequest, NotAllowed, NotFound
from limner.gallery import services
from limner.gallery.family import family_of
from limner.gallery.models import Lineage, Picture, Upload
from limner.gallery.queries import picture_visible_to, pictures_of, pictures_visible_to, trash_of
from limner.gallery.thumbnails import thumbnail
from limner.provenance.mark import read
from limner.storage import blobs
from tests.gallery.people import keep, wish
from tests.storage.kept import boat
from tests.storage.test_sweeper import age

pytestmark = pytest.mark.django_db


def test_a_picture_knows_how_it_was_made(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    found = Picture.objects.get(pk=picture.pk)
    assert (found.prompt, found.negative_prompt, found.model) == ("a red boat", "rain", "storybook")
    assert (found.width, found.height, found.format) == (96, 64, "png")
    assert found.parameters["steps"] == 20
    assert found.seed == 42  # the third picture of a job that began at 40
    made = read(blobs.get(found.blob))
    assert made is not None
    assert (made.seed, made.prompt, made.model) == (42, "a red boat", "storybook")


def test_a_second_picture_of_the_same_job_and_number_is_refused(alice: Account, pictures: Path) -> None:
    first = keep(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        keep(alice, job=first.job)
    assert list(pictures_of(alice)) == [first]


def test_ones_own_pictures_come_newest_first(alice: Account, bob: Account, pictures: Path) -> None:
    older, newer = keep(alice), keep(alice)
    keep(bob)
    assert list(pictures_of(alice)) == [newer, older]


def test_a_private_picture_is_there_for_its_owner_alone(
    alice: Account, bob: Account, charlie: Account, pictures: Path
) -> None:
    picture = keep(alice)
    assert picture_visible_to(alice, picture.public_id) == picture
    for viewer in (bob, charlie, None):
        assert not pictures_visible_to(viewer).exists()
        with pytest.raises(NotFound):
            picture_visible_to(viewer, picture.public_id)


def test_a_public_picture_is_there_for_everybody(alice: Account, bob: Account, pictures: Path) -> None:
    picture = keep(alice, public=True)
    for viewer in (alice, bob, None):
        assert picture_visible_to(viewer, picture.public_id) == picture


def test_a_trashed_picture_is_gone_for_everybody_and_can_come_back(
    alice: Account, bob: Account, pictures: Path
) -> None:
    picture = keep(alice, public=True)
    services.trash(alice, picture.public_id)
    for viewer in (alice, bob, None):
        assert not pictures_visible_to(viewer).exists()
    assert list(trash_of(alice)) == [picture]
    services.restore(alice, picture.public_id)
    assert picture_visible_to(bob, picture.public_id) == picture
    assert not trash_of(alice).exists()


def test_a_second_trash_and_a_second_restore_change_nothing(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    first = services.trash(alice, picture.public_id).trashed_at
    assert services.trash(alice, picture.public_id).trashed_at == first
    services.restore(alice, picture.public_id)
    assert services.restore(alice, picture.public_id).trashed_at is None


def test_nobody_else_can_trash_or_restore_a_picture(alice: Account, bob: Account, pictures: Path) -> None:
    private, public, trashed = keep(alice), keep(alice, public=True), keep(alice)
    services.trash(alice, trashed.public_id)
    with pytest.raises(NotFound):
        services.trash(bob, private.public_id)
    with pytest.raises(NotAllowed, match="Only the person who made"):
        services.trash(bob, public.public_id)
    with pytest.raises(NotAllowed):
        services.restore(bob, public.public_id)
    with pytest.raises(NotFound):
        services.restore(bob, trashed.public_id)
    assert set(pictures_of(alice)) == {private, public}


def test_a_picture_made_from_others_remembers_them(alice: Account, bob: Account, pictures: Path) -> None:
    parent, upload, secret = keep(alice), services.store_upload(alice, boat((64, 64))), keep(bob)
    names = (str(parent.public_id), str(upload.public_id), str(secret.public_id))
    child = keep(alice, wish(task=Task.EDIT, images=tuple(ImageRef(name, 96, 64) for name in names)))
    first, second, third = child.parents.order_by("id")
    assert (first.parent_picture, first.kind) == (parent, Lineage.Kind.EDIT)
    assert (second.parent_upload, second.kind) == (upload, Lineage.Kind.REFERENCE)
    assert (third.parent_picture, third.parent_upload) == (None, None)  # what Bob has is not Alice's to point at


def test_a_deleted_parent_leaves_a_tombstone(alice: Account, pictures: Path) -> None:
    parent = keep(alice)
    child = keep(alice, wish(task=Task.VARY, images=(ImageRef(str(parent.public_id), 96, 64),)))
    parent.delete()
    tombstone = child.parents.get()
    assert tombstone.kind == Lineage.Kind.VARY
    assert str(tombstone) == "vary of a deleted parent"


def test_sweeping_keeps_what_pictures_and_uploads_name(alice: Account, pictures: Path) -> None:
    kept, trashed, deleted = keep(alice), keep(alice), keep(alice)
    upload = services.store_upload(alice, boat((64, 64)))
    for picture in (kept, deleted):
        thumbnail(picture.blob, 256)
    services.trash(alice, trashed.public_id)
    deleted.delete()
    age(pictures, 25)
    assert services.sweep_blobs(lambda jobs: jobs) == 2
    assert all(blobs.exists(key) for key in (kept.blob, trashed.blob, upload.blob))
    assert not blobs.exists(deleted.blob)
    assert services.sweep_blobs(lambda jobs: jobs, timedelta(0)) == 0


def test_an_upload_is_forgotten_after_a_day_unless_a_picture_descends_from_it(alice: Account, pictures: Path) -> None:
    unused, used = (services.store_upload(alice, boat((64, 64))) for _ in range(2))
    keep(alice, wish(task=Task.EDIT, images=(ImageRef(str(used.public_id), 96, 64),)))
    Upload.objects.update(created_at=timezone.now() - timedelta(hours=25))
    fresh = services.store_upload(alice, boat((64, 64)))
    age(pictures, 25)
    assert services.sweep_uploads() == 1
    assert set(Upload.objects.all()) == {used, fresh}
    assert [blobs.exists(upload.blob) for upload in (unused, used, fresh)] == [False, True, True]


def test_a_mask_stays_with_the_pictures_that_were_drawn_with_it(alice: Account, pictures: Path) -> None:
    image, mask = (services.store_upload(alice, boat((64, 64))) for _ in range(2))
    refs = [ImageRef(str(kept.public_id), 64, 64) for kept in (image, mask)]
    drawn = keep(alice, replace(wish(task=Task.EDIT, images=(refs[0],)), mask=refs[1]))
    Upload.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert services.sweep_uploads() == 0
    assert [one.kind for one in family_of(alice, drawn).kin] == ["", "edit"]  # the tree does not show it
    drawn.delete()
    assert services.sweep_uploads() == 2


def test_a_picture_that_is_its_own_mask_is_one_parent(alice: Account, pictures: Path) -> None:
    image = ImageRef(str(services.store_upload(alice, boat((64, 64))).public_id), 64, 64)
    drawn = keep(alice, replace(wish(task=Task.EDIT, images=(image,)), mask=image))
    assert drawn.parents.get().kind == Lineage.Kind.EDIT


def test_an_upload_is_kept_for_its_owner(alice: Account, pictures: Path) -> None:
    upload = services.store_upload(alice, boat((64, 48), mode="RGBA"))
    found = Upload.objects.get(public_id=upload.public_id)
    assert (found.account, found.width, found.height, found.has_alpha) == (alice, 64, 48, True)
    assert found.bytes == len(blobs.get(found.blob))
    assert found.blob.startswith(f"uploads/{found.public_id}-")


def test_words_are_no_upload_and_leave_nothing_behind(alice: Account, pictures: Path) -> None:
    with pytest.raises(InvalidRequest, match="not a whole PNG, JPEG or WebP"):
        services.store_upload(alice, b"a friendly robot")
    assert not Upload.objects.exists()
    assert not pictures.exists()


def test_a_row_is_written_in_the_callers_transaction(alice: Account, pictures: Path) -> None:
    with transaction.atomic():
        keep(alice)
        transaction.set_rollback(True)
    assert not Picture.objects.exists()

"""Everything about somebody can be taken along, and can be deleted: really."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from limner.accounts.keys import make_key
from limner.accounts.models import Account
from limner.accounts.sign_in import owner
from limner.engines.contract import Drawn
from limner.errors import Unavailable, UpstreamFailed
from limner.gallery import albums, publishing, trash
from limner.gallery.models import Picture
from limner.gallery.services import store_upload
from limner.jobs import ledger, pipeline
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.prompts.models import Written
from limner.storage import blobs
from limner.storage.keys import picture_prefix
from tests.cast import PASSWORD, signed_in
from tests.gallery.people import keep
from tests.storage.kept import boat, pictures
from tests.studio.people import a_job

__all__ = ["pictures"]
pytestmark = pytest.mark.django_db


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_everything_is_taken_along_without_secrets(
    alice: Account, bob: Account, pictures: Path, settings: Settings
) -> None:
    settings.LIMNER_ACCOUNTS = True
    picture = keep(alice)
    keep(bob)
    albums.put(alice, albums.make(alice, "Boats"), [picture.public_id])
    _, secret = make_key(alice, "laptop")
    a_job(alice)
    Written.objects.create(account=alice, text="a boat by night")
    Picture.objects.filter(pk=picture.pk).update(taken_down_at=timezone.now(), taken_down_reason="not a boat")
    answer = signed_in(alice).get("/account/data.zip")
    made = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    told = {name: json.loads(made.read(name)) for name in made.namelist() if name.endswith(".json")}
    assert len(told["pictures.json"]) == len(told["jobs.json"]) == len(told["keys.json"]) == 1
    assert told["album_pictures.json"][0]["picture__public_id"] == str(picture.public_id)
    assert told["written.json"] == [{"text": "a boat by night"}]
    assert told["taken_down.json"][0]["taken_down_reason"] == "not a boat"
    everything = b"".join(made.read(name) for name in told)
    assert b"digest" not in everything
    assert secret.encode() not in everything


def test_a_deleted_account_leaves_neither_rows_nor_files_nor_sessions(
    alice: Account, bob: Account, pictures: Path, settings: Settings
) -> None:
    settings.LIMNER_ACCOUNTS = True
    keep(alice)
    theirs = keep(bob)
    a_job(alice)
    running = a_job(alice, state=State.RUNNING, attempt=1)
    client, elsewhere = signed_in(alice), signed_in(alice)
    assert client.post("/account/data/delete", {"again": "wrong"}).status_code == 400
    assert Picture.objects.count() == 2
    assert client.post("/account/data/delete", {"again": PASSWORD}).status_code == 302
    assert list(Picture.objects.all()) == [theirs]
    assert not Account.objects.filter(username="alice").exists()
    assert not Job.objects.exists()
    assert len(files(pictures)) == 1
    assert elsewhere.get("/history").status_code == 302
    assert not Session.objects.exclude(session_key=client.session.session_key).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM gallery_words")
        assert cursor.fetchone() == (1,)
    assert not Job.objects.filter(pk=running.pk, attempt=1, state=State.RUNNING).exists()  # so nothing can be kept


def test_the_last_owner_stays(alice: Account, settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True
    Account.objects.filter(pk=alice.pk).update(is_superuser=True)
    assert signed_in(alice).post("/account/data/delete", {"again": PASSWORD}).status_code == 403
    assert Account.objects.filter(pk=alice.pk, is_active=True).exists()


def test_the_one_owner_of_personal_mode_loses_pictures_and_stays(pictures: Path) -> None:
    keep(owner())
    store_upload(owner(), boat())
    client = Client()
    assert client.post("/account/data/delete", {"again": "x"}).status_code == 400
    assert client.post("/account/data/delete", {"again": "owner"}).status_code == 302
    assert (Picture.objects.count(), files(pictures)) == (0, [])
    assert client.get("/account/data").status_code == 200


def test_a_picture_that_comes_late_for_a_deleted_account_is_discarded(
    alice: Account, pictures: Path, settings: Settings
) -> None:
    settings.LIMNER_ACCOUNTS = True
    job = a_job(alice)
    (claimed,) = ledger.claim("storybook", holder="test", boot="test", lease_seconds=60, limit=1)
    signed_in(alice).post("/account/data/delete", {"again": PASSWORD})
    size = claimed.request.size
    drawn = Drawn(str(job.public_id), 0, size, "RGB", bytes(3 * size.pixels), 0.1)
    stored = blobs.put(picture_prefix(job.public_id, 1, 0), b"late", "png")
    assert not pipeline.keep(claimed, drawn, stored, last=True, lease_seconds=60)
    assert ledger.finish(claimed) is None
    assert not Picture.objects.exists()
    assert files(pictures) == []


def test_what_an_upstream_said_stays_with_the_operator(alice: Account, pictures: Path, settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True
    Job.objects.filter(pk=a_job(alice).pk).update(
        state=State.FAILED, error_code=UpstreamFailed.code, error_message="http://10.0.0.7 broke"
    )
    made = zipfile.ZipFile(io.BytesIO(b"".join(signed_in(alice).get("/account/data.zip"))))
    assert "10.0.0.7" not in made.read("jobs.json").decode()


def test_whoever_cannot_be_deleted_now_can_ask_again_and_is_not_shown_meanwhile(
    alice: Account, bob: Account, pictures: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LIMNER_ACCOUNTS = True
    picture, liked = keep(bob, public=True), keep(alice, public=True)
    publishing.like(bob, liked.public_id)

    def away(key: str) -> None:
        raise Unavailable("The storage is away.")

    with monkeypatch.context() as broken:
        broken.setattr(trash, "delete_with_derived", away)
        assert signed_in(bob).post("/account/data/delete", {"again": PASSWORD}).status_code == 503
    picture.refresh_from_db()
    bob.refresh_from_db()
    assert (picture.public, bob.is_active) == (False, True)
    assert signed_in(bob).post("/account/data/delete", {"again": PASSWORD}).status_code == 302
    liked.refresh_from_db()
    assert liked.likes == 0
    assert not Account.objects.filter(pk=bob.pk).exists()

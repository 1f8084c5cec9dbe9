"""Bringing pictures through the page: what is kept of them, and what is said of those that are none."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from limner.accounts.models import Account, Plan
from limner.gallery.models import Upload
from limner.gallery.services import store_upload
from limner.storage import blobs
from tests.api import files
from tests.storage.kept import pictures
from tests.studio.conftest import HTMX
from tests.studio.test_make_page import text

__all__ = ["pictures"]
pytestmark = pytest.mark.usefixtures("pictures")


def file(data: bytes, name: str = "holiday.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "image/png")


def photograph() -> bytes:
    """Taken sideways, with its place and its camera in it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    image = Image.new("RGB", (60, 40), "teal")
    kept = io.BytesIO()
    image.save(kept, "JPEG", exif=exif, comment=b"SecretComment")
    return kept.getvalue()


def test_a_photograph_stands_upright_and_says_nothing_of_place_or_camera(alices: Client, alice: Account) -> None:
    given = photograph()
    assert b"Secret" in given
    answer = alices.post("/upload", {"image": file(given)}, headers=HTMX)
    brought = Upload.objects.get()
    assert (answer.status_code, brought.account) == (201, alice)
    assert (brought.width, brought.height) == (40, 60)
    kept = blobs.get(brought.blob)
    assert b"Secret" not in kept
    assert dict(files.opened(kept).getexif()) == {}
    for verb in (f"/edit/{brought.public_id}", "#vary", "#enlarge"):
        assert verb in text(answer)


def test_its_owner_alone_gets_it_back(alices: Client, bobs: Client, alice: Account) -> None:
    brought = store_upload(alice, files.picture())
    answer = alices.get(f"/uploads/{brought.public_id}.png")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer.content == blobs.get(brought.blob)
    assert bobs.get(f"/uploads/{brought.public_id}.png").status_code == 404


def test_without_a_script_the_edit_page_follows(alices: Client) -> None:
    answer = alices.post("/upload", {"image": file(files.picture())})
    assert answer.headers["Location"] == f"/edit/{Upload.objects.get().public_id}"
    assert alices.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"these are words", "This file is not a whole PNG, JPEG or WebP picture. Try another one."),
        (b"", "This file is not a whole PNG, JPEG or WebP picture. Try another one."),
        (files.picture()[:60], "This file is not a whole PNG, JPEG or WebP picture. Try another one."),
        (b"GIF89a" + bytes(40), "but a GIF"),
    ],
    ids=["text", "empty", "half", "gif"],
)
def test_what_is_no_picture_is_refused_whatever_it_is_called(alices: Client, data: bytes, sentence: str) -> None:
    for headers in ({}, HTMX):
        answer = alices.post("/upload", {"image": file(data, "picture.png")}, headers=headers)
        assert (answer.status_code, sentence in text(answer)) == (400, True)
    assert not Upload.objects.exists()


def test_twenty_megabytes_are_fine(alices: Client) -> None:
    noise = Image.effect_noise((2700, 2600), 200).convert("RGB")
    large = files.saved(noise, "PNG", compress_level=0)
    assert len(large) > 20_000_000
    assert alices.post("/upload", {"image": file(large)}, headers=HTMX).status_code == 201


def test_several_at_once_and_none_are_told_what_to_do(alices: Client) -> None:
    several = alices.post("/upload", {"image": [file(files.picture()) for _ in range(11)]}, headers=HTMX)
    assert (several.status_code, "11 pictures came at once." in text(several)) == (400, True)
    assert "No picture came." in text(alices.post("/upload"))
    assert not Upload.objects.exists()


def test_a_stranger_brings_nothing(accounts_on: None, db: None, client: Client) -> None:
    assert client.post("/upload", {"image": file(files.picture())}).status_code == 302
    assert not Upload.objects.exists()


def test_the_make_page_takes_pictures_too(alices: Client) -> None:
    assert 'id="bring"' in text(alices.get("/"))
    assert "up to 50 MB" in text(alices.get("/upload"))


def test_a_full_allowance_takes_no_more_uploads(alices: Client, alice: Account, pictures: Path) -> None:
    alice.plan = Plan.objects.create(name="limited", storage_bytes=1)
    alice.save()
    alices.post("/upload", {"image": file(photograph())}, headers=HTMX)
    answer = alices.post("/upload", {"image": file(photograph())}, headers=HTMX)
    assert (answer.status_code, Upload.objects.count()) == (429, 1)
    assert "Delete pictures for good" in text(answer)

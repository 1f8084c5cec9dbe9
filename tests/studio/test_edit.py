"""The edit page through its front door: what it offers, what it takes, what it says, and to whom."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from limner.accounts.models import Account
from limner.gallery.models import Lineage, Picture, Upload
from limner.gallery.services import record, store_upload
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.tidying import tidy
from limner.storage import blobs
from tests.api import files
from tests.gallery.people import keep
from tests.storage.kept import pictures
from tests.studio.conftest import HTMX
from tests.studio.test_make_page import text

__all__ = ["pictures"]
pytestmark = pytest.mark.usefixtures("pictures")

EDIT = {"prompt": "a red boat", "model": "storybook", "n": "2"}


@pytest.fixture
def hers(alice: Account) -> Picture:
    return keep(alice)


def page(picture: Picture | Upload, verb: str = "") -> str:
    return f"/edit/{picture.public_id}{verb}"


def mask(size: tuple[int, int] = (96, 64)) -> SimpleUploadedFile:
    return SimpleUploadedFile("mask.png", files.mask(size), "image/png")


def asked(job: Job) -> tuple[str, str, int]:
    request = request_of(job)
    assert request is not None
    return str(request.task), str(request.size), request.n


def test_the_page_shows_ones_own_picture_and_its_words(alices: Client, hers: Picture) -> None:
    shown = text(alices.get(page(hers)))
    assert f"/pictures/{hers.public_id}.png" in shown
    assert "a red boat</textarea>" in shown
    assert "4 times as large" in shown


@pytest.mark.parametrize("verb", ["", "/vary", "/enlarge"])
def test_nobody_else_can_change_it_not_even_a_public_one(bobs: Client, alice: Account, verb: str) -> None:
    for picture in (keep(alice, public=True), store_upload(alice, files.picture())):
        assert bobs.get(page(picture)).status_code == 404
        assert bobs.post(page(picture, verb), EDIT).status_code == 404
    assert not Job.objects.exists()


def test_a_stranger_is_asked_to_sign_in(accounts_on: None, client: Client, hers: Picture) -> None:
    assert client.get(page(hers)).status_code == 302


def test_the_painted_part_is_submitted_as_an_edit_of_the_same_size(
    alices: Client, alice: Account, hers: Picture
) -> None:
    answer = alices.post(page(hers), {**EDIT, "mask": mask()}, headers=HTMX)
    job = Job.objects.get()
    assert answer.headers["HX-Redirect"] == f"/#job-{job.public_id}"
    assert asked(job) == ("edit", "96x64", 2)
    assert job.request["images"][0]["public_id"] == str(hers.public_id)
    kept = Upload.objects.get(account=alice)
    assert job.request["mask"]["public_id"] == str(kept.public_id)
    alpha = files.opened(blobs.get(kept.blob)).getchannel("A")
    assert (alpha.getpixel((48, 32)), alpha.getpixel((2, 2))) == (0, 255)


def test_without_a_mask_the_whole_picture_may_change(alices: Client, hers: Picture) -> None:
    assert alices.post(page(hers), EDIT).headers["Location"].startswith("/#job-")
    assert (asked(Job.objects.get()), Job.objects.get().request["mask"]) == (("edit", "96x64", 2), None)


def test_a_smaller_mask_is_made_as_large_as_the_picture(alices: Client, hers: Picture) -> None:
    alices.post(page(hers), {**EDIT, "mask": mask((48, 32))})
    assert (Upload.objects.get().width, Upload.objects.get().height) == (96, 64)


@pytest.mark.parametrize("larger", [(7000, 7000), (97, 64)])
def test_a_mask_of_more_pixels_than_the_picture_is_refused_before_it_is_unpacked(
    alices: Client, hers: Picture, monkeypatch: pytest.MonkeyPatch, larger: tuple[int, int]
) -> None:
    sent = mask(larger)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _: pytest.fail("it was unpacked"))
    answer = alices.post(page(hers), {**EDIT, "mask": sent}, headers=HTMX)
    assert answer.status_code == 400
    assert f"Invalid mask. It has more pixels ({larger[0]} × {larger[1]}) than the picture (96 × 64)." in text(answer)
    assert not Upload.objects.exists()


def test_a_picture_that_grows_lies_on_a_larger_canvas_and_the_new_part_is_the_mask(
    alices: Client, alice: Account, hers: Picture
) -> None:
    alices.post(page(hers), {**EDIT, "right": "32", "top": "16"})
    job = Job.objects.get()
    assert asked(job) == ("edit", "128x80", 2)
    canvas = Upload.objects.get(public_id=job.request["images"][0]["public_id"])
    where = Upload.objects.get(public_id=job.request["mask"]["public_id"])
    before = files.opened(blobs.get(hers.blob)).convert("RGB")
    after = files.opened(blobs.get(canvas.blob)).convert("RGB")
    assert after.crop((0, 16, 96, 80)).tobytes() == before.tobytes()
    alpha = files.opened(blobs.get(where.blob)).getchannel("A")
    assert [alpha.getpixel(at) for at in ((50, 40), (50, 8), (110, 40))] == [255, 0, 0]


def test_what_a_picture_grew_from_stays_in_its_lineage(alices: Client, alice: Account, hers: Picture) -> None:
    alices.post(page(hers), {**EDIT, "n": "1", "left": "32"})
    request = request_of(Job.objects.get())
    assert request is not None
    stored = blobs.put("pictures/test", files.picture(), "png")
    grown = record(
        account_id=alice.pk, job=uuid4(), index=0, attempt=1, stored=stored, size=request.size, format="png",
        request=request,
    )  # fmt: skip
    lines = Lineage.objects.filter(child=grown).order_by("id")
    assert [line.kind for line in lines] == ["edit", "reference", "reference"]  # the last is the mask
    assert lines[1].parent_picture == hers


def test_an_edit_is_drawn_again_with_its_mask_the_day_after(alices: Client, alice: Account, hers: Picture) -> None:
    alices.post(page(hers), {**EDIT, "mask": mask()})
    first = Job.objects.get()
    keep(alice, request_of(first), job=first.public_id, index=0)
    Job.objects.update(state="done")
    Upload.objects.update(created_at=timezone.now() - timedelta(hours=25))
    tidy()
    alices.post(f"/jobs/{first.public_id}/again", headers=HTMX)
    again = Job.objects.exclude(pk=first.pk).get()
    assert again.request["mask"]["public_id"] == str(Upload.objects.get().public_id)


def test_a_second_press_makes_no_second_job_and_keeps_nothing_twice(alices: Client, hers: Picture) -> None:
    for _ in range(2):
        answer = alices.post(page(hers), {**EDIT, "ask": "one-form", "mask": mask()}, headers=HTMX)
        assert answer.status_code == 204
    assert (Job.objects.count(), Upload.objects.count()) == (1, 1)
    alices.post(page(hers), {**EDIT, "ask": "one-form", "prompt": "a blue boat", "mask": mask()}, headers=HTMX)
    assert Job.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"prompt": "  "}, "Write a few words first"),
        ({"n": "eleven"}, "expected an integer"),
        ({"n": "11"}, "Expected a value &lt;= 10"),
        ({"model": "gone"}, "The model that was chosen is no longer here. Choose another"),
        ({"right": "-8"}, "&#x27;right&#x27;"),
        ({"right": "97"}, "Expected a value &lt;= 96"),
    ],
)
def test_bad_input_is_refused_with_a_sentence_before_anything_is_kept(
    alices: Client, hers: Picture, change: dict[str, str], sentence: str
) -> None:
    for headers in ({}, HTMX):
        answer = alices.post(page(hers), {**EDIT, "mask": mask(), **change}, headers=headers)
        assert answer.status_code == 400
        assert sentence in text(answer)
    assert not Job.objects.exists()
    assert not Upload.objects.exists()


def test_without_a_script_the_page_comes_again_with_the_words(alices: Client, hers: Picture) -> None:
    shown = text(alices.post(page(hers), {**EDIT, "prompt": "a blue fish", "n": "99"}))
    assert "a blue fish</textarea>" in shown


def test_a_mask_in_which_nothing_is_painted_is_refused(alices: Client, hers: Picture) -> None:
    bare = SimpleUploadedFile("mask.png", files.saved(files.opened(files.picture((96, 64))).convert("RGBA")))
    answer = alices.post(page(hers), {**EDIT, "mask": bare}, headers=HTMX)
    assert (answer.status_code, "Nothing is painted." in text(answer)) == (400, True)
    words = SimpleUploadedFile("mask.png", b"not a picture at all")
    assert "Invalid mask." in text(alices.post(page(hers), {**EDIT, "mask": words}, headers=HTMX))
    assert not Job.objects.exists()


def test_a_canvas_that_is_too_large_is_refused(alices: Client, alice: Account) -> None:
    large = store_upload(alice, files.picture((2400, 1800)))
    answer = alices.post(page(large), {**EDIT, "right": "2400"}, headers=HTMX)
    assert (answer.status_code, "That canvas is too large: 4800 × 1800." in text(answer)) == (400, True)


def test_a_very_large_upload_is_drawn_as_large_as_can_be(alices: Client, alice: Account) -> None:
    large = store_upload(alice, files.picture((5000, 3000)))
    alices.post(page(large), EDIT)
    assert asked(Job.objects.get())[1] == "3718x2230"


def test_what_was_kept_goes_again_when_no_job_comes_of_it(alices: Client, hers: Picture, settings: Settings) -> None:
    settings.LIMNER_BLOCKED_WORDS = "boat"
    answer = alices.post(page(hers), {**EDIT, "mask": mask()}, headers=HTMX)
    assert answer.status_code == 400
    assert not Upload.objects.exists()


def test_variations_of_a_picture_are_as_far_from_it_as_was_asked(alices: Client, hers: Picture) -> None:
    alices.post(page(hers, "/vary"), {"model": "storybook", "n": "3", "strength": "35"})
    job = Job.objects.get()
    assert asked(job) == ("vary", "96x64", 3)
    assert (job.request["strength"], job.request["prompt"]) == (0.35, "a red boat")


def test_an_upload_varies_without_words(alices: Client, alice: Account) -> None:
    brought = store_upload(alice, files.picture((300, 200)))
    assert alices.post(page(brought, "/vary"), {"model": "storybook", "n": "1"}, headers=HTMX).status_code == 204
    assert asked(Job.objects.get()) == ("vary", "300x200", 1)


@pytest.mark.parametrize("strength", ["0", "101", "much"])
def test_a_strength_out_of_bounds_is_refused(alices: Client, hers: Picture, strength: str) -> None:
    answer = alices.post(page(hers, "/vary"), {"model": "storybook", "strength": strength}, headers=HTMX)
    assert (answer.status_code, "strength" in text(answer)) == (400, True)


def test_before_and_after_shows_both_to_their_owner_alone(alices: Client, bobs: Client, hers: Picture) -> None:
    alices.post(page(hers, "/enlarge"), {"factor": "2"})
    child = Picture.objects.exclude(pk=hers.pk).get()
    shown = text(alices.get(f"/compare/{child.public_id}"))
    assert str(hers.public_id) in shown
    assert f"/compare/{child.public_id}" in text(alices.get(page(child)))
    assert bobs.get(f"/compare/{child.public_id}").status_code == 404
    assert alices.get(f"/compare/{hers.public_id}").status_code == 404
    assert alices.get(f"/compare/{UUID(int=7)}").status_code == 404

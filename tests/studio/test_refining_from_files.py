"""A picture's file brings its settings into the form; what it cannot bring is said, and nothing is stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from limner.accounts.models import Account
from limner.gallery.models import Upload
from limner.gallery.uploads import MAX_BYTES
from limner.jobs.models import Job
from limner.provenance.mark import encode
from limner.provenance.record import Provenance
from tests.provenance.files import A1111, COMFYUI, FOOOCUS, INVOKEAI, commented, png
from tests.studio.test_make_page import text


def bring(client: Client, data: bytes, name: str = "picture.png", **fields: str) -> Any:
    return client.post("/read", {"image": SimpleUploadedFile(name, data), **fields})


@pytest.mark.parametrize(
    ("file", "program", "prompt"),
    [
        (png(parameters=A1111), "AUTOMATIC1111", "masterpiece, (a cat:1.2), on a roof"),
        (commented("WEBP", A1111), "AUTOMATIC1111", "masterpiece, (a cat:1.2), on a roof"),
        (png(prompt=COMFYUI), "ComfyUI", "a glass bottle, purple galaxy"),
        (png(invokeai_metadata=INVOKEAI), "InvokeAI", "a lighthouse in a storm"),
        (png(parameters=FOOOCUS, fooocus_scheme="fooocus"), "Fooocus", "a teapot in a garden"),
    ],
)
def test_another_programs_picture_fills_the_form(alices: Client, file: bytes, program: str, prompt: str) -> None:
    page = bring(alices, file)
    assert page.status_code == 200
    assert f">{prompt}</textarea>" in text(page)
    assert f"a picture made with {program}" in text(page)
    assert "is not installed here. Storybook will draw instead" in text(page)


def test_a_picture_of_limners_fills_everything(alices: Client) -> None:
    made = Provenance(prompt="a red robot", model="storybook", seed=3, steps=12, guidance=2.5, width=512, height=512)
    page = bring(alices, encode("RGB", (8, 4), bytes(96), format="jpeg", metadata=made), "any.name")
    asked = page.context["asked"].dict()
    assert (asked["prompt"], asked["seed"], asked["steps"], asked["guidance"]) == ("a red robot", "3", "12", "2.5")
    assert (asked["size"], asked["model"]) == ("512x512", "storybook")
    assert page.context["start"].notes == ("These settings come from a picture made with Limner.",)


def test_what_no_model_here_takes_is_said(alices: Client) -> None:
    said = " ".join(bring(alices, png(parameters=A1111)).context["start"].notes)
    assert "“DPM++ 2M Karras” was left out" in said
    assert "LoRA add_detail, clip skip" in said
    assert "does not draw 512 × 768" in said


def test_markup_in_a_file_is_only_words(alices: Client) -> None:
    bold = {**INVOKEAI, "positive_prompt": "</textarea><b>", "scheduler": "<i>", "model": {"name": "<u>"}}
    page = text(bring(alices, png(invokeai_metadata=bold)))
    assert "</textarea><b>" not in page
    assert "<i>" not in page.split('id="wall"')[0]
    assert "<u>" not in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Choose a picture first"),
        (b"a text that is named .png", "not a PNG, JPEG or WebP"),
        (png(), "does not say how it was made"),
        (png(prompt='{"a": ' * 50_000), "does not say how it was made"),
        (png(parameters=A1111)[:50], "does not say how it was made"),
    ],
)
def test_a_file_without_settings_is_answered_in_a_sentence_and_the_form_stays(
    alices: Client, data: bytes, sentence: str
) -> None:
    page = bring(alices, data, prompt="words that were typed", n="3")
    assert page.status_code == 400
    assert sentence in text(page)
    assert ">words that were typed</textarea>" in text(page)
    assert page.context["asked"]["n"] == "3"


def test_no_file_at_all_is_answered_too(alices: Client) -> None:
    for fields in ({}, {"picture": "a text"}):
        page = alices.post("/read", fields)
        assert (page.status_code, "Choose a picture first" in text(page)) == (400, True)


def test_more_than_50_megabytes_are_not_read(alices: Client) -> None:
    page = bring(alices, b"\x89PNG\r\n\x1a\n" + bytes(MAX_BYTES))
    assert page.status_code == 400
    assert "larger than 50 MB" in text(page)


def test_nothing_is_stored(alices: Client) -> None:
    bring(alices, png(parameters=A1111))
    assert not Upload.objects.exists()
    assert not Job.objects.exists()


def test_a_reload_is_the_page(alices: Client) -> None:
    assert alices.get("/read").headers["Location"] == "/"


def test_a_stranger_is_asked_to_sign_in(db: None, accounts_on: None, client: Client) -> None:
    assert bring(client, png(parameters=A1111)).status_code == 302


def test_a_form_from_elsewhere_is_refused(alice: Account, accounts_on: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert bring(client, png(parameters=A1111)).status_code == 403

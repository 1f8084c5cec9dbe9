"""The text that AUTOMATIC1111's programs write into pictures is written as they read it, and read back."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from limner.provenance.fresh_png import chunk
from limner.provenance.infotext import facts_in, infotext
from limner.provenance.mark import encode
from limner.provenance.record import Provenance
from limner.provenance.texts import texts_in

MADE = Provenance(
    prompt="a red boat,\non the sea",
    negative_prompt="rain",
    model="storybook",
    seed=7,
    steps=20,
    guidance=3.5,
    width=8,
    height=4,
    sampler="Euler",
    model_hash="0123456789abcdef",
    strength=0.75,
    software="Limner 1",
)
THEIRS = (
    "masterpiece, (a cat:1.2)\nsecond line\n"
    "Negative prompt: blurry,\nugly\n"
    "Steps: 25, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 42, Size: 512x768, "
    'Model hash: abc123, Lora hashes: "one: 1, two: \\"2\\"", Version: v1.9.4'
)


def file(format: str, made: Provenance = MADE) -> bytes:
    return encode("RGB", (8, 4), bytes(8 * 4 * 3), format=format, metadata=made)


def test_the_last_line_names_sampler_hash_and_strength_where_those_programs_look_for_them() -> None:
    assert infotext(MADE).split("\n")[-1] == (
        "Steps: 20, Sampler: Euler, CFG scale: 3.5, Seed: 7, Size: 8x4, Model hash: 0123456789, Model: storybook, "
        "Denoising strength: 0.75, Version: Limner 1"
    )


def test_what_was_written_is_read_back_by_name() -> None:
    found = facts_in(infotext(MADE))
    assert (found["Prompt"], found["Negative prompt"]) == ("a red boat,\non the sea", "rain")
    assert (found["Steps"], found["Seed"], found["Size-1"], found["Size-2"]) == ("20", "7", "8", "4")


def test_their_text_is_read_with_its_quoted_commas() -> None:
    found = facts_in(THEIRS)
    assert found["Prompt"] == "masterpiece, (a cat:1.2)\nsecond line"
    assert found["Negative prompt"] == "blurry,\nugly"
    assert found["Lora hashes"] == 'one: 1, two: "2"'
    assert (found["Sampler"], found["Version"]) == ("DPM++ 2M", "v1.9.4")


def test_a_text_of_words_alone_is_all_prompt() -> None:
    assert facts_in("a cat: red, and a dog") == {"Prompt": "a cat: red, and a dog", "Negative prompt": ""}


@given(st.text())
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    assert {"Prompt", "Negative prompt"} <= facts_in(text).keys()


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
def test_a_file_of_ours_says_its_parameters_in_every_format(format: str) -> None:
    assert texts_in(file(format))["parameters"] == infotext(MADE)


def test_a_words_less_picture_says_its_parameters_too() -> None:
    assert texts_in(file("png", replace(MADE, prompt="", negative_prompt="")))["parameters"].startswith("\nSteps: 20")


@pytest.mark.parametrize("zipped", [False, True])
def test_a_png_of_another_program_is_read(zipped: bool) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", THEIRS, zip=zipped)
    info.add_itxt("Title", "ein 🤖", zip=zipped)
    out = io.BytesIO()
    Image.new("RGB", (8, 4)).save(out, "PNG", pnginfo=info)
    assert texts_in(out.getvalue()) == {"parameters": THEIRS, "Title": "ein 🤖"}


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
def test_a_comment_in_exif_is_read_as_those_programs_write_it(format: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"UNICODE\x00" + THEIRS.encode("utf-16-be")
    out = io.BytesIO()
    Image.new("RGB", (8, 4)).save(out, format, exif=exif)
    assert texts_in(out.getvalue()) == {"parameters": THEIRS}


@pytest.mark.parametrize("damage", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1\x00\x04Ex", b"not a picture"])
def test_a_damaged_file_says_nothing(damage: bytes) -> None:
    assert texts_in(damage) == {}


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_a_text_that_is_said_again_is_not_unpacked(kind: bytes) -> None:
    """The second is damaged, and would be noticed."""
    head = b"bomb\x00\x00" if kind == b"zTXt" else b"bomb\x00\x01\x00\x00\x00"
    again = chunk(kind, head + zlib.compress(b"once")) + chunk(kind, head + b"never") * 1000
    png = file("png")
    assert texts_in(png[:33] + again + png[33:])["bomb"] == "once"


def test_texts_without_end_are_not_unpacked() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("bomb", " " * 5_000_000, zip=True)
    for number in range(60):
        info.add_text(f"text {number}", "x")
    out = io.BytesIO()
    Image.new("RGB", (8, 4)).save(out, "PNG", pnginfo=info)
    found = texts_in(out.getvalue())
    assert found["bomb"] == ""
    assert len(found) <= 20

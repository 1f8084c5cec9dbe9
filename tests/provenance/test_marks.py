"""Every file says that a model made it, and how; saying so never changes a pixel."""

from __future__ import annotations

import io
from dataclasses import replace
from random import Random
from unicodedata import category
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from limner.provenance.fresh_png import BAND
from limner.provenance.mark import (
    TRAINED_ALGORITHMIC_MEDIA,
    Provenance,
    UnreadablePicture,
    convert,
    encode,
    mark,
    read,
)
from tests.provenance.striped import EXIF, FORMATS, ROBOT, as_others_write, encoded, opened, stripes


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_says_that_a_model_made_it(format: str) -> None:
    packet = opened(encoded(format)).info["xmp"].decode()
    assert f"<Iptc4xmpExt:DigitalSourceType>{TRAINED_ALGORITHMIC_MEDIA}</Iptc4xmpExt:DigitalSourceType>" in packet
    assert '"Limner ' in packet  # the software agent


@pytest.mark.parametrize("format", FORMATS)
def test_other_programs_find_the_same_words(format: str) -> None:
    tree = ElementTree.fromstring(opened(encoded(format)).info["xmp"].strip(b"\x00"))
    said = {child.tag: child.text for child in tree[0][0]}
    assert said["{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"] == TRAINED_ALGORITHMIC_MEDIA
    assert said["{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}AIPromptInformation"] == ROBOT.prompt
    assert said["{https://limner.invalid/ns/1.0/}Prompt"] == ROBOT.prompt
    assert said["{https://limner.invalid/ns/1.0/}Seed"] == "7"


@pytest.mark.parametrize("format", FORMATS)
def test_what_was_written_is_read_back(format: str) -> None:
    assert read(encoded(format)) == ROBOT


def test_a_png_has_the_parameters_that_automatic1111_programs_look_for() -> None:
    text = opened(encoded("png")).info["parameters"]
    assert text == (
        "a friendly robot holding a flower\n"
        "Negative prompt: rain\n"
        f"Steps: 20, CFG scale: 3.5, Seed: 7, Size: 48x32, Model: storybook, Version: {ROBOT.software}"
    )


def test_a_png_says_words_that_latin_1_cannot() -> None:
    text = opened(encoded("png", replace(ROBOT, prompt="ein 🤖 mit Blume"))).info["parameters"]
    assert text.startswith("ein 🤖 mit Blume\n")


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_fresh_png_holds_exactly_the_pixels_it_was_given(mode: str) -> None:
    assert opened(encoded("png", mode=mode)).tobytes() == stripes(mode).tobytes()


def test_clear_pixels_become_paper_in_a_jpeg() -> None:
    file = encode("RGBA", (8, 8), bytes(8 * 8 * 4), format="jpeg", metadata=ROBOT)
    assert opened(file).getpixel((4, 4)) == (255, 255, 255)


def test_a_fresh_png_is_written_at_compression_level_1_and_no_larger_than_pillows() -> None:
    grain = Image.effect_noise((256, 256), 12)
    painted = Image.merge("RGB", (grain, Image.linear_gradient("L"), Image.radial_gradient("L")))
    file = encode("RGB", painted.size, painted.tobytes(), format="png", metadata=ROBOT)
    pillows = io.BytesIO()
    painted.save(pillows, "PNG", compress_level=1)
    assert file[file.index(b"IDAT") + 4 :].startswith(b"\x78\x01")  # deflate, fastest
    assert len(file) - file.index(b"IDAT") <= len(pillows.getvalue())


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 9),
    st.integers(1, 9) | st.sampled_from([BAND - 1, BAND, BAND + 1, 2 * BAND + 1]),
    st.sampled_from(["RGB", "RGBA"]),
    st.randoms(use_true_random=False),
)
def test_a_fresh_png_of_any_shape_holds_every_pixel(width: int, height: int, mode: str, dice: Random) -> None:
    raw = dice.randbytes(width * height * len(mode))
    back = opened(encode(mode, (width, height), raw, format="png", metadata=ROBOT))
    assert (back.mode, back.size, back.tobytes()) == (mode, (width, height), raw)


def test_a_png_can_be_pressed_harder_where_nobody_waits() -> None:
    image = stripes()
    file = encode("RGB", image.size, image.tobytes(), format="png", metadata=ROBOT, compression=9)
    assert file[file.index(b"IDAT") + 4 :].startswith(b"\x78\xda")
    assert opened(file).tobytes() == image.tobytes()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("png", {}),
        ("jpeg", {}),
        ("jpeg", {"exif": EXIF}),
        ("webp", {}),
        ("webp", {"lossless": True}),
    ],
)
def test_marking_a_file_of_others_changes_no_pixel(format: str, options: dict[str, object], mode: str) -> None:
    if format == "jpeg" and mode == "RGBA":
        mode = "L"
    plain = as_others_write(format, mode, **options)
    marked = mark(plain, ROBOT)
    before, after = opened(plain), opened(marked)
    assert (after.mode, after.size, after.tobytes()) == (before.mode, before.size, before.tobytes())
    assert after.info.get("exif") == before.info.get("exif")
    assert read(plain) is None
    assert read(marked) == ROBOT


@pytest.mark.parametrize("format", FORMATS)
def test_a_second_mark_replaces_the_first(format: str) -> None:
    once = encoded(format)
    again = mark(once, replace(ROBOT, seed=8))
    assert len(again) == len(once)
    assert read(again) == replace(ROBOT, seed=8)
    assert mark(again, ROBOT) == once


def test_an_animated_webp_keeps_its_frames() -> None:
    file = io.BytesIO()
    stripes().save(file, "WEBP", save_all=True, append_images=[Image.new("RGB", (48, 32))], icc_profile=b"profile")
    marked = Image.open(io.BytesIO(mark(file.getvalue(), ROBOT)))
    assert len(ImageSequence.all_frames(marked)) == 2
    assert marked.info["icc_profile"] == b"profile"
    assert read(mark(file.getvalue(), ROBOT)) == ROBOT


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("of", FORMATS)
def test_a_picture_in_another_format_keeps_its_mark(of: str, to: str) -> None:
    assert read(convert(encoded(of), format=to)) == ROBOT


def test_a_picture_without_a_mark_gets_none_by_conversion() -> None:
    assert read(convert(as_others_write("png"), format="webp")) is None


@pytest.mark.parametrize("format", FORMATS)
def test_angle_brackets_and_quotes_in_a_prompt_stay_words(format: str) -> None:
    hostile = replace(ROBOT, prompt='<a> & "b" ]]> <!-- \' \r\n\t --> &amp; 🤖🌼', software='Lim"ner <0>')
    assert read(encoded(format, hostile)) == hostile


def test_control_characters_are_stripped() -> None:
    marked = encoded("png", replace(ROBOT, prompt="a\x00b\x1bc\ud800d\ufffee\x85f"))
    found = read(marked)
    assert found is not None
    assert found.prompt == "abcde\x85f"
    assert opened(marked).info["parameters"].startswith("abcde\x85f\n")


def test_a_prompt_too_long_for_a_jpeg_segment_is_shortened_and_the_mark_stays() -> None:
    long = replace(ROBOT, prompt="🤖&" * 16_000, negative_prompt="<" * 9_000)
    found = read(encoded("jpeg", long))
    assert found is not None
    assert found.made_by_a_model
    assert found.seed == 7
    assert found.prompt.endswith("…")
    assert long.prompt.startswith(found.prompt.rstrip("…"))
    assert read(encoded("png", long)) == long


texts = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Provenance,
        prompt=st.text(max_size=300),
        negative_prompt=texts,
        model=texts,
        seed=st.none() | st.integers(-(2**31), 2**53),
        steps=st.none() | st.integers(0, 1000),
        guidance=st.none() | st.floats(0, 30),
        width=st.none() | st.integers(1, 9999),
        height=st.none() | st.integers(1, 9999),
    ),
    st.sampled_from(FORMATS),
)
def test_any_words_can_be_written_and_read_back(made: Provenance, format: str) -> None:
    found = read(encoded(format, made))
    assert found is not None
    # Reading what was read again loses nothing more: only control characters went, the first time.
    assert read(encoded(format, found)) == found
    assert (found.seed, found.steps, found.width, found.height) == (made.seed, made.steps, made.width, made.height)
    assert found.guidance == made.guidance
    assert found.prompt == "".join(
        letter
        for letter in made.prompt
        if letter in "\t\n\r\x85" or (category(letter) not in ("Cc", "Cs") and letter not in "\ufffe\uffff")
    )


def test_a_damaged_picture_cannot_be_converted() -> None:
    with pytest.raises(UnreadablePicture, match="damaged"):
        convert(encoded("png")[:-60], format="webp")


@pytest.mark.parametrize(("mode", "becomes"), [("L", "RGB"), ("LA", "RGBA"), ("P", "RGB")])
def test_pictures_of_fewer_colours_are_converted_too(mode: str, becomes: str) -> None:
    grey = io.BytesIO()
    Image.new(mode, (20, 10)).save(grey, "PNG")
    assert opened(convert(mark(grey.getvalue(), ROBOT), format="png")).mode == becomes


def test_a_format_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="none of png, jpeg, webp"):
        encoded("gif")


def test_a_jpeg_with_padding_before_its_markers_is_marked_too() -> None:
    plain = as_others_write("jpeg")
    padded = plain[:2] + b"\xff\xff" + plain[2:]
    assert read(mark(padded, ROBOT)) == ROBOT
    assert opened(mark(padded, ROBOT)).tobytes() == opened(plain).tobytes()


def test_names_with_a_comma_are_quoted_in_the_parameters() -> None:
    text = opened(encoded("png", replace(ROBOT, model='my "best", model'))).info["parameters"]
    assert 'Model: "my \\"best\\", model"' in text

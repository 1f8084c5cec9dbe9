"""Every file says that a model made it, and how; saying so never changes a pixel."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any
from unicodedata import category
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from limner.provenance.fresh_png import BAND
from limner.provenance.mark import (
    TRAINED_ALGORITHMIC_MEDIA,
    Provenance,
    UnreadablePicture,
    bare,
    convert,
    encode,
    mark,
    read,
)

FORMATS = ["png", "jpeg", "webp"]
ROBOT = Provenance(
    prompt="a friendly robot holding a flower",
    negative_prompt="rain",
    model="storybook",
    seed=7,
    steps=20,
    guidance=3.5,
    width=48,
    height=32,
)


EXIF = Image.Exif()
EXIF[0x0131] = "a camera"


def stripes(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    """A picture with something on it."""
    image = Image.new(mode, size, "white")
    for x in range(0, size[0], 3):
        image.paste((x * 5 % 256, 80, 200, 120)[: len(mode)], (x, 0, x + 1, size[1]))
    return image


def encoded(format: str, metadata: Provenance = ROBOT, mode: str = "RGB") -> bytes:
    image = stripes(mode)
    return encode(mode, image.size, image.tobytes(), format=format, metadata=metadata)


def opened(file: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(file))
    image.load()
    return image


def as_others_write(format: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    stripes(mode).save(file, format.upper(), **options)
    return file.getvalue()


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


whole = {format: encoded(format) for format in FORMATS}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(FORMATS))
def test_reading_a_damaged_file_never_raises(data: st.DataObject, format: str) -> None:
    file = bytearray(whole[format])
    for _ in range(data.draw(st.integers(0, 6))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(file[: data.draw(st.integers(0, len(file)))])
    found = read(cut)
    assert found is None or isinstance(found, Provenance)
    with suppress(UnreadablePicture):
        mark(cut, ROBOT)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"\xff\xd8\xff\xe1",
            b"RIFF\xff\xff\0\0WEBP",
            b"RIFF\x0c\0\0\0WEBP",
        ]
    ),
    st.binary(max_size=200),
)
def test_reading_garbage_never_raises(start: bytes, rest: bytes) -> None:
    read(start + rest)


def test_words_instead_of_a_picture_cannot_be_marked() -> None:
    with pytest.raises(UnreadablePicture, match="not a PNG, JPEG or WebP"):
        mark(b"a friendly robot", ROBOT)


# --- packets that strangers write ---


def png_with(packet: bytes, *, compressed: bool = False) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet.decode("latin-1"), zip=compressed)
    file = io.BytesIO()
    stripes().save(file, "PNG", pnginfo=info)
    return file.getvalue()


RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
IPTC = 'xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'


@pytest.mark.parametrize("compressed", [False, True])
def test_another_programs_mark_is_read_from_an_attribute(compressed: bool) -> None:
    packet = f'<rdf:RDF {RDF}><rdf:Description {IPTC} i:DigitalSourceType="{TRAINED_ALGORITHMIC_MEDIA}"/></rdf:RDF>'
    found = read(png_with(packet.encode(), compressed=compressed))
    assert found == Provenance(software="")
    assert found.made_by_a_model


def test_a_camera_is_not_a_model() -> None:
    camera = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    found = read(
        png_with(
            f'<r:RDF xmlns:r="{RDF[11:-1]}"><r:Description {IPTC} i:DigitalSourceType="{camera}"/></r:RDF>'.encode()
        )
    )
    assert found is not None
    assert not found.made_by_a_model


def test_a_packet_about_nothing_is_no_mark() -> None:
    assert read(png_with(f"<rdf:RDF {RDF}><rdf:Description/></rdf:RDF>".encode())) is None


def test_entities_are_refused_before_they_grow() -> None:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">' for i in range(12))
    bomb = "<i:DigitalSourceType>&l11;</i:DigitalSourceType>"
    packet = f"<!DOCTYPE x [{laughs}]><rdf:RDF {RDF}><rdf:Description {IPTC}>{bomb}</rdf:Description></rdf:RDF>"
    assert read(png_with(packet.encode())) is None


def test_a_deep_packet_is_refused() -> None:
    assert read(png_with(b"<a>" * 5000 + b"</a>" * 5000)) is None


def test_a_packet_that_unpacks_to_a_hundred_megabytes_is_refused() -> None:
    assert read(png_with(b" " * 100_000_000, compressed=True)) is None


def test_numbers_that_are_none_are_passed_over() -> None:
    ns = 'xmlns:l="https://limner.invalid/ns/1.0/"'
    values = f'l:Prompt="p" l:Seed="1e400" l:Guidance="nan" l:Steps="{"9" * 5000}"'
    packet = f"<rdf:RDF {RDF}><rdf:Description {ns} {values}/></rdf:RDF>"
    found = read(png_with(packet.encode()))
    assert found == Provenance(prompt="p", software="", source_type="")


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


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("format", FORMATS)
def test_a_bare_file_says_that_a_model_made_it_and_not_a_word_of_how(format: str, mode: str) -> None:
    before = encoded(format, mode=mode)
    after = bare(before)
    made = read(after)
    assert made is not None
    assert made.made_by_a_model
    assert (made.prompt, made.negative_prompt, made.model, made.seed, made.steps) == ("", "", "", None, None)
    for word in (b"robot", b"storybook", b"Steps", b"Seed"):
        assert word in before or format != "png"
        assert word not in after
    assert opened(after).tobytes() == opened(before).tobytes()
    assert bare(after) == after


@pytest.mark.parametrize("format", FORMATS)
def test_a_bare_file_keeps_its_colours_and_no_words_of_other_programs(format: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    words = PngImagePlugin.PngInfo()
    words.add_text("workflow", "a secret")
    more: dict[str, dict[str, Any]] = {"png": {"pnginfo": words}, "jpeg": {"comment": b"a secret"}, "webp": {}}
    file = bare(as_others_write(format, icc_profile=profile, exif=EXIF, **more[format]))
    assert opened(file).info["icc_profile"] == profile
    assert not opened(file).getexif()
    assert b"secret" not in file
    assert b"camera" not in file
    made = read(file)
    assert made is not None
    assert made.made_by_a_model


def test_an_animated_webp_keeps_its_frames_when_it_is_bare() -> None:
    file = io.BytesIO()
    stripes().save(file, "WEBP", save_all=True, append_images=[Image.new("RGB", (48, 32), "red")])
    assert len(list(ImageSequence.Iterator(Image.open(io.BytesIO(bare(file.getvalue())))))) == 2


@pytest.mark.parametrize("file", [b"words", encoded("png")[:200], encoded("jpeg")[:300], encoded("webp")[:60]])
def test_what_is_no_whole_picture_cannot_be_bared(file: bytes) -> None:
    with pytest.raises(UnreadablePicture):
        bare(file)

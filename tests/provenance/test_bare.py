"""A bare file says that a model made it, and nothing else."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from limner.provenance.mark import UnreadablePicture, bare, read
from tests.provenance.striped import EXIF, FORMATS, as_others_write, encoded, opened, stripes


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

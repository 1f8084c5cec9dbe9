"""Thumbnails are made when first asked for, once, and kept beside the picture."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from limner.errors import NotFound
from limner.gallery.thumbnails import thumbnail
from limner.provenance.mark import TRAINED_ALGORITHMIC_MEDIA, Provenance, read
from limner.storage import blobs
from limner.storage.derived import NAMES, delete_with_derived, derived
from tests.storage.full import full_after
from tests.storage.kept import MADE, boat, opened


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
@pytest.mark.parametrize(("width", "height"), [(256, 192), (640, 480)])
def test_a_thumbnail_is_a_small_webp_of_the_same_shape(pictures: Path, format: str, width: int, height: int) -> None:
    key = blobs.put("job/1/0", boat(format=format), f".{format}").key
    small = opened(thumbnail(key, width))
    assert (small.format, small.size) == ("WEBP", (width, height))


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
def test_a_thumbnail_says_that_a_model_made_it_and_not_with_which_words(pictures: Path, format: str) -> None:
    key = blobs.put("job/1/0", boat(format=format), f".{format}").key
    assert read(thumbnail(key, 256)) == Provenance(source_type=TRAINED_ALGORITHMIC_MEDIA)
    assert MADE.prompt
    assert MADE.prompt.encode() not in thumbnail(key, 256)


def test_a_small_picture_is_not_blown_up(pictures: Path) -> None:
    key = blobs.put("job/1/0", boat((512, 512), mode="RGBA"), ".png").key
    assert opened(thumbnail(key, 640)).size == (512, 512)


def test_a_narrow_picture_keeps_a_pixel_of_height(pictures: Path) -> None:
    key = blobs.put("job/1/0", boat((2048, 1)), ".png").key
    assert opened(thumbnail(key, 256)).size == (256, 1)


def test_nothing_is_made_before_somebody_asks(pictures: Path) -> None:
    key = blobs.put("job/1/0", boat(), ".png").key
    assert files(pictures) == [pictures / key]
    thumbnail(key, 256)
    assert len(files(pictures)) == 2


def test_a_thumbnail_asked_for_by_many_at_once_is_made_once(pictures: Path) -> None:
    key = blobs.put("job/1/0", boat(), ".png").key
    made: list[int] = []
    together = threading.Barrier(8)

    def make(data: bytes) -> bytes:
        made.append(len(data))
        return b"small"

    def ask(_: int) -> bytes:
        together.wait()
        return derived(key, "thumb-256.webp", make)

    with ThreadPoolExecutor(8) as people:
        assert set(people.map(ask, range(8))) == {b"small"}
    assert len(made) == 1


def test_a_thumbnail_that_cannot_be_kept_is_shown_all_the_same(pictures: Path) -> None:
    with full_after(pictures, kilobytes=64):
        key = blobs.put("job/1/0", b"a picture", ".png").key
        assert derived(key, "as.png", lambda data: data * 20_000) == b"a picture" * 20_000
        assert files(pictures) == [pictures / key]


def test_no_thumbnail_of_a_blob_that_is_not_there(pictures: Path) -> None:
    with pytest.raises(NotFound):
        thumbnail("job/1/0-nothing.png", 256)


def test_a_thumbnail_goes_when_its_picture_goes(pictures: Path) -> None:
    key = blobs.put("job/1/0", boat(), ".png").key
    for name in NAMES:
        derived(key, name, lambda data: data)
    delete_with_derived(key)
    assert files(pictures) == []


def test_only_two_widths_are_made(pictures: Path) -> None:
    key = blobs.put("job/1/0", boat(), ".png").key
    with pytest.raises(ValueError, match="none of"):
        thumbnail(key, 257)
    with pytest.raises(ValueError, match="none of"):
        derived(key, "../../thumb", lambda data: data)

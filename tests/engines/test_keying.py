"""A plain ground made transparent."""

from __future__ import annotations

import io
import tracemalloc
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from limner.engines.keying import is_keyed, key_out

GROUND = (240, 236, 220)
RED = (200, 40, 50)


def figure(size: int = 128, ground: tuple[int, int, int] = GROUND) -> Image.Image:
    """A red disc with an eye of the ground's colour, smooth at its edges."""
    large = Image.new("RGB", (4 * size, 4 * size), ground)
    pencil = ImageDraw.Draw(large)
    pencil.ellipse((size, size, 3 * size, 3 * size), fill=RED)
    pencil.ellipse((1.8 * size, 1.8 * size, 2.2 * size, 2.2 * size), fill=ground)
    return large.resize((size, size), Image.Resampling.BOX)


def keyed(picture: Image.Image) -> Any:
    cut = key_out(picture)
    assert cut is not None
    assert (cut.mode, cut.size) == ("RGBA", picture.size)
    return np.asarray(cut)


def test_the_ground_is_clear_and_the_figure_is_not() -> None:
    cut = keyed(figure())
    assert cut[0, 0, 3] == cut[64, 20, 3] == 0
    assert tuple(cut[64, 45]) == (*RED, 255)


def test_what_only_looks_like_the_ground_inside_the_figure_stays() -> None:
    assert tuple(keyed(figure())[64, 64]) == (*GROUND, 255)


def test_the_outline_is_smooth_and_has_nothing_of_the_ground_in_it() -> None:
    cut = keyed(figure())
    partly = cut[(cut[..., 3] > 0) & (cut[..., 3] < 255)]
    assert len(partly) > 50
    assert np.abs(partly[:, :3].astype(int) - RED).max() <= 12


def test_on_its_own_ground_the_cut_figure_looks_as_before() -> None:
    picture = figure()
    cut = key_out(picture)
    assert cut is not None
    again = Image.new("RGBA", picture.size, GROUND)
    again.alpha_composite(cut)
    difference = np.abs(np.asarray(again.convert("RGB")).astype(int) - np.asarray(picture))
    assert difference.max() <= 30
    assert difference.mean() < 0.5


def test_the_small_unevenness_of_a_drawn_ground_does_not_matter() -> None:
    uneven = np.asarray(figure()).astype(int) + np.random.default_rng(1).integers(-6, 7, (128, 128, 3))
    cut = keyed(Image.fromarray(np.clip(uneven, 0, 255).astype(np.uint8)))
    assert (cut[:20, :, 3] == 0).all()
    assert (cut[55:60, 45:50, 3] == 255).all()


def test_a_figure_that_stands_on_the_edge_may_cover_a_tenth_of_the_border() -> None:
    picture = figure()
    ImageDraw.Draw(picture).rectangle((54, 90, 74, 128), fill=RED)
    cut = keyed(picture)
    assert cut[127, 64, 3] == 255
    assert cut[127, 20, 3] == 0


@pytest.mark.parametrize("kind", ["stripes", "sky", "noise"])
def test_a_ground_that_is_not_plain_is_left_alone(kind: str) -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    match kind:
        case "stripes":
            pixels[::2] = 200
        case "sky":
            pixels[:] = np.linspace(20, 220, 64).astype(np.uint8)[:, None, None]
        case _:
            pixels = np.random.default_rng(2).integers(0, 256, (64, 64, 3), np.uint8)
    assert key_out(Image.fromarray(pixels)) is None


def test_a_picture_of_nothing_but_ground_has_no_figure() -> None:
    assert key_out(Image.new("RGB", (64, 64), GROUND)) is None


def test_a_winding_way_from_the_border_is_followed_to_its_end() -> None:
    picture = Image.new("RGB", (96, 96), GROUND)
    pencil = ImageDraw.Draw(picture)
    for number, top in enumerate(range(8, 88, 12)):
        gap = 80 if number % 2 else 8
        pencil.rectangle((8, top, 87, top + 5), fill=RED)
        pencil.rectangle((gap, top, gap + 6, top + 5), fill=GROUND)
    pencil.rectangle((4, 8, 7, 87), fill=RED)
    pencil.rectangle((88, 8, 91, 87), fill=RED)
    assert keyed(picture)[76, 48, 3] == 0


def test_a_gap_in_its_outline_does_not_lay_a_pale_figure_open() -> None:
    picture = Image.new("RGB", (512, 512), GROUND)
    pencil = ImageDraw.Draw(picture)
    for begin in range(0, 360, 20):  # an outline of 18 strokes, about 10 pixels apart
        pencil.arc((106, 106, 405, 405), begin, begin + 16, fill=(60, 40, 40), width=5)
    cut = keyed(picture)
    assert (cut[116:396, 256, 3] == 255).all()
    assert (cut[:100, :, 3] == 0).all()


def test_what_is_a_little_paler_than_the_ground_is_not_the_ground() -> None:
    pale = (255, 255, 245)
    picture = Image.new("RGB", (512, 512), GROUND)
    ImageDraw.Draw(picture).rectangle((200, 200, 312, 312), fill=pale)
    assert tuple(keyed(picture)[256, 256]) == (*pale, 255)


def test_a_large_picture_is_cut_like_a_small_one_and_keeps_its_detail() -> None:
    picture = figure(576).resize((2304, 2304), Image.Resampling.BILINEAR)
    picture.putpixel((800, 1152), (0, 0, 0))
    cut = keyed(picture)
    assert cut[0, 0, 3] == cut[1152, 400, 3] == 0
    assert tuple(cut[1152, 801]) == (*RED, 255)
    assert tuple(cut[1152, 800]) == (0, 0, 0, 255)
    partly = cut[(cut[..., 3] > 64) & (cut[..., 3] < 255)]
    assert len(partly) > 1000
    assert np.abs(partly[:, :3].astype(int) - RED).mean() <= 12  # it is soft beforehand


def test_a_large_picture_costs_little_memory_beyond_what_comes_back() -> None:
    # tracemalloc sees NumPy's memory, not Pillow's.
    picture = Image.new("RGB", (2880, 2880), GROUND)
    ImageDraw.Draw(picture).ellipse((720, 720, 2160, 2160), fill=RED)
    tracemalloc.start()
    assert key_out(picture) is not None
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 80e6


def test_a_file_with_a_clear_ground_is_known_from_one_that_only_could_have_one() -> None:
    cut = key_out(figure())
    assert cut is not None
    opaque = figure().convert("RGBA")
    for picture, format, clear in ((cut, "PNG", True), (cut, "WEBP", True), (opaque, "PNG", False)):
        file = io.BytesIO()
        picture.save(file, format, lossless=True)
        assert is_keyed(file.getvalue()) is clear
    file = io.BytesIO()
    figure().save(file, "JPEG")
    assert not is_keyed(file.getvalue())

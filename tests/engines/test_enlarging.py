"""Sizes beyond the native one: a model's own network where it has one, Lanczos where not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from limner.engines.adapters.openvino.enlarging import MARGIN, TILE, Enlarger, Pixels
from tests.engines.tiny_model import doubler, ov

Make = Callable[[Path], Enlarger]


@pytest.fixture
def plain(tmp_path: Path) -> Enlarger:
    return Enlarger(ov, tmp_path / "nothing", {})


@pytest.fixture
def nearest(tmp_path: Path) -> Enlarger:
    """A network that repeats every pixel: what it made cannot be taken for Lanczos."""
    doubler(tmp_path / "upscaler")
    return Enlarger(ov, tmp_path / "upscaler", {})


def noise(height: int, width: int) -> Pixels:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8)


def repeated(pixels: Pixels, times: int) -> Any:
    return pixels.repeat(times, axis=0).repeat(times, axis=1)


def test_a_picture_of_another_shape_is_cut_and_not_stretched(plain: Enlarger) -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[24:40, 24:40] = 255  # a square in the middle
    wide = np.asarray(plain.fitted(pixels, 128, 64))[..., 0] > 127
    assert wide.any(axis=0).sum() == wide.any(axis=1).sum() == 32


def test_a_picture_of_the_asked_size_is_left_as_it_is(nearest: Enlarger) -> None:
    pixels = noise(40, 60)
    assert (np.asarray(nearest.fitted(pixels, 60, 40)) == pixels).all()


@pytest.mark.parametrize("shape", [(24, 40), (TILE, TILE), (TILE + 50, 2 * TILE + 1), (TILE - MARGIN, TILE + MARGIN)])
def test_twice_the_size_is_drawn_by_the_models_network_without_a_seam(
    nearest: Enlarger, shape: tuple[int, int]
) -> None:
    pixels = noise(*shape)
    large = nearest.fitted(pixels, 2 * shape[1], 2 * shape[0])
    assert (np.asarray(large) == repeated(pixels, 2)).all()


def test_four_times_the_size_goes_through_it_twice(nearest: Enlarger) -> None:
    pixels = noise(16, 24)
    assert (np.asarray(nearest.fitted(pixels, 96, 64)) == repeated(pixels, 4)).all()


def test_between_two_sizes_the_larger_one_is_made_smaller(nearest: Enlarger, plain: Enlarger) -> None:
    pixels = noise(32, 32)
    between = nearest.fitted(pixels, 50, 50)
    assert between.size == (50, 50)
    assert (np.asarray(between) != np.asarray(plain.fitted(pixels, 50, 50))).any()


def test_a_smaller_picture_needs_no_network(tmp_path: Path) -> None:
    folder = tmp_path / "upscaler"
    folder.mkdir()
    (folder / "openvino_model.xml").write_text("not read before it is needed")
    assert Enlarger(ov, folder, {}).fitted(noise(64, 64), 32, 32).size == (32, 32)

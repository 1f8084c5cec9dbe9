"""Which sizes a model draws by itself and which it is offered in, by what its folder says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from limner.engines.catalog import Facts, facts, model, offered
from limner.engines.contract import Capabilities, Size, Task
from limner.engines.sizes import native_size

NATIVE = ("512x512", "896x512", "512x896", "768x512", "512x768")


def able(*names: str) -> Capabilities:
    sizes = tuple(map(Size.parse, names))
    return Capabilities(tasks=frozenset(Task), sizes=sizes, offered_sizes=offered(sizes))


@pytest.mark.parametrize(
    ("asked", "drawn"),
    [
        ("1024x1024", "512x512"),
        ("512x512", "512x512"),
        ("256x256", "512x512"),
        ("1792x1024", "896x512"),
        ("1024x1792", "512x896"),
        ("1536x1024", "768x512"),
        ("1024x1536", "512x768"),
        ("1600x900", "896x512"),
        ("1000x900", "512x512"),
        ("640x480", "768x512"),
    ],
)
def test_the_native_size_of_the_nearest_shape_is_drawn(asked: str, drawn: str) -> None:
    for sizes in (NATIVE, tuple(reversed(NATIVE))):
        assert str(native_size(Size.parse(asked), able(*sizes))) == drawn


def test_every_shape_that_is_drawn_natively_is_offered_twice_as_large_too() -> None:
    assert [str(size) for size in able(*NATIVE[:2]).offered_sizes] == [
        *("1024x1024", "512x512", "256x256"),
        *("1792x1024", "896x512"),
    ]


def test_storybook_offers_no_shape_that_its_folder_does_not_name() -> None:
    sizes = model("storybook").capabilities
    assert model("storybook").path is not None
    named = facts(model("storybook").path or Path()).sizes
    assert sizes.sizes == (named or (Size(512, 512),))
    assert sizes.offered_sizes == offered(sizes.sizes)


def test_a_folder_says_words_sizes_and_scenes(tmp_path: Path) -> None:
    said = {"words": ["a", "cat"], "sizes": ["512x512", "896x512"], "fallback": ["a cat"], "naming": ["cat"]}
    (tmp_path / "vocabulary.json").write_text(json.dumps(said))
    found = facts(tmp_path)
    assert found == Facts(frozenset({"a", "cat"}), (Size(512, 512), Size(896, 512)), ("a cat",), frozenset({"cat"}))
    (tmp_path / "vocabulary.json").write_text(json.dumps({"words": ["a", "cat"]}))
    assert facts(tmp_path) == replace(found, sizes=(), fallback=(), naming=None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "null",
        '{"words": 5}',
        '{"words": [], "sizes": ["big"]}',
        '{"words": [], "sizes": ["0x0"]}',
        '{"words": [], "sizes": ["512x0"]}',
    ],
)
def test_a_damaged_list_of_words_does_not_take_the_catalog_with_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "vocabulary.json").write_text(text)
    assert facts(tmp_path) == facts(tmp_path / "nowhere") == Facts()

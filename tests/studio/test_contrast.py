"""WCAG 2.2 AA: every pair of colours that is used for words or edges, in both themes, from the style sheet itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import limner.look

SHEET = (Path(limner.look.__file__).parent / "static" / "look" / "limner.css").read_text()
LIGHT, DARK = (
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\n *\}", SHEET, re.DOTALL)[:2]
)
DARK = {**LIGHT, **DARK}

WORDS = [
    ("ink", "paper"), ("ink", "sheet"), ("ink", "leaf-wash"), ("ink", "alarm-wash"), ("ink", "mat"),
    ("ink-soft", "paper"), ("ink-soft", "sheet"), ("ink-soft", "mat"),
    ("leaf-deep", "paper"), ("leaf-deep", "sheet"), ("leaf-ink", "leaf"), ("alarm", "mat"), ("paper", "ink"),
]  # fmt: skip
EDGES = [
    ("edge", "paper"),
    ("edge", "sheet"),
    ("leaf-deep", "paper"),
    ("leaf-deep", "leaf-wash"),
    ("alarm", "alarm-wash"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_are_readable(theme: dict[str, str]) -> None:
    poor = {pair: round(contrast(theme[pair[0]], theme[pair[1]]), 2) for pair in WORDS}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_controls_are_to_be_seen(theme: dict[str, str]) -> None:
    poor = {pair: round(contrast(theme[pair[0]], theme[pair[1]]), 2) for pair in EDGES}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 3} == {}

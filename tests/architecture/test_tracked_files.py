"""What is committed works anywhere: it names no path, index or mirror of the machine it was written on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, tracked_files

SHARED_FOLDERS = {Path(name) for name in ("/", "/tmp", "/home", "/root", "/usr/src", "/opt", "/srv", "/app")}
INDEX = re.compile(r'index-url|find-links|"resolved": *"http|https?://\S+(/simple\b|\.whl\b|\.tar\.gz\b|\.tgz\b)')
PIP_PLACES = ("index-url", "extra-index-url", "find-links")


def places_of_this_machine() -> set[str]:
    """This checkout's folder (and its parent, where that is nobody else's), and where pip fetches from here."""
    places = {f"{ROOT}/"}
    if ROOT.parent not in SHARED_FOLDERS:
        places.add(f"{ROOT.parent}/")
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    for line in listing.stdout.splitlines():
        name, _, value = line.partition("=")
        if name.rpartition(".")[2] in PIP_PLACES:
            places.update(value.strip("'\" ").split())
    for name in PIP_PLACES:
        places.update(os.environ.get("PIP_" + name.upper().replace("-", "_"), "").split())
    return places


def lines_of(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except UnicodeDecodeError:
        return []  # a picture, or a model's weights


def found_in_tracked_files(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in tracked_files()
        if path != Path(__file__).resolve()
        for number, line in enumerate(lines_of(path), 1)
        if pattern.search(line)
    ]


def test_no_tracked_file_names_a_path_of_this_machine() -> None:
    places = "|".join(re.escape(place) for place in sorted(places_of_this_machine()))
    wrong = found_in_tracked_files(re.compile(rf"(?<![\w./}}])({places})"))
    assert not wrong, "\n".join(wrong)


def test_no_tracked_file_names_a_package_index() -> None:
    wrong = found_in_tracked_files(INDEX)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "line",
    [
        "--index-url=x",
        '"resolved": "https://registry.example/a.tgz"',
        "https://example.org/simple",
        "see https://example.org/a-1.0-py3-none-any.whl",
    ],
)
def test_the_reader_knows_an_index_when_it_sees_one(line: str) -> None:
    assert INDEX.search(line)


def test_constraints_are_pins_and_nothing_else() -> None:
    lines = [line for line in lines_of(ROOT / "constraints.txt") if line and not line.startswith("#")]
    assert len(lines) > 50
    wrong = [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)]
    assert not wrong

"""`limner bench` measures a model of this machine, and estimates begin with what it found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.process import limner


@pytest.mark.extra
def test_a_model_is_measured_and_the_table_can_be_pasted(tmp_path: Path) -> None:
    done = limner(tmp_path / "home", "bench", "--steps", "2", "--pictures", "2", COLUMNS="120")
    assert (done.returncode, done.stderr) == (0, "")
    said = dict(re.split(r"\s{2,}", line.rstrip(), maxsplit=1) for line in done.stdout.splitlines() if "  " in line)
    assert (said["model"], said["drawn by"]) == ("storybook", "openvino")
    assert said["size, steps"].endswith(", 2")
    assert float(said["seconds a picture"].split()[0]) > 0
    assert said["machine"].partition(" ")[0].isdigit()
    assert done.stdout.isascii()


def test_what_cannot_be_measured_is_said(tmp_path: Path) -> None:
    for words, says in (
        (["nobody"], "does not exist"),
        (["--size", "7x7"], "Choose one of them"),
        (["--size", "large"], "Choose one of them"),
        (["--steps", "0"], "0 is not in the range"),
    ):
        done = limner(tmp_path / "home", "bench", *words)
        assert done.returncode == 2
        assert says in done.stderr
    assert list(tmp_path.iterdir()) == []

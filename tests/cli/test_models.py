"""`limner models`: bringing a model from a hub to this machine, and giving its place back."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.process import LIMNER, environment, limner
from tests.engines.test_pulling import model, write
from tests.hub import Hub, hub

NAME = "somebody/tiny-sd"
TEN_MEGABYTES = 10 * 1024**2


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Hub]:
    with hub() as running:
        model(tmp_path / "their")
        running.models[NAME] = tmp_path / "their"
        running.cards[NAME] = {"license": "openrail++"}
        yield running


def test_a_model_is_found_pulled_listed_verified_and_removed(here: Hub, tmp_path: Path) -> None:
    home, at = tmp_path / "home", {"HF_ENDPOINT": here.url, "COLUMNS": "150"}
    assert NAME in limner(home, "models", "search", "tiny", **at).stdout
    refused = limner(home, "models", "pull", NAME, **at)
    assert (refused.returncode, "--yes" in refused.stderr) == (2, True)
    assert "licence openrail++" in refused.stdout
    pulled = limner(home, "models", "pull", NAME, "--yes", **at)
    assert (pulled.returncode, pulled.stderr) == (0, "")
    assert "--model tiny-sd" in pulled.stdout
    listed = limner(home, "models", "list", COLUMNS="150").stdout
    assert "tiny-sd" in listed
    assert "openrail++" in listed
    shown = limner(home, "models", "show", "tiny-sd").stdout
    assert str(home / "models" / NAME) in shown
    assert "safety_checker none" in shown
    weights = home / "models" / NAME / "unet" / "diffusion_pytorch_model.safetensors"
    assert limner(home, "models", "verify", "tiny-sd").returncode == 0
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    damaged = limner(home, "models", "verify", "tiny-sd")
    assert damaged.returncode == 1
    assert f"limner models pull {NAME}" in damaged.stderr
    assert limner(home, "models", "remove", "tiny-sd", "--yes").returncode == 0
    assert "tiny-sd" not in limner(home, "models", "list").stdout
    assert limner(home, "models", "remove", "storybook", "--yes").returncode == 2


def test_a_pull_that_was_killed_is_taken_up_where_it_was(here: Hub, tmp_path: Path) -> None:
    write(here.models[NAME], "text_encoder/model.safetensors", os.urandom(2 * TEN_MEGABYTES + 5))
    home, at = tmp_path / "home", {"HF_ENDPOINT": here.url}
    here.most = TEN_MEGABYTES + 7
    process = subprocess.Popen(
        [*LIMNER, "models", "pull", NAME, "--yes"], env=environment(home, **at), stdout=subprocess.DEVNULL, stderr=-3
    )
    until = time.monotonic() + 60
    while not any(path.stat().st_size for path in home.glob("models/.pulling/*/text_encoder/*.part")):
        assert time.monotonic() < until
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert "tiny-sd" not in limner(home, "models", "list").stdout
    here.most = None
    here.asked.clear()
    assert limner(home, "models", "pull", NAME, "--yes", **at).returncode == 0
    assert here.ranges("text_encoder/model.safetensors") == [f"bytes={TEN_MEGABYTES}-"]
    assert limner(home, "models", "verify", "tiny-sd").returncode == 0


def test_what_is_good_to_begin_with_is_told_without_asking_anybody(tmp_path: Path) -> None:
    told = limner(tmp_path / "home", "models", "starters", COLUMNS="200", HF_ENDPOINT="http://127.0.0.1:9")
    assert told.returncode == 0
    assert "limner models pull OpenVINO/LCM_Dreamshaper_v7-int8-ov" in told.stdout
    assert list(tmp_path.iterdir()) == []

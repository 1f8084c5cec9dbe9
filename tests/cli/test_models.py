"""`limner models`: bringing a model from a hub to this machine, and giving its place back."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.process import LIMNER, environment, limner
from tests.engines.larger import larger_onnx
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
    listed = limner(home, "models", "list").stdout
    assert f"{NAME} is not whole yet" in listed
    assert not any(line.startswith("tiny-sd") for line in listed.splitlines())
    here.most = None
    here.asked.clear()
    assert limner(home, "models", "pull", NAME, "--yes", **at).returncode == 0
    [asked] = here.ranges("text_encoder/model.safetensors")
    assert 0 < int(asked.removeprefix("bytes=").removesuffix("-")) <= TEN_MEGABYTES  # it may be killed amid a write
    assert limner(home, "models", "verify", "tiny-sd").returncode == 0
    assert "not whole yet" not in limner(home, "models", "list").stdout


def test_a_pull_that_broke_off_is_given_up_by_its_name(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (stage := home / "models" / ".pulling" / "somebody--tiny-sd@0123456789ab" / "unet").mkdir(parents=True)
    (stage / "diffusion_pytorch_model.safetensors.part").write_bytes(bytes(2_000_000))
    assert "2 MB are free again" in limner(home, "models", "remove", NAME).stdout
    assert "not whole yet" not in limner(home, "models", "list").stdout


def test_a_model_that_cannot_be_read_any_more_is_verified_and_removed_by_its_name(here: Hub, tmp_path: Path) -> None:
    home, at = tmp_path / "home", {"HF_ENDPOINT": here.url}
    assert limner(home, "models", "pull", NAME, "--yes", **at).returncode == 0
    note, index = home / "models" / NAME / "limner.json", home / "models" / NAME / "model_index.json"
    kept = note.read_text()
    note.write_text("{")
    spoilt = limner(home, "models", "verify", "tiny-sd")
    assert (spoilt.returncode, "Mend it, or delete it" in spoilt.stderr) == (1, True)
    note.write_text(kept)
    index.write_text("{")
    damaged = limner(home, "models", "verify")
    assert (damaged.returncode, f"limner models pull {NAME}" in damaged.stderr) == (1, True)
    assert limner(home, "models", "remove", "tiny-sd", "--yes").returncode == 0
    assert not index.exists()


def test_a_second_model_of_one_name_says_what_it_is_called(here: Hub, tmp_path: Path) -> None:
    here.models["aaa/tiny-sd"] = here.models[NAME]
    home, at = tmp_path / "home", {"HF_ENDPOINT": here.url}
    assert "--model tiny-sd\n" in limner(home, "models", "pull", NAME, "--yes", **at).stdout
    assert "--model tiny-sd@aaa\n" in limner(home, "models", "pull", "aaa/tiny-sd", "--yes", **at).stdout


def test_a_model_whose_engine_is_not_installed_is_not_called_installed(here: Hub, tmp_path: Path) -> None:
    home, at = tmp_path / "home", {"HF_ENDPOINT": here.url}
    told = limner(home, "models", "pull", NAME, "--yes", **at).stdout
    found = {one["name"]: one for one in json.loads(limner(home, "models", "list", "--json").stdout)}
    assert (found["storybook"]["installed"], found["storybook"]["needs"]) == (True, None)
    if find_spec("torch") and find_spec("diffusers"):
        assert (found["tiny-sd"]["installed"], found["tiny-sd"]["needs"]) == (True, None)
        return
    command = "pip install 'limner[diffusers]'"
    assert command in told
    assert (found["tiny-sd"]["installed"], found["tiny-sd"]["needs"]) == (False, command)
    assert command in limner(home, "models", "list", COLUMNS="200").stdout
    refused = limner(home, "models", "convert", "tiny-sd")
    assert (refused.returncode, f"{command} nncf" in refused.stderr) == (1, True)
    assert not list((home / "models").glob("*/tiny-sd-ov"))


def test_what_is_good_to_begin_with_is_told_without_asking_anybody(tmp_path: Path) -> None:
    told = limner(tmp_path / "home", "models", "starters", COLUMNS="200", HF_ENDPOINT="http://127.0.0.1:9")
    assert told.returncode == 0
    assert "limner models pull OpenVINO/LCM_Dreamshaper_v7-int8-ov" in told.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.extra
@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_a_model_is_converted_and_a_disk_that_fills_up_meanwhile_keeps_no_half_of_it(tmp_path: Path) -> None:
    from tests.engines import checkpoints

    home = tmp_path / "home"
    checkpoints.stable_diffusion(home / "models" / "somebody" / "tiny-sd")
    full = _convert(home, _no_file_of_more_than_100_kilobytes)
    assert (full.returncode, "The disk is full, so tiny-sd-ov is not whole" in full.stderr) == (1, True), full.stderr
    assert sorted(path.name for path in home.glob("models/*/*")) == ["somebody--tiny-sd-ov.lock", "tiny-sd"]
    converted = _convert(home)
    assert (converted.returncode, "--model tiny-sd-ov\n" in converted.stdout) == (0, True), converted.stderr
    parts = ["text_encoder", "unet", "vae_decoder", "vae_encoder", "tokenizer"]
    assert converted.stderr.splitlines() == [f"{part} …" for part in parts]  # and nothing of the libraries' chatter
    assert limner(home, "models", "verify", "tiny-sd-ov").returncode == 0
    found = {one["name"]: one["engine"] for one in json.loads(limner(home, "models", "list", "--json").stdout)}
    assert found["tiny-sd-ov"] == "openvino"


def _no_file_of_more_than_100_kilobytes() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def _convert(home: Path, first: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """`limner models convert`, after `first` in the same process."""
    command = [*LIMNER, "models", "convert", "tiny-sd"]
    return subprocess.run(
        command, env=environment(home), capture_output=True, text=True, timeout=240, check=False, preexec_fn=first
    )


def test_a_tiny_autoencoder_is_pulled_verified_and_removed(here: Hub, tmp_path: Path) -> None:
    home, at, name = tmp_path / "home", {"HF_ENDPOINT": here.url}, "somebody/smallest"
    here.models[name] = tmp_path / "smallest"
    write(here.models[name], "config.json", b'{"_class_name": "AutoencoderTiny"}')
    write(here.models[name], "diffusion_pytorch_model.safetensors", b"weights")
    write(here.models[name], "taesd_decoder.pth", b"pickled")
    pulled = limner(home, "models", "pull", name, "--yes", **at)
    assert (pulled.returncode, pulled.stderr) == (0, "")
    assert f"limner models convert NAME --tiny {name}" in pulled.stdout
    kept = sorted(path.name for path in (home / "models" / name).iterdir())
    assert kept == ["SHA256SUMS", "config.json", "diffusion_pytorch_model.safetensors", "limner.json"]
    assert "smallest" not in limner(home, "models", "list").stdout
    assert "every file is here and whole" in limner(home, "models", "verify", name).stdout
    assert limner(home, "models", "remove", name, "--yes").returncode == 0
    write(here.models[name], "config.json", b'{"_class_name": "AutoencoderKL"}')
    refused = limner(home, "models", "pull", name, "--yes", **at)
    assert (refused.returncode, "has no model_index.json" in refused.stderr) == (1, True), refused.stderr


def test_a_model_that_makes_pictures_larger_is_pulled_listed_shown_and_removed(here: Hub, tmp_path: Path) -> None:
    home, at = tmp_path / "home", {"HF_ENDPOINT": here.url, "COLUMNS": "150"}
    here.models["somebody/sharp-x2"] = larger_onnx(tmp_path / "sharp")
    pulled = limner(home, "models", "pull", "somebody/sharp-x2", "--yes", **at)
    assert (pulled.returncode, pulled.stderr) == (0, "")
    assert "sharp-x2 is here. It makes pictures larger" in pulled.stdout
    listed = limner(home, "models", "list", COLUMNS="150").stdout
    assert "2x, 4x" in next(line for line in listed.splitlines() if line.startswith("sharp-x2"))
    assert "openvino-enlarging" in limner(home, "models", "show", "sharp-x2").stdout
    assert "every file is here and whole" in limner(home, "models", "verify", "sharp-x2").stdout
    refused = limner(home, "generate", "a lighthouse", "--model", "sharp-x2", "-o", str(tmp_path / "no.png"))
    assert (refused.returncode, "does not draw from words alone" in refused.stderr) == (2, True)
    assert limner(home, "models", "remove", "sharp-x2", "--yes").returncode == 0
    assert "sharp-x2" not in limner(home, "models", "list").stdout

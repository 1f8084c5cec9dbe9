"""README's table "Which engine for whom": each row's command is run, as it stands there, against a hub and servers of
the tests that have tiny models under the real ones' names."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.process import limner
from tests.engines.larger import larger_onnx
from tests.hub import Hub, hub
from tests.upstream.running import StandIn, stand_in

pytestmark = [
    pytest.mark.extra,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

README = Path(__file__).resolve().parents[2] / "README.md"
PUBLISHED = "OpenVINO/LCM_Dreamshaper_v7-int8-ov"
TURBO, TINY, LARGER = "stabilityai/sd-turbo", "madebyollin/taesd", "Xenova/swin2SR-classical-sr-x2-64"


def commands() -> list[list[str]]:
    """The words of the table's commands, in its order."""
    section = README.read_text(encoding="utf-8").partition("## Which engine for whom")[2].partition("\n## ")[0]
    table = "\n".join(line for line in section.splitlines() if line.startswith("| "))
    return [shlex.split(words) for words in re.findall(r"`limner ([^`]*)`", table)]


@pytest.fixture
def openai() -> Iterator[StandIn]:
    with stand_in() as server:
        yield server


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Hub]:
    from tests.engines import checkpoints
    from tests.engines.tiny_model import make

    with hub() as running:
        running.models = {name: tmp_path / "hub" / name for name in (PUBLISHED, TURBO, TINY, LARGER)}
        checkpoints.stable_diffusion(running.models[TURBO])
        checkpoints.tiny_autoencoder(running.models[TINY])
        make(running.models[PUBLISHED])
        larger_onnx(running.models[LARGER])
        yield running


def test_each_command_does_what_its_row_says(here: Hub, openai: StandIn, tmp_path: Path) -> None:
    home = tmp_path / "home"
    at = {"HF_ENDPOINT": here.url, "OPENAI_API_KEY": openai.key, "OPENAI_BASE_URL": openai.url}
    home.mkdir()
    (home / "upstreams.toml").write_text(f'[house]\nkind = "other"\nurl = "{openai.url}"\nkey = "{openai.key}"\n')
    for words in commands():
        asks = words[:2] == ["models", "pull"] or "gpt-image-2" in words
        done = limner(home, *words, *(["--yes"] if asks else []), **at)
        assert done.returncode == 0, f"limner {shlex.join(words)}\n{done.stdout}\n{done.stderr}"
    listed = limner(home, "models", "list", COLUMNS="200", **at).stdout
    for name in (PUBLISHED, TURBO):
        assert name.rpartition("/")[2] in listed
    for name in ("LCM_Dreamshaper_v7-int8-ov", "sd-turbo", "sd-turbo-int8-tiny-ov"):
        out = tmp_path / f"{name}.png"
        done = limner(home, "generate", "a red robot", "--model", name, "-o", str(out), **at)
        assert done.returncode == 0, done.stderr
        assert out.is_file()

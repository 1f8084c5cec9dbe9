"""Whatever lies in one folder of models: Limner starts, the other models draw, and nobody's name is taken."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from limner.engines import catalog, upstreams
from limner.engines.dialects import target_for
from limner.engines.weights import look, refuse_what_runs, store
from limner.engines.weights.watching import Watch
from tests.engines.test_pulling import model, write

NESTED = b"[" * 100_000


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Where this test's Limner keeps its models."""
    yield tmp_path
    catalog.watch(None)
    catalog.bring([])
    upstreams.start({}, tmp_path / "nowhere")


@pytest.mark.parametrize("content", [b'{"here_since": "0001-01-01T00:00:00+14:00"}', NESTED, b'{"here_since": []}'])
def test_a_note_of_nonsense_stops_nobody(home: Path, content: bytes) -> None:
    for name in ("good", "bad"):
        model(home / "models/owner" / name)
    write(home, "models/owner/bad/limner.json", content)
    store.start(home)
    assert "good" in catalog.catalog(at_once=True)


@pytest.mark.parametrize("name", ["model_index.json", "config.json", "unet/config.json", "scheduler/scheduler_config.json"])
def test_a_file_that_is_nested_without_end_leaves_its_model_out(home: Path, name: str) -> None:
    for folder in ("good", "bad"):
        model(home / "models/owner" / folder)
    write(home, f"models/owner/bad/{name}", NESTED)
    if name == "config.json":
        (home / "models/owner/bad/model_index.json").unlink()
    assert store.companions_in(home) == {}
    assert [one.name for one in store.models_in(home)] == ["good"]


def test_a_look_that_fails_is_told_once_and_what_was_known_stands(caplog: pytest.LogCaptureFixture) -> None:
    stamps, looks = ["one"], []

    def changed() -> None:
        looks.append(stamps[0])
        if stamps[0] == "bad":
            raise RuntimeError("a folder of nonsense")

    watch = Watch(lambda: stamps[0], changed)
    watch()
    stamps[0] = "bad"
    with caplog.at_level(logging.ERROR):
        watch(at_once=True)
        watch(at_once=True)
    assert looks == ["one", "bad"]
    assert [record.message for record in caplog.records] == ["The models on this machine cannot be looked at."]
    stamps[0] = "mended"
    watch(at_once=True)
    assert looks[-1] == "mended"


def test_no_pull_takes_the_name_of_an_upstreams_model(home: Path) -> None:
    (home / "upstreams.toml").write_text(
        '[house]\nkind = "other"\nurl = "http://localhost:1/v1"\nmodels = ["flux", "storybook"]\n'
    )
    store.start(home)
    upstreams.start({}, home)
    for owner in ("house", "stranger"):
        model(home / "models" / owner / "flux")
    catalog.catalog(at_once=True)
    assert catalog.model("flux").upstream == "house"
    assert {"flux@stranger", "flux@house.local"} <= set(catalog.catalog())
    assert target_for("flux@house", {}) == "flux"
    assert catalog.model("storybook").upstream == ""
    upstreams.start({}, home)  # the same names after the next start
    assert {"flux", "flux@stranger", "flux@house.local", "storybook@house"} <= set(catalog.catalog())


def test_parts_that_lie_elsewhere_are_neither_read_nor_counted(home: Path) -> None:
    folder = home / "models/owner/one"
    model(folder)
    index = json.loads((folder / "model_index.json").read_text())
    write(home, "elsewhere/large.safetensors", bytes(10**6))
    write(home, "elsewhere/config.json", {"auto_map": {"AutoModel": "theirs.Model"}})
    known = look(folder, "one").bytes
    for part in ("../../../elsewhere", str(home / "elsewhere")):
        write(folder, "model_index.json", {**index, part: ["diffusers", "AutoencoderKL"]})
        assert look(folder, "one").bytes == known
        refuse_what_runs(folder, "One")

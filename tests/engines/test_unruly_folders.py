"""Whatever lies in one folder of models: Limner starts, the other models draw, and nobody's name is taken."""

from __future__ import annotations

import errno
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from limner.engines import catalog, upstreams
from limner.engines.dialects import target_for
from limner.engines.weights import look, placing, pulling, refuse_what_runs, store
from limner.engines.weights.hub import Repository
from limner.engines.weights.placing import alone
from limner.engines.weights.watching import Watch
from limner.errors import NotFound, Unavailable
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


@pytest.mark.parametrize(
    "name", ["model_index.json", "config.json", "unet/config.json", "scheduler/scheduler_config.json"]
)
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


def test_of_a_linked_model_the_link_is_removed(home: Path) -> None:
    model(home / "elsewhere/one")
    (home / "models/owner").mkdir(parents=True)
    (home / "models/owner/one").symlink_to(home / "elsewhere/one")
    assert [one.name for one in store.models_in(home)] == ["one"]
    assert store.remove(home, home / "models/owner/one") == 0
    assert (store.models_in(home), (home / "elsewhere/one/model_index.json").is_file()) == ([], True)
    assert not (home / "models/owner").exists()


def test_a_model_that_cannot_be_deleted_is_said_in_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    model(home / "models/owner/one")
    with monkeypatch.context() as locked:
        locked.setattr(os, "replace", refused)
        with pytest.raises(Unavailable, match=r"owner/one could not be removed from .*: Permission denied"):
            store.remove(home, home / "models/owner/one")
    store.remove(home, home / "models/owner/one")
    with pytest.raises(NotFound, match="owner/one is not here any more"):  # pressed twice
        store.remove(home, home / "models/owner/one")


def test_a_model_that_is_being_pulled_is_not_removed_meanwhile(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "_PAUSE", 0)
    model(home / "models/owner/one")
    stage = pulling.stage_of(home, Repository("owner/one", "f" * 40, (), ""))
    with alone(stage, "owner/one"), pytest.raises(Unavailable, match="being brought here already"):
        store.remove(home, home / "models/owner/one")
    assert (home / "models/owner/one").is_dir()


def test_what_was_left_by_whoever_was_killed_is_swept_by_the_next(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "_PAUSE", 0)
    for name in ("one", "two"):
        model(home / "models/owner" / name)
    (home / "models/owner/two").rename(home / "models/owner/.two.gone")
    stages = home / "models/.pulling"
    for stage in ("owner--killed-ov", "owner--going-ov", "owner--begun@0123456789ab"):
        (stages / stage).mkdir(parents=True)
    with alone(stages / "owner--going-ov", "going-ov"):
        store.remove(home, home / "models/owner/one")
    assert not (home / "models/owner/.two.gone").exists()
    assert {path.name for path in stages.iterdir() if path.is_dir()} == {
        "owner--going-ov", "owner--begun@0123456789ab",
    }  # fmt: skip


def test_a_tiny_autoencoder_that_comes_back_is_seen(home: Path) -> None:
    model(home / "models/owner/one")
    write(home, "models/owner/one/limner.json", {"tiny": "makers/taesd"})
    store.start(home)
    assert catalog.model("one").tiny is None
    write(home, "models/makers/taesd/config.json", {"_class_name": "AutoencoderTiny"})
    assert catalog.catalog(at_once=True)["one"].tiny == home / "models/makers/taesd"
    store.remove(home, home / "models/makers/taesd")
    assert catalog.catalog(at_once=True)["one"].tiny is None

"""A model that makes pictures larger is known by its files: in a folder that was placed by hand, and on a hub."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from limner.engines import catalog
from limner.engines.contract import Task
from limner.engines.registry import build_engine
from limner.engines.weights import hub as asking
from limner.engines.weights import look, pulling, store, verify
from limner.errors import ModelBroken, NotConfigured
from tests.engines.larger import larger, larger_onnx
from tests.engines.test_pulling import here, home, write
from tests.hub import Hub

__all__ = ["here", "home"]
NAME = "somebody/swin-x2"


@pytest.fixture
def theirs(here: Hub, tmp_path: Path) -> Path:
    """A repository as hubs publish such networks, with other forms of it beside the one that is read."""
    folder = larger_onnx(tmp_path / "swin")
    write(folder, "config.json", {"architectures": ["Swin2SRForImageSuperResolution"]})
    write(folder, "preprocessor_config.json", {"do_rescale": True})
    for beside in ("onnx/model_quantized.onnx", "pytorch_model.bin", "swin.pth", "README.md"):
        write(folder, beside, b"something else")
    here.models[NAME], here.cards[NAME] = folder, {"license": "apache-2.0"}
    return folder


def test_it_is_pulled_with_its_network_and_its_settings_alone(theirs: Path, home: Path) -> None:
    place = pulling.pull(home, asking.ask(NAME))
    names = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    settings = {"config.json", "preprocessor_config.json"}
    assert names == {"onnx/model.onnx", *settings, "limner.json", "SHA256SUMS"}
    verify(place)
    [found] = store.models_in(home)
    assert (found.name, found.title, found.licence, found.enlarges) == ("swin-x2", "Swin X2", "apache-2.0", True)
    assert found.bytes == (theirs / "onnx" / "model.onnx").stat().st_size
    assert build_engine(found) is not None
    (place / "onnx" / "model.onnx").write_bytes(b"another")
    with pytest.raises(ModelBroken, match=f"limner models pull {NAME}"):
        build_engine(found)


def test_openvinos_form_comes_with_its_weights_and_a_large_one_as_onnx_with_its_data(
    theirs: Path, home: Path
) -> None:
    write(theirs, "onnx/model.onnx_data", b"weights")
    assert [file.name for file in pulling.wanted(asking.ask(NAME))] == [
        "onnx/model.onnx", "onnx/model.onnx_data", "config.json", "preprocessor_config.json",
    ]  # fmt: skip
    larger(theirs / "ir")
    for name in ("openvino_model.xml", "openvino_model.bin"):
        write(theirs, name, (theirs / "ir" / name).read_bytes())
    place = pulling.pull(home, asking.ask(NAME))
    assert (place / "openvino_model.bin").is_file()
    assert not (place / "onnx").exists()


def test_a_repository_with_neither_is_refused_before_anything_is_fetched(theirs: Path, here: Hub) -> None:
    (theirs / "onnx" / "model.onnx").unlink()
    (theirs / "onnx" / "model_quantized.onnx").unlink()
    here.asked.clear()
    with pytest.raises(NotConfigured, match=r"one network as ONNX .* A pickled one \(\.pth\) is not read"):
        pulling.wanted(asking.ask(NAME))
    write(theirs, "onnx/model.onnx", b"of a model that writes")
    write(theirs, "tokenizer.json", {})
    with pytest.raises(NotConfigured, match="neither a model in diffusers'"):
        pulling.wanted(asking.ask(NAME))
    assert not any(path.endswith(".onnx") for _, path, _ in here.asked)


@pytest.mark.parametrize(
    "config",
    [{"architectures": ["YolosForObjectDetection"]}, {"architectures": []}, {"model_type": "u2net"}, None],
)
def test_a_network_that_does_something_else_takes_over_nothing(
    theirs: Path, here: Hub, config: dict[str, object] | None
) -> None:
    here.models["somebody/sees"] = theirs
    (theirs / "config.json").unlink()
    if config is not None:
        write(theirs, "config.json", config)
    repository = asking.ask("somebody/sees")
    here.asked.clear()
    with pytest.raises(NotConfigured, match="nor its name says that it makes pictures larger"):
        pulling.wanted(repository)
    assert here.asked == []


@pytest.mark.parametrize("name", ["RealESRGAN_x4plus", "swin2SR-classical", "4x-upscaler", "super_resolution-10"])
def test_one_whose_settings_say_nothing_is_told_by_its_name(theirs: Path, here: Hub, home: Path, name: str) -> None:
    here.models[f"somebody/{name}"] = theirs
    (theirs / "config.json").unlink()
    pulling.pull(home, asking.ask(f"somebody/{name}"))
    assert [one.enlarges for one in store.models_in(home)] == [True]


def test_what_is_refused_when_it_is_here_leaves_nothing_behind(theirs: Path, home: Path) -> None:
    write(theirs, "preprocessor_config.json", {"do_normalize": True})
    with pytest.raises(NotConfigured, match="shifted"):
        pulling.pull(home, asking.ask(NAME))
    assert [path.name for path in (home / "models/.pulling").iterdir() if path.suffix != ".lock"] == []


def test_one_that_was_placed_by_hand_is_found_beside_models_that_draw_and_write(tmp_path: Path) -> None:
    models = tmp_path / "models"
    larger(models / "sharp")
    larger_onnx(models / "someone" / "sharp")
    others: list[tuple[str, dict[str, bytes | dict[str, object]]]] = [
        ("gpt2", {"openvino_model.xml": b"<net/>", "tokenizer_config.json": {}}),
        ("bert", {"model.onnx": b"", "config.json": {"architectures": ["BertForMaskedLM"]}}),
        ("odd", {"model.onnx": b"", "config.json": {"architectures": 7}}),
        ("unread", {"model.onnx": b"", "config.json": b"[" * 100_000}),
        ("yolo", {"model.onnx": b"", "config.json": {"model_type": "yolo"}}),
        ("nothing", {"model.onnx": b"", "config.json": {"architectures": []}}),
        ("mine", {"model.onnx": b"", "limner.json": {"enlarges": False}}),
        ("photo_x4", {"model.onnx": b"", "config.json": {"scale": 4}}),
        ("several", {"a.onnx": b"", "b.onnx": b""}),
        ("notes", {"read.me": b""}),
    ]
    for name, beside in others:
        for file, content in beside.items():
            write(models / name, file, content)
    found = store.models_in(tmp_path)
    assert [one.name for one in found] == ["photo_x4", "sharp", "sharp@someone"]
    assert {one.capabilities.tasks for one in found} == {frozenset({Task.UPSCALE})}


def test_a_pickled_one_is_refused_in_words(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path, "models/esrgan/RealESRGAN_x4plus.pth", b"a pickle")
    with caplog.at_level(logging.WARNING):
        assert store.models_in(tmp_path) == []
    assert "esrgan is neither" in caplog.text
    assert "(.pth) is not read: to read it is to run whatever it says" in caplog.text


def test_one_that_wants_other_values_is_refused_rather_than_given_wrong_ones(tmp_path: Path) -> None:
    folder = larger(tmp_path / "shifted")
    write(folder, "preprocessor_config.json", {"do_normalize": True})
    with pytest.raises(NotConfigured, match="Shifted wants the values of its pictures shifted"):
        look(folder, "shifted")


def test_what_somebody_writes_beside_it_stands(tmp_path: Path) -> None:
    folder = larger(tmp_path / "sharp")
    (folder / "limner.json").write_text(json.dumps({"title": "Mine", "seconds": 3, "licence": "MIT"}))
    found = look(folder, "sharp")
    assert (found.title, found.seconds, found.licence) == ("Mine", 3.0, "MIT")
    assert catalog.Model.from_json(found.to_json()) == found
    assert catalog.installed(found)
    larger(tmp_path / "four", 4)
    (tmp_path / "four" / "openvino_model.xml").replace(folder / "openvino_model.xml")
    assert look(folder, "sharp").version != found.version  # so that whoever holds the old one loads it anew
    folder.rename(tmp_path / "gone")
    assert not catalog.installed(found)

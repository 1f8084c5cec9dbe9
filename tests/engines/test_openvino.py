"""The OpenVINO engine on a tiny model: the real pipeline, the words it passes over, and files that are damaged."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.engines.adapters.openvino import library
from limner.engines.adapters.openvino.engine import OpenVinoEngine
from limner.engines.catalog import Model
from limner.engines.contract import Drawn, DrawOrder, DrawRequest, Size, Task
from limner.engines.placement.child import ChildPlacement
from limner.engines.previews import preview, preview_steps
from limner.engines.words import known_part
from limner.errors import EngineError, ModelBroken, NotConfigured
from tests.engines.conformance import never
from tests.engines.tiny_model import tiny


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def engine(model: Model) -> OpenVinoEngine:
    return OpenVinoEngine(model)


@pytest.fixture
def damaged(model: Model, tmp_path: Path) -> Model:
    """A copy to break."""
    assert model.path is not None
    return replace(model, path=shutil.copytree(model.path, tmp_path / "copy"))


NATIVE = Size(64, 64)


def picture(
    engine: OpenVinoEngine,
    prompt: str = "a red robot",
    negative: str = "",
    guidance: float = 3.0,
    size: Size = NATIVE,
) -> bytes:
    request = DrawRequest(prompt, "tiny", size, NATIVE, 5, 4, guidance, negative_prompt=negative)
    *_, last = engine.draw(DrawOrder("job", 1, request, (0,)), never)
    assert isinstance(last, Drawn)
    return last.data


def test_the_words_make_the_picture(engine: OpenVinoEngine) -> None:
    assert picture(engine, "a red robot") != picture(engine, "a blue moon")


def test_words_that_the_model_does_not_know_make_no_difference(engine: OpenVinoEngine) -> None:
    plain = picture(engine, "a red robot")
    assert picture(engine, "A scary RED 🤖 robot") == plain
    assert picture(engine, "a red robot\x07\u202e") == plain


@pytest.mark.parametrize("prompt", ["", " ", "dragon", "🤖" * 500, "red " * 5000, "," * 5000, "<|endoftext|> <pad>"])
def test_no_prompt_is_too_strange_to_draw(engine: OpenVinoEngine, prompt: str) -> None:
    assert len(picture(engine, prompt)) == 64 * 64 * 3


def test_a_negative_prompt_counts_only_with_guidance(engine: OpenVinoEngine) -> None:
    assert picture(engine, negative="blue") != picture(engine)
    assert picture(engine, negative="blue", guidance=1.0) == picture(engine, guidance=1.0)


@pytest.mark.parametrize("size", [Size(128, 128), Size(128, 64), Size(40, 100), Size(48, 48)])
def test_a_picture_of_another_size_is_cut_to_its_shape_and_not_stretched(engine: OpenVinoEngine, size: Size) -> None:
    native = Image.frombytes("RGB", (64, 64), picture(engine))
    wide, high = min(64, 64 * size.width / size.height), min(64, 64 * size.height / size.width)
    kept = ((64 - wide) / 2, (64 - high) / 2, (64 + wide) / 2, (64 + high) / 2)
    expected = native.resize((size.width, size.height), Image.Resampling.LANCZOS, kept)
    assert picture(engine, size=size) == expected.tobytes()


def test_a_task_it_cannot_do_is_an_error_in_words(engine: OpenVinoEngine) -> None:
    request = DrawRequest("a robot", "tiny", Size(64, 64), Size(64, 64), 5, 4, 3.0, task=Task.UPSCALE)
    with pytest.raises(EngineError, match="cannot upscale pictures"):
        list(engine.draw(DrawOrder("job", 1, request, (0,)), never))


def test_a_native_error_while_drawing_is_an_engine_error(engine: OpenVinoEngine) -> None:
    request = DrawRequest("a robot", "tiny", Size(63, 63), Size(63, 63), 5, 4, 3.0)
    with pytest.raises(EngineError, match="OpenVINO failed while drawing"):
        list(engine.draw(DrawOrder("job", 1, request, (0,)), never))


@pytest.mark.parametrize("name", ["unet/openvino_model.bin", "model_index.json", "tokenizer/openvino_tokenizer.xml"])
def test_a_damaged_file_is_named_with_its_checksum_and_the_cure(damaged: Model, name: str) -> None:
    assert damaged.path is not None
    file = damaged.path / name
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    with pytest.raises(
        ModelBroken,
        match=rf"^Tiny is damaged: its file {name} \([\d,]+ bytes\) .* checksum is \w{{16}}….* Mend it with: ",
    ) as caught:
        OpenVinoEngine(damaged)
    assert not caught.value.retryable


@pytest.mark.parametrize("name", ["vae_decoder/openvino_model.xml", "SHA256SUMS"])
def test_a_missing_file_is_named(damaged: Model, name: str) -> None:
    assert damaged.path is not None
    (damaged.path / name).unlink()
    with pytest.raises(ModelBroken, match=rf"{name}(, cannot be read \(No such file| is missing).* Mend it with: "):
        OpenVinoEngine(damaged)


@pytest.mark.parametrize("line", ["nonsense", "0" * 64 + "  ../../etc/passwd", "0" * 64 + "  /etc/passwd", "0" * 64])
def test_a_list_of_checksums_that_is_none_is_refused(damaged: Model, line: str) -> None:
    assert damaged.path is not None
    (damaged.path / "SHA256SUMS").write_text(line)
    with pytest.raises(ModelBroken, match="a line that is no checksum"):
        OpenVinoEngine(damaged)


def test_a_file_that_is_cut_short_is_told_with_its_length(damaged: Model) -> None:
    assert damaged.path is not None
    file = damaged.path / "unet" / "openvino_model.bin"
    file.write_bytes(file.read_bytes()[:1234])
    with pytest.raises(
        ModelBroken, match=r"unet/openvino_model\.bin \(1,234 bytes\) is not the one it was made with"
    ):
        OpenVinoEngine(damaged)


def test_a_file_that_does_not_belong_to_the_model_is_named_with_what_removes_it(damaged: Model) -> None:
    assert damaged.path is not None
    stranger = damaged.path / "safety_checker" / "openvino_model.xml"
    stranger.parent.mkdir()
    stranger.write_text("")
    with pytest.raises(ModelBroken, match=r"safety_checker/openvino_model\.xml is not named .* Mend it with: "):
        OpenVinoEngine(damaged)


def test_a_list_of_checksums_that_is_cut_short_deletes_no_good_weights(damaged: Model) -> None:
    assert damaged.path is not None
    sums = damaged.path / "SHA256SUMS"
    lines = sums.read_text().splitlines(keepends=True)
    sums.write_text("")
    with pytest.raises(ModelBroken, match=r"SHA256SUMS, is empty\. Mend it with: (?!rm)"):
        OpenVinoEngine(damaged)
    sums.write_text("".join(lines[:2]))
    with pytest.raises(ModelBroken, match=r"Mend it with: (?!rm).*\. Where it is not .* delete it: rm /"):
        OpenVinoEngine(damaged)
    sums.write_text("".join(lines)[:-4])
    with pytest.raises(ModelBroken, match=r"is missing .*\. Mend it with: (?!rm)"):
        OpenVinoEngine(damaged)


def test_a_bundled_model_is_mended_before_anything_of_it_is_deleted(damaged: Model) -> None:
    assert damaged.path is not None
    (damaged.path.parent / ".git").mkdir()
    (damaged.path / "SHA256SUMS").write_text(f"{hashlib.sha256(b'').hexdigest()}  empty\n")
    (damaged.path / "empty").touch()
    with pytest.raises(ModelBroken, match=r"Mend it with: git -C \S+ checkout -- copy\. Where .*, delete it: rm /"):
        OpenVinoEngine(damaged)


def test_a_note_beside_the_weights_is_nobodys_business(damaged: Model) -> None:
    assert damaged.path is not None
    (damaged.path / "notes.txt").write_text("mine")
    (damaged.path / "unet" / ".openvino_model.bin.swp").write_text("an editor's")
    assert len(picture(OpenVinoEngine(damaged))) == 64 * 64 * 3


def brought(model: Model, folder: Path, **note: object) -> Model:
    """A copy of it that somebody brought, with what they say in its limner.json."""
    assert model.path is not None
    copy = Path(shutil.copytree(model.path, folder / "brought"))
    (copy / "limner.json").write_text(json.dumps(note))
    return replace(model, path=copy, bytes=1)


def test_what_was_compiled_is_kept_and_used_by_the_next_load(model: Model, tmp_path: Path) -> None:
    mine = brought(model, tmp_path)
    assert mine.path is not None
    first = picture(OpenVinoEngine(mine))
    kept = {path.name: path.stat().st_mtime_ns for path in (mine.path / ".compiled").iterdir()}
    assert len(kept) == 4
    assert picture(OpenVinoEngine(mine)) == first
    assert {path.name: path.stat().st_mtime_ns for path in (mine.path / ".compiled").iterdir()} == kept


def test_what_was_compiled_and_is_cut_short_is_compiled_anew(model: Model, tmp_path: Path) -> None:
    mine = brought(model, tmp_path)
    assert mine.path is not None
    first = picture(OpenVinoEngine(mine))
    for path in (mine.path / ".compiled").iterdir():
        path.write_bytes(path.read_bytes()[:1000])
    assert picture(OpenVinoEngine(mine)) == first


def test_a_folder_that_cannot_be_written_keeps_nothing_compiled_and_draws(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = brought(model, tmp_path)
    assert mine.path is not None
    if os.geteuid() == 0:  # who may write everywhere
        monkeypatch.setattr(os, "access", lambda *_: False)
    mine.path.chmod(0o555)
    assert len(picture(OpenVinoEngine(mine))) == 64 * 64 * 3
    assert not (mine.path / ".compiled").exists()
    mine.path.chmod(0o755)


def test_a_device_that_is_not_here_is_told_with_those_that_are(model: Model, tmp_path: Path) -> None:
    mine = brought(model, tmp_path, device="GPU.7")
    with pytest.raises(
        NotConfigured, match=r"limner\.json in .*brought has Tiny drawn on GPU\.7.* one of: CPU.*AUTO\.$"
    ):
        OpenVinoEngine(mine)
    assert mine.path is not None
    assert not (mine.path / ".compiled").exists()


@pytest.mark.parametrize("device", ["CPU", "AUTO"])
def test_a_device_that_is_here_draws(model: Model, tmp_path: Path, device: str) -> None:
    assert len(picture(OpenVinoEngine(brought(model, tmp_path, device=device)))) == 64 * 64 * 3


def test_a_folder_that_openvino_cannot_read_is_broken(tmp_path: Path, model: Model) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / "SHA256SUMS").write_text(f"{hashlib.sha256(b'').hexdigest()}  notes.txt\n")
    with pytest.raises(ModelBroken, match="cannot be loaded by OpenVINO"):
        OpenVinoEngine(replace(model, path=tmp_path))


def test_a_model_without_a_folder_is_not_configured(model: Model) -> None:
    with pytest.raises(NotConfigured, match="set its path"):
        OpenVinoEngine(replace(model, path=None))


async def test_it_draws_in_a_child_and_a_broken_one_is_told_to_the_parent(model: Model, damaged: Model) -> None:
    request = DrawRequest("a red robot", "tiny", Size(128, 128), Size(64, 64), 5, 8, 3.0, n=2)
    placement = ChildPlacement(model)
    try:
        events = [event async for event in placement.draw(DrawOrder("job", 1, request, (0, 1)))]
    finally:
        await placement.close()
    assert [len(event.data) for event in events if isinstance(event, Drawn)] == [128 * 128 * 3] * 2

    assert damaged.path is not None
    (damaged.path / "unet" / "openvino_model.bin").unlink()
    placement = ChildPlacement(damaged)
    try:
        with pytest.raises(ModelBroken, match=r"unet/openvino_model\.bin is missing"):
            await placement.start()
    finally:
        await placement.close()


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        (1, []),
        (2, [1]),
        (4, [1, 2, 3]),
        (8, [2, 4, 6]),
        (20, [3, 7, 10, 13, 17]),
        (100, [11, 22, 33, 44, 56, 67, 78, 89]),
    ],
)
def test_previews_are_spread_over_the_steps(steps: int, shown: list[int]) -> None:
    assert sorted(preview_steps(steps)) == shown


@pytest.mark.parametrize("shape", [(512, 512), (300, 1200), (64, 64)])
def test_even_noise_makes_a_preview_of_at_most_64_kilobytes(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    file = preview(Image.fromarray(noise))
    assert len(file) <= 64 * 1024
    with Image.open(io.BytesIO(file)) as small:
        assert max(small.size) == min(256, max(shape))
        assert small.width / small.height == pytest.approx(shape[1] / shape[0], rel=0.05)


def test_the_library_does_not_call_home(engine: OpenVinoEngine) -> None:
    assert sys.modules["openvino_telemetry"] is None
    assert not any(name.startswith("openvino_telemetry.") for name in sys.modules)


def test_a_containers_share_of_the_processors_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quota = tmp_path / "cpu.max"
    monkeypatch.setattr(library, "_CGROUP_QUOTA", quota)
    everything = library.threads()
    for text, expected in [("max 100000", everything), ("50000 100000", 1), ("nonsense", everything)]:
        quota.write_text(text)
        assert library.threads() == expected


@pytest.mark.parametrize(
    ("prompt", "kept"),
    [
        ("A scary red robot, in Paris!", "a red robot,"),
        ("Paris, a robot", "a robot"),
        ("a robot ,, red", "a robot, red"),
        ("Robots, a robot's red", "robot, a robot red"),
        ("", ""),
    ],
)
def test_what_is_known_of_a_prompt_stays_with_its_marks(prompt: str, kept: str) -> None:
    assert known_part(prompt, {"a", "red", "robot"}) == kept

"""What a model is, is read from its own small files: its kind, what draws it, its sizes, and how its makers draw."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from limner.engines import catalog, registry, upstreams
from limner.engines.catalog import Model
from limner.engines.contract import Size, Task
from limner.engines.registry import build_engine
from limner.engines.weights import look, memory, note_of, refuse_what_runs, sampler, store
from limner.engines.weights.kinds import kinds
from limner.engines.weights.starters import starters
from limner.errors import InvalidRequest, ModelBroken, NotConfigured, Unavailable
from tests.engines.test_pulling import model, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model(tmp_path / "sd")
    return tmp_path / "sd"


def change(folder: Path, name: str, **said: Any) -> None:
    kept = json.loads((folder / name).read_text()) if (folder / name).exists() else {}
    write(folder, name, {**kept, **said})


def advice(folder: Path) -> tuple[int, float, bool]:
    able = look(folder, "one").capabilities
    return able.default_steps, able.default_guidance, able.negative_prompt


def test_stable_diffusion_is_drawn_as_its_makers_do(folder: Path) -> None:
    found = look(folder, "sd-one_tiny")
    assert (found.engine, found.title, str(found.capabilities.sizes[0])) == ("diffusers", "SD One Tiny", "512x512")
    assert advice(folder) == (25, 7.5, True)
    assert found.capabilities.tasks == {Task.CREATE, Task.EDIT, Task.VARY}
    assert all(size.width % 64 == size.height % 64 == 0 for size in found.capabilities.sizes)
    assert Size(768, 512).pixels * 0.5 < max(size.pixels for size in found.capabilities.sizes) < 512 * 512 * 1.2


def test_those_that_draw_in_few_steps_are_told_by_their_files(folder: Path) -> None:
    change(folder, "scheduler/scheduler_config.json", timestep_spacing="trailing", prediction_type="epsilon")
    assert advice(folder) == (4, 0.0, False)
    change(folder, "scheduler/scheduler_config.json", prediction_type="v_prediction")
    assert advice(folder) == (25, 7.5, True)
    change(folder, "scheduler/scheduler_config.json", _class_name="LCMScheduler")
    assert advice(folder) == (4, 1.0, False)
    change(folder, "unet/config.json", time_cond_proj_dim=256)
    assert advice(folder)[:2] == (4, 8.0)
    write(folder, "transformer/config.json", {"guidance_embeds": False})
    write(folder, "model_index.json", {"_class_name": "FluxPipeline", "transformer": ["diffusers", "Flux"]})
    write(folder, "scheduler/scheduler_config.json", {"_class_name": "FlowMatchEulerDiscreteScheduler"})
    assert advice(folder) == (4, 0.0, False)
    change(folder, "transformer/config.json", guidance_embeds=True)
    assert advice(folder) == (28, 3.5, False)


def of_kind(folder: Path, pipeline: str, **said: Any) -> None:
    """A folder of this pipeline, whose transformer and scheduler say nothing of their own."""
    write(folder, "model_index.json", {"_class_name": pipeline, "transformer": ["diffusers", "Theirs"], **said})
    write(folder, "scheduler/scheduler_config.json", {"_class_name": "FlowMatchEulerDiscreteScheduler"})
    write(folder, "transformer/config.json", {"guidance_embeds": False})


def test_klein_is_drawn_in_few_steps_and_its_base_is_not(tmp_path: Path) -> None:
    of_kind(tmp_path, "Flux2KleinPipeline", is_distilled=True)
    assert advice(tmp_path) == (4, 1.0, False)
    of_kind(tmp_path, "Flux2KleinPipeline", is_distilled=False)
    assert advice(tmp_path) == (50, 4.0, False)


@pytest.mark.parametrize(
    ("pipeline", "usual", "few"),
    [
        ("StableDiffusion3Pipeline", (28, 4.5, True), (4, 0.0, False)),
        ("ZImagePipeline", (50, 4.0, True), (8, 0.0, False)),
    ],
)
def test_a_turbo_whose_files_do_not_tell_is_known_by_its_makers_name(
    tmp_path: Path, pipeline: str, usual: tuple[int, float, bool], few: tuple[int, float, bool]
) -> None:
    of_kind(tmp_path / "3.5-large", pipeline)
    assert advice(tmp_path / "3.5-large") == usual
    of_kind(tmp_path / "3.5-large-turbo-ov", pipeline)
    assert advice(tmp_path / "3.5-large-turbo-ov") == few
    of_kind(tmp_path / "mine", pipeline, _name_or_path="maker/3.5-large-Turbo")
    assert advice(tmp_path / "mine") == few
    of_kind(tmp_path / "turbocharged", pipeline)
    write(tmp_path / "turbocharged", "limner.json", {"repository": "maker/turbocharged"})
    assert advice(tmp_path / "turbocharged") == usual


@pytest.mark.parametrize("pipeline", ["StableDiffusion3Pipeline", "FluxPipeline", "QwenImagePipeline"])
def test_openvinos_form_is_taken_where_openvino_draws_the_kind(tmp_path: Path, pipeline: str) -> None:
    of_kind(tmp_path, pipeline)
    assert look(tmp_path, "one").engine == "diffusers"
    write(tmp_path, "transformer/openvino_model.xml", b"<net/>")
    if kinds()[pipeline].openvino:
        found = look(tmp_path, "one")
        assert (found.engine, found.capabilities.tasks) == ("openvino", kinds()[pipeline].openvino)
    else:
        with pytest.raises(NotConfigured, match=r"Qwen-Image in OpenVINO's form.*: Stable Diffusion, .*FLUX\.1\."):
            look(tmp_path, "one")


def test_a_safety_checker_is_told_of_where_it_lies_in_the_folder(folder: Path) -> None:
    def checked() -> bool:
        return Model.from_json(look(folder, "one").to_json()).capabilities.safety_checker

    assert not checked()
    change(folder, "model_index.json", safety_checker=[None, None])
    assert not checked()
    change(folder, "model_index.json", safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"])
    assert not checked()
    write(folder, "safety_checker/config.json", {})
    assert checked()


def test_a_scheduler_may_be_chosen_for_a_unet_and_set_beside_the_model(folder: Path) -> None:
    assert look(folder, "one").capabilities.options == {"scheduler"}
    assert sampler(folder) == "PLMS"
    change(folder, "limner.json", scheduler="dpmpp_2m_karras")
    look(folder, "one")
    assert sampler(folder) == "DPM++ 2M Karras"
    change(folder, "limner.json", scheduler="best")
    with pytest.raises(ModelBroken, match=r"'best'\. Known for this model: euler, euler_a"):
        look(folder, "one")
    change(folder, "limner.json", scheduler="euler")
    change(folder, "model_index.json", _class_name="LatentConsistencyModelPipeline")
    with pytest.raises(ModelBroken, match="in its own way alone"):
        look(folder, "one")


def test_a_tiny_autoencoder_is_found_by_folder_or_by_name_and_missed_in_the_log(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "models/somebody/taesd/config.json", {})
    for said in ("somebody/taesd", str(tmp_path / "models/somebody/taesd")):
        change(folder, "limner.json", tiny=said)
        found = Model.from_json(look(folder, "one", tmp_path).to_json())
        assert found.tiny == tmp_path / "models/somebody/taesd"
    change(folder, "limner.json", tiny="somebody/gone")
    with caplog.at_level(logging.WARNING):
        assert look(folder, "one", tmp_path).tiny is None  # it draws all the same
    assert "no model 'somebody/gone' here" in caplog.text


def as_openvinos(folder: Path, to: Path, *_: object, **__: object) -> None:
    """Stands for the converter, which takes minutes."""
    shutil.copytree(folder, to, dirs_exist_ok=True)
    (to / "unet" / "diffusion_pytorch_model.safetensors").rename(to / "unet" / "openvino_model.xml")


def test_what_limner_json_says_to_diffusers_is_not_said_to_openvino(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "CONVERTER", f"{__name__}:as_openvinos")
    model(tmp_path / "models/owner/one")
    write(tmp_path, "models/owner/one/limner.json", {"scheduler": "ddim", "compile": True, "steps": 9})
    place = store.convert(tmp_path, look(tmp_path / "models/owner/one", "one", tmp_path))
    assert (look(place, "ov").engine, look(place, "ov").capabilities.default_steps) == ("openvino", 9)
    assert not {"scheduler", "compile"} & note_of(place).keys()


def test_openvinos_form_is_drawn_by_openvino(folder: Path) -> None:
    for part in ("unet", "vae_decoder"):
        write(folder, f"{part}/openvino_model.xml", b"<net/>")
    write(folder, "vae_decoder/config.json", {"block_out_channels": [1, 2, 3]})
    change(folder, "model_index.json", _class_name="OVStableDiffusionPipeline")
    assert look(folder, "both").engine == "diffusers"
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    found = look(folder, "ir")
    assert (found.engine, str(found.capabilities.sizes[0])) == ("openvino", "256x256")


def test_what_somebody_writes_beside_a_model_stands(folder: Path) -> None:
    write(folder, "limner.json", {"title": "Mine", "steps": 9, "guidance": 1.5, "sizes": ["640x384"], "seconds": 3})
    found = look(folder, "mine")
    assert (found.title, found.seconds, found.capabilities.sizes) == ("Mine", 3.0, (Size(640, 384),))
    assert advice(folder)[:2] == (9, 1.5)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("model_index.json", {"_class_name": ["theirs", "TheirPipeline"]}),
        ("unet/config.json", {"auto_map": {"AutoModel": "theirs.Model"}}),
        ("text_encoder/config.json", {"auto_map": {"AutoModel": "theirs.Model"}}),
        ("tokenizer/tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["theirs.Tokenizer", None]}}),
        ("vae/preprocessor_config.json", {"auto_map": {"AutoImageProcessor": "theirs.Processor"}}),
        ("text_encoder/generation_config.json", {"auto_map": {"AutoModel": "theirs.Model"}}),
    ],
)
def test_a_model_that_brings_code_is_refused_by_the_file_that_says_so(
    folder: Path, file: str, said: dict[str, Any]
) -> None:
    refuse_what_runs(folder, "One")
    change(folder, file, **said)
    with pytest.raises(NotConfigured, match=f"code of its own.*{file if said.get('auto_map') else 'theirs'}"):
        refuse_what_runs(folder, "One")


def test_code_beside_a_part_is_refused_too(folder: Path) -> None:
    change(folder, "model_index.json", unet=["their_unet", "TheirUnet"])
    write(folder, "unet/their_unet.py", b"import os")
    with pytest.raises(NotConfigured, match=r"unet/their_unet\.py"):
        refuse_what_runs(folder, "One")


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe", b'{"_class_name": 7}', b"{}"])
def test_a_folder_that_is_no_model_is_said_and_the_others_are_there(tmp_path: Path, content: bytes) -> None:
    model(tmp_path / "models/owner/good")
    write(tmp_path, "models/owner/bad/model_index.json", content)
    with pytest.raises((ModelBroken, NotConfigured)):
        look(tmp_path / "models/owner/bad", "bad")
    assert [found.name for found in store.models_in(tmp_path)] == ["good"]


def test_every_starter_says_what_it_is_for_and_notes_only_what_is_read() -> None:
    for starter in starters().values():
        assert starter.machine == "cpu" or int(starter.machine.removeprefix("gpu-")) > 0
        assert starter.gigabytes > 0
        assert set(starter.note) <= {"steps", "guidance", "sizes", "title", "seconds"}
    assert any(starter.machine == "cpu" for starter in starters().values())
    assert all(kind.edge % kind.cell == 0 for kind in kinds().values())


@pytest.mark.parametrize(
    "said",
    [
        {"sizes": 5},
        {"sizes": ["a"]},
        {"sizes": ["0x0"]},
        {"steps": None},
        {"steps": 0},
        {"guidance": "x"},
        {"seconds": []},
        {"scheduler": ["euler"]},
    ],
)
def test_a_note_of_nonsense_leaves_its_model_out_and_limner_starts(tmp_path: Path, said: dict[str, Any]) -> None:
    for name in ("good", "bad"):
        model(tmp_path / "models/owner" / name)
    write(tmp_path, "models/owner/bad/limner.json", said)
    assert [found.name for found in store.models_in(tmp_path)] == ["good"]


def test_a_model_with_an_upstreams_name_is_called_by_its_owner_too(tmp_path: Path) -> None:
    model(tmp_path / "models/owner/house")
    (tmp_path / "upstreams.toml").write_text(
        '[house]\nkind = "other"\nurl = "http://localhost:1/v1"\nmodels = ["x"]\n'
    )
    try:
        store.start(tmp_path)
        upstreams.start({}, tmp_path)
        assert {"house@owner", "x"} <= set(catalog.catalog())
        model(tmp_path / "models/owner/x")  # while Limner runs: the same names as after its next start
        assert {"house@owner", "x", "x@owner"} <= set(catalog.catalog(at_once=True))
        assert (catalog.model("x").upstream, catalog.model("x@owner").engine) == ("house", "diffusers")
    finally:
        catalog.watch(None)
        catalog.bring([])
        upstreams.start({}, tmp_path / "nowhere")


def test_the_catalog_follows_the_folder_and_reads_nothing_while_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "models/owner/new"
    try:
        store.start(tmp_path)
        assert "new" not in catalog.catalog()
        model(place)
        old = catalog.model("new")  # a name that is not known is looked for at once
        monkeypatch.setattr(store, "models_in", lambda home: pytest.fail("it was read again"))
        assert catalog.catalog(at_once=True)["new"] is old
        monkeypatch.undo()
        write(place, "limner.json", {"title": "Newer"})
        assert catalog.catalog(at_once=True)["new"].title == "Newer"
        os.replace(place, tmp_path / "old")
        model(place)
        assert catalog.catalog(at_once=True)["new"].version != old.version
        store.remove(tmp_path, place)
        assert "new" not in catalog.catalog(at_once=True)
        with pytest.raises(InvalidRequest, match="does not exist"):
            catalog.model("new")
    finally:
        catalog.watch(None)
        catalog.bring([])


def test_of_two_folders_of_one_name_the_older_has_it(tmp_path: Path) -> None:
    def names() -> list[str]:
        return [f"{found.path.parent.name}: {found.name}" for found in store.models_in(tmp_path) if found.path]

    old, new = "2026-01-02T03:04:05+00:00", "2026-11-02T03:04:05+00:00"
    for owner, since in (("stabilityai", old), ("aaa", new)):
        model(tmp_path / "models" / owner / "sd-turbo")
        write(tmp_path, f"models/{owner}/sd-turbo/limner.json", {"here_since": since})
    assert names() == ["aaa: sd-turbo@aaa", "stabilityai: sd-turbo"]
    model(tmp_path / "models/aaaa/sd-turbo")  # copied into the folder today: it has no limner.json
    assert names() == ["aaa: sd-turbo@aaa", "aaaa: sd-turbo@aaaa", "stabilityai: sd-turbo"]
    write(tmp_path, "models/stabilityai/sd-turbo/limner.json", {"here_since": "some day"})
    assert names() == ["aaa: sd-turbo", "aaaa: sd-turbo@aaaa", "stabilityai: sd-turbo@stabilityai"]


def shard(folder: Path, name: str, dtype: str, size: int) -> None:
    """A file of `size` bytes, which all are its numbers': the list of them takes some in real ones."""
    count = size // (4 if dtype == "F32" else 2)
    tensors(folder, name, size, weight={"dtype": dtype, "shape": [count // 10, 10]})


def tensors(folder: Path, name: str, size: int, **said: object) -> None:
    header = json.dumps({"__metadata__": {"format": "pt"}, **said}).encode()
    write(folder, name, (len(header).to_bytes(8, "little") + header).ljust(size, b"\0"))


def test_each_tensor_is_counted_by_its_own_type(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_bits", lambda: 16)
    tensors(
        folder, "unet/model.safetensors", 1400,
        scale={"dtype": "F32", "shape": []}, weight={"dtype": "F8_E4M3", "shape": [100, 10]},
    )  # fmt: skip
    assert memory.loaded([folder / "unet/model.safetensors"]) == 1000 * 2 + 2
    tensors(
        folder, "unet/model.safetensors", 4400,
        position_ids={"dtype": "I64", "shape": [1, 77]}, weight={"dtype": "F32", "shape": [1000]},
    )  # fmt: skip
    assert memory.loaded([folder / "unet/model.safetensors"]) == 77 * 8 + 1000 * 2


def test_weights_are_counted_as_they_lie_in_memory_and_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("unet", "vae", "text_encoder"):
        for path in (folder / part).iterdir():
            if path.suffix != ".json":
                path.unlink()
        shard(folder, f"{part}/model.safetensors", "F32", 4000)
    monkeypatch.setattr(memory, "_bits", lambda: 32)
    assert look(folder, "one").bytes == 3 * 4000
    shard(folder, "unet/model.fp16.safetensors", "F16", 2000)  # a clone has all that there is
    shard(folder, "unet/model.non_ema.safetensors", "F32", 4000)
    shard(folder, "vae_1_0/model.safetensors", "F32", 4000)
    assert look(folder, "one").bytes == 3 * 4000
    (folder / "unet/model.safetensors").unlink()
    assert look(folder, "one").bytes == 3 * 4000
    write(folder, "unet/model.fp16.safetensors", os.urandom(5000))  # which says nothing of itself
    assert look(folder, "one").bytes == 2 * 4000 + 5000
    shard(folder, "unet/model.fp16.safetensors", "BF16", 2000)
    monkeypatch.setattr(memory, "_bits", lambda: 16)
    assert look(folder, "one").bytes == 3 * 2000


def test_a_disk_without_room_is_told_before_anything_is_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model(tmp_path / "models/owner/one")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**10, 10**10, 10**6))
    [found] = store.models_in(tmp_path)
    with pytest.raises(Unavailable, match="one-ov needs"):
        store.convert(tmp_path, found)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["owner"]


def test_an_engine_that_is_not_installed_says_what_brings_all_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(NotConfigured, match=r"pip install 'limner\[diffusers\]'"):
        build_engine(look(folder, "one"))

"""Models come from a hub: the real library against a hub on loopback, and everything that may go wrong on the way."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event, Timer

import pytest

from limner.engines.weights import hub as asking
from limner.engines.weights import placing, pulling, store, verify
from limner.engines.weights.begun import begun, write_down
from limner.errors import LimnerError, ModelBroken, NotAllowed, NotConfigured, NotFound, Unavailable
from tests.hub import TOKEN, Hub, hub

NAME = "somebody/tiny-sd"


def write(folder: Path, name: str, content: bytes | Mapping[str, object]) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def model(folder: Path) -> None:
    """The shape of a repository: whole weights, halves, pickles, a checkpoint of another form, pictures."""
    index = {
        "_class_name": "StableDiffusionPipeline",
        "scheduler": ["diffusers", "PNDMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    write(folder, "model_index.json", index)
    write(folder, "scheduler/scheduler_config.json", {"_class_name": "PNDMScheduler"})
    write(folder, "tokenizer/vocab.json", {"a": 1})
    write(folder, "tokenizer/merges.txt", b"#version\n")
    for part, config in (
        ("unet", {"sample_size": 64}),
        ("vae", {"block_out_channels": [1, 2, 3, 4]}),
        ("text_encoder", {}),
    ):
        write(folder, f"{part}/config.json", config)
    for part, stem in (
        ("unet", "diffusion_pytorch_model"),
        ("vae", "diffusion_pytorch_model"),
        ("text_encoder", "model"),
    ):
        write(folder, f"{part}/{stem}.safetensors", os.urandom(30_000))
        write(folder, f"{part}/{stem}.bin", b"a pickle")
    write(folder, "tiny-sd-v1.ckpt", b"a pickle")
    write(folder, "tiny-sd-v1.safetensors", os.urandom(1000))
    write(folder, "README.md", b"# Tiny")


def left_over(home: Path) -> list[str]:
    """What is not done yet: the file that is locked meanwhile stays, and is empty."""
    return sorted(path.name for path in (home / "models" / ".pulling").iterdir() if path.suffix != ".lock")


def change(folder: Path, name: str, **said: object) -> None:
    """Other values in a file of settings."""
    write(folder, name, {**json.loads((folder / name).read_text()), **said})


def fetched_of(here: Hub) -> set[str]:
    """The large files whose content was asked for."""
    return {
        path.split(f"{here.commit}/")[-1] for method, path, _ in here.asked if method == "GET" and "/cdn/" in path
    }


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A hub with one model, which the library asks in place of its own."""
    import huggingface_hub.constants as theirs

    with hub() as running:
        model(tmp_path / "their")
        running.models[NAME] = tmp_path / "their"
        running.cards[NAME] = {"license": "openrail++"}
        monkeypatch.setattr(theirs, "ENDPOINT", running.url)
        monkeypatch.setattr(
            theirs, "HUGGINGFACE_CO_URL_TEMPLATE", running.url + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setattr(asking, "_CHUNK", 1000)  # what is not written yet is lost of a file that broke off
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_a_model_comes_whole_with_its_licence_and_its_checksums_and_nothing_pickled(here: Hub, home: Path) -> None:
    repository = asking.ask(NAME)
    assert repository.licence == "openrail++"
    place = pulling.pull(home, repository)
    assert place == home / "models" / NAME
    names = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    assert {"model_index.json", "unet/diffusion_pytorch_model.safetensors", "limner.json", "SHA256SUMS"} <= names
    assert not [name for name in names if name.endswith((".bin", ".ckpt", ".md"))]
    verify(place)
    assert json.loads((place / "limner.json").read_text())["licence"] == "openrail++"
    [found] = store.models_in(home)
    assert (found.name, found.engine, str(found.capabilities.sizes[0])) == ("tiny-sd", "diffusers", "512x512")
    assert left_over(home) == []


def test_halves_are_fetched_where_there_are_some(here: Hub, home: Path) -> None:
    unet = here.models[NAME] / "unet"
    write(unet, "diffusion_pytorch_model.fp16.safetensors", os.urandom(15_000))
    place = pulling.pull(home, asking.ask(NAME))
    assert not (place / "unet/diffusion_pytorch_model.safetensors").exists()
    assert (place / "vae/diffusion_pytorch_model.safetensors").exists()
    assert json.loads((place / "limner.json").read_text())["variant"] == "fp16"


def test_what_broke_off_is_gone_on_with(here: Hub, home: Path) -> None:
    here.most = 10_000
    with pytest.raises(Unavailable, match="gone on with"):
        pulling.pull(home, asking.ask(NAME))
    assert pulling.fetched(home, asking.ask(NAME)) > 10_000
    assert store.models_in(home) == []
    here.most = None
    here.asked.clear()
    verify(pulling.pull(home, asking.ask(NAME)))
    assert here.ranges(".safetensors") == ["bytes=10000-"]


def test_a_file_that_came_damaged_is_told_and_fetched_anew(here: Hub, home: Path) -> None:
    here.spoilt.add("unet/diffusion_pytorch_model.safetensors")
    with pytest.raises(ModelBroken, match=r"unet/diffusion_pytorch_model\.safetensors"):
        pulling.pull(home, asking.ask(NAME))
    here.spoilt.clear()
    verify(pulling.pull(home, asking.ask(NAME)))


def test_a_disk_without_room_is_told_before_anything_is_fetched(
    here: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = asking.ask(NAME)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**10, 10**10, 10**6))
    here.asked.clear()
    with pytest.raises(Unavailable, match="1 MB are"):
        pulling.pull(home, repository)
    assert here.asked == []


def test_a_disk_that_fills_up_meanwhile_keeps_what_is_there(
    here: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = asking.fetch

    def full(repository: asking.Repository, file: asking.File, folder: Path, stop: Event | None = None) -> None:
        if file.name.startswith("vae/") and file.name.endswith(".safetensors"):
            raise OSError(errno.ENOSPC, "No space left on device")
        fetch(repository, file, folder, stop)

    with monkeypatch.context() as filled:
        filled.setattr(asking, "fetch", full)
        with pytest.raises(Unavailable, match="The disk is full"):
            pulling.pull(home, asking.ask(NAME))
    here.asked.clear()
    verify(pulling.pull(home, asking.ask(NAME)))
    assert not [path for method, path, _ in here.asked if method == "GET" and "/cdn/" in path and "unet" in path]


def test_a_gated_model_wants_a_token(here: Hub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here.gated.add(NAME)
    with pytest.raises(NotAllowed, match=f"on {here.url}/{NAME}, .* HF_TOKEN"):
        asking.ask(NAME)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    verify(pulling.pull(home, asking.ask(NAME)))


@pytest.mark.parametrize(
    ("name", "error"), [("nobody/nothing", NotFound), ("no name at all", LimnerError), ("../../etc", LimnerError)]
)
def test_what_the_hub_does_not_have_is_said(here: Hub, name: str, error: type[LimnerError]) -> None:
    with pytest.raises(error):
        asking.ask(name)


@pytest.mark.parametrize("found", [{}, {"error": "no"}, ["a/b"], [{}], [{"id": "a/b", "downloads": float("inf")}], 7])
def test_a_search_that_is_answered_with_rubbish_says_so(here: Hub, found: object) -> None:
    here.found = found
    with pytest.raises(Unavailable, match="cannot be right"):
        asking.search("tiny")


def test_a_search_brings_no_more_than_was_asked_for_and_only_what_has_a_name(here: Hub) -> None:
    here.found = [{"id": "<b>"}, {"id": None}, *({"id": f"a/b{number}"} for number in range(50))]
    assert [match.name for match in asking.search("b", limit=5)] == ["a/b0", "a/b1", "a/b2"]


def test_a_hub_that_is_away_is_said(here: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="did not answer"):
        asking.ask(NAME)


def test_a_pickled_model_is_refused_before_it_is_fetched(here: Hub, home: Path) -> None:
    for path in here.models[NAME].rglob("*.safetensors"):
        path.unlink()
    with pytest.raises(NotConfigured, match="pickled"):
        pulling.pull(home, asking.ask(NAME))
    assert not [path for _, path, _ in here.asked if path.endswith((".bin", ".ckpt"))]


def test_a_model_that_asks_for_its_own_code_is_refused_before_its_weights_come(here: Hub, home: Path) -> None:
    write(here.models[NAME], "unet/config.json", {"sample_size": 64, "auto_map": {"AutoModel": "theirs.Model"}})
    with pytest.raises(NotConfigured, match="code of its own"):
        pulling.pull(home, asking.ask(NAME))
    assert not [path for method, path, _ in here.asked if method == "GET" and "/cdn/" in path]


def test_a_kind_that_nobody_here_draws_with_is_refused_before_its_weights_come(here: Hub, home: Path) -> None:
    write(here.models[NAME], "model_index.json", {"_class_name": "StableAudioPipeline"})
    with pytest.raises(NotConfigured, match="StableAudioPipeline"):
        pulling.pull(home, asking.ask(NAME))
    assert not [path for method, path, _ in here.asked if method == "GET" and "/cdn/" in path]


def test_only_the_parts_that_the_index_names_come(here: Hub, home: Path) -> None:
    theirs = here.models[NAME]
    change(theirs, "model_index.json", safety_checker=[None, None], image_encoder=[None, None])
    for part in ("vae_1_0", "safety_checker"):
        write(theirs, f"{part}/model.safetensors", os.urandom(1000))
        write(theirs, f"{part}/config.json", {})
    place = pulling.pull(home, asking.ask(NAME))
    parts = {path.name for path in place.iterdir() if path.is_dir()}
    assert parts == {"scheduler", "text_encoder", "tokenizer", "unet", "vae"}
    change(theirs, "model_index.json", safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"])
    place = pulling.pull(home, asking.ask(NAME))
    assert (place / "safety_checker" / "model.safetensors").exists()


def test_openvinos_form_comes_with_both_halves_of_the_autoencoder(here: Hub, home: Path) -> None:
    theirs = here.models[NAME]
    for path in [*theirs.rglob("*.safetensors"), *theirs.glob("*/*.bin")]:
        path.unlink()
    for part in ("text_encoder", "tokenizer", "unet", "vae_decoder", "vae_encoder", "another"):
        stem = "openvino_tokenizer" if part == "tokenizer" else "openvino_model"
        write(theirs, f"{part}/{stem}.xml", b"<net/>")
        write(theirs, f"{part}/{stem}.bin", os.urandom(1000))
        write(theirs, f"{part}/config.json", {"block_out_channels": [1, 2, 3, 4]})
    shutil.rmtree(theirs / "vae")
    place = pulling.pull(home, asking.ask(NAME))
    parts = {path.parent.name for path in place.rglob("*.xml")}
    assert parts == {"text_encoder", "tokenizer", "unet", "vae_decoder", "vae_encoder"}
    assert not (place / "another").exists()
    assert store.models_in(home)[0].engine == "openvino"


def test_one_pickled_part_is_enough_to_refuse_a_model(here: Hub) -> None:
    (here.models[NAME] / "vae/diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(NotConfigured, match=r"pickled \(vae/diffusion_pytorch_model\.bin\)"):
        pulling.wanted(asking.ask(NAME))


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe", b"{}", b" " * 2_000_000])
def test_an_index_that_says_nothing_is_no_model(here: Hub, content: bytes) -> None:
    write(here.models[NAME], "model_index.json", content)
    with pytest.raises(NotConfigured, match=r"no model_index\.json that can be read"):
        pulling.wanted(asking.ask(NAME))


def test_whoever_pulls_what_is_being_pulled_is_told_so_and_waits_for_nothing(here: Hub, home: Path) -> None:
    repository = asking.ask(NAME)
    held = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(home), NAME], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    with held:
        assert held.stdout is not None
        assert held.stdout.readline() == b"held\n"
        with pytest.raises(Unavailable, match="being brought here already"):
            pulling.pull(home, repository)
        held.kill()
    verify(pulling.pull(home, repository))


def test_whoever_only_looks_how_far_a_pull_is_does_not_make_it_fail(here: Hub, home: Path) -> None:
    repository = asking.ask(NAME)
    lock = home / "models/.pulling/somebody--tiny-sd.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as looks:
        fcntl.flock(looks, fcntl.LOCK_SH)
        Timer(0.05, fcntl.flock, (looks, fcntl.LOCK_UN)).start()
        verify(pulling.pull(home, repository))


HOLDS = """
import sys
from pathlib import Path
from limner.engines.weights import pulling
from limner.engines.weights.hub import Repository
from limner.engines.weights.placing import alone
with alone(pulling.stage_of(Path(sys.argv[1]), Repository(sys.argv[2], "another" * 6, (), "")), "it"):
    print("held", flush=True)
    sys.stdin.read()
"""
"""Somebody who pulls another version of it, and is killed."""


def test_a_small_file_that_came_damaged_is_told_by_gits_checksum_and_fetched_anew(here: Hub, home: Path) -> None:
    here.spoilt.add("tokenizer/merges.txt")
    with pytest.raises(ModelBroken, match=r"tokenizer/merges\.txt of somebody/tiny-sd came damaged"):
        pulling.pull(home, asking.ask(NAME))
    assert fetched_of(here) == set()
    here.spoilt.clear()
    place = pulling.pull(home, asking.ask(NAME))
    assert (place / "tokenizer/merges.txt").read_bytes() == (here.models[NAME] / "tokenizer/merges.txt").read_bytes()


def test_a_new_version_fetches_only_what_changed(here: Hub, home: Path) -> None:
    pulling.pull(home, asking.ask(NAME))
    new = os.urandom(30_000)
    write(here.models[NAME], "unet/diffusion_pytorch_model.safetensors", new)
    here.commit = "f" * 40
    here.asked.clear()
    place = pulling.pull(home, asking.ask(NAME))
    assert fetched_of(here) == {"unet/diffusion_pytorch_model.safetensors"}
    assert (place / "unet/diffusion_pytorch_model.safetensors").read_bytes() == new
    verify(place)
    assert left_over(home) == []


def test_a_damaged_model_is_mended_by_fetching_what_is_damaged(here: Hub, home: Path) -> None:
    place = pulling.pull(home, asking.ask(NAME))
    for part in ("vae", "unet"):
        damage = place / part / "diffusion_pytorch_model.safetensors"
        damage.write_bytes(b"?" * 30_000)
    damage.unlink()
    here.asked.clear()
    verify(pulling.pull(home, asking.ask(NAME)))
    assert fetched_of(here) == {f"{part}/diffusion_pytorch_model.safetensors" for part in ("vae", "unet")}


def test_a_new_version_needs_no_room_for_what_it_shares(
    here: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulling.pull(home, asking.ask(NAME))
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**10, 0, placing.SPARE + 20_000))
    verify(pulling.pull(home, asking.ask(NAME)))
    write(here.models[NAME], "unet/diffusion_pytorch_model.safetensors", os.urandom(30_000))
    with pytest.raises(Unavailable, match="on the disk"):
        pulling.pull(home, asking.ask(NAME))


def test_what_another_pull_still_brings_is_no_room(here: Hub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = asking.ask(NAME)
    other = asking.Repository("somebody/else", "f" * 40, (), "")
    write_down(home, other, 10**9)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**10, 0, placing.SPARE + 10**9))
    with placing.alone(pulling.stage_of(home, other), other.name), pytest.raises(Unavailable, match="on the disk"):
        pulling.pull(home, repository)
    verify(pulling.pull(home, repository))  # it broke off, and may never be gone on with


def test_a_hub_that_sends_another_length_than_it_said_is_no_fault_of_the_disk(here: Hub, home: Path) -> None:
    repository = asking.ask(NAME)
    write(here.models[NAME], "tokenizer/merges.txt", b"#version: 2\na b\n")
    with pytest.raises(Unavailable, match="another length"):
        pulling.pull(home, repository)
    verify(pulling.pull(home, asking.ask(NAME)))


def test_a_pull_that_nobody_wants_any_more_gives_its_place_back(here: Hub, home: Path) -> None:
    here.most = 10_000
    repository = asking.ask(NAME)
    with pytest.raises(Unavailable):
        pulling.pull(home, repository)
    [one] = begun(home)
    assert (one.name, one.fetched, one.held) == (NAME, pulling.fetched(home, repository), False)
    assert (one.revision, one.bytes) == (here.commit, sum(file.bytes for file in pulling.wanted(repository)))
    assert pulling.give_up(home, "*/*") == 0
    assert pulling.give_up(home, NAME) > 10_000
    assert (begun(home), left_over(home)) == ([], [])


def test_a_folder_that_cannot_be_written_is_said(here: Hub, home: Path) -> None:
    (home / "models").write_text("a file where a folder should be")
    with pytest.raises(Unavailable, match="could not be kept in"):
        pulling.pull(home, asking.ask(NAME))


def test_a_removed_model_is_gone_and_two_of_one_name_are_told_apart(here: Hub, home: Path) -> None:
    here.models["another/tiny-sd"] = here.models[NAME]
    pulling.pull(home, asking.ask(NAME))
    write(home / "models" / NAME, "limner.json", {})  # from a time when nobody wrote down when it came
    pulling.pull(home, asking.ask("another/tiny-sd"))
    pulling.pull(home, asking.ask(NAME))  # once more: it was here first all the same
    assert [found.name for found in store.models_in(home)] == ["tiny-sd@another", "tiny-sd"]
    assert store.models_in(home)[1].path == home / "models" / NAME
    assert store.remove(home, home / "models" / NAME) > 90_000
    assert [found.name for found in store.models_in(home)] == ["tiny-sd"]
    assert not (home / "models/somebody").exists()
    with pytest.raises(NotAllowed):
        store.remove(home, home)


@pytest.mark.parametrize("commit", ["/../../..", "..", "main", "", "0" * 39])
def test_a_hub_whose_version_is_none_is_not_believed(here: Hub, home: Path, commit: str) -> None:
    (home / "secret-key").write_text("kept")
    here.commit = commit
    with pytest.raises(Unavailable, match="cannot be right"):
        asking.ask(NAME)
    assert (home / "secret-key").read_text() == "kept"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        "text",
        {"id": NAME},
        {"id": NAME, "sha": "f" * 40, "siblings": [{"size": 3}]},
        {"id": NAME, "sha": "f" * 40, "siblings": ["model_index.json"]},
        {"id": NAME, "sha": "f" * 40, "siblings": [{"rfilename": "x.bin", "size": 3, "lfs": {"size": 3}}]},
    ],
)
def test_an_answer_that_no_hub_gives_is_said_in_a_sentence(here: Hub, answer: object) -> None:
    here.answer = answer
    with pytest.raises(Unavailable, match=f"answer about {NAME} cannot be right. Is HF_ENDPOINT a hub"):
        asking.ask(NAME)


def test_a_file_that_is_too_large_is_told_before_anything_is_fetched(here: Hub, home: Path) -> None:
    name = "unet/diffusion_pytorch_model.safetensors"
    (here.models[NAME] / name).unlink()
    here.also = [{"rfilename": name, "size": 51 * 10**9, "blobId": "x"}]
    with pytest.raises(NotConfigured, match=r"has 51\.0 GB, and a file of more than 50\.0 GB is not fetched"):
        pulling.pull(home, asking.ask(NAME))
    assert fetched_of(here) == set()


@pytest.mark.parametrize(
    "name", ["../x.json", "/x.json", "unet/../../x.json", "unet/a/b.json", "x\ny.json", ".git/x.json"]
)
def test_a_file_that_would_lie_elsewhere_is_passed_over(here: Hub, home: Path, name: str) -> None:
    here.also = [{"rfilename": name, "size": 3, "blobId": "x"}]
    repository = asking.ask(NAME)
    assert name not in {file.name for file in repository.files}
    verify(pulling.pull(home, repository))


def test_a_size_below_nothing_is_not_believed(here: Hub) -> None:
    here.also = [{"rfilename": "unet/x.safetensors", "size": -(10**12), "blobId": "x"}]
    with pytest.raises(Unavailable, match="cannot be right"):
        asking.ask(NAME)


def test_openvinos_files_beside_others_are_not_taken_for_the_model(here: Hub, home: Path) -> None:
    for name in ("openvino_model.xml", "openvino_model.bin"):
        write(here.models[NAME], f"unet/{name}", b"theirs")
    place = pulling.pull(home, asking.ask(NAME))
    assert not list(place.rglob("openvino_*"))
    assert store.models_in(home)[0].engine == "diffusers"


def test_what_somebody_wrote_beside_a_model_outlives_the_next_pull(here: Hub, home: Path) -> None:
    place = pulling.pull(home, asking.ask(NAME))
    note = json.loads((place / "limner.json").read_text())
    (place / "limner.json").write_text(json.dumps({**note, "steps": 12, "revision": "old"}))
    pulling.pull(home, asking.ask(NAME))
    note = json.loads((place / "limner.json").read_text())
    assert (note["steps"], note["revision"]) == (12, here.commit)

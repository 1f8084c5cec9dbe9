"""Models that somebody brought here: where they are found, what they are called, and what reads them."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from limner.engines.catalog import BUNDLED, Model
from limner.engines.registry import WRITING, build_engine, writing_engine
from limner.engines.weights import check, find, title_of, verify, verify_pulled
from limner.engines.weights.placing import settle
from limner.errors import ModelBroken, NotConfigured
from tests.engines.tiny_model import tiny

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "someone/Their-GPT2"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of Hugging Face's programs."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def cached(cache: Path, name: str = NAME) -> Path:
    """What `hf download` leaves behind."""
    model = cache / f"models--{name.replace('/', '--')}"
    snapshot = model / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(COMMIT)
    (snapshot / "config.json").write_text("{}")
    return snapshot


def test_a_folder_is_itself(tmp_path: Path, cache: Path) -> None:
    assert find(str(tmp_path), tmp_path / "home") == tmp_path


@pytest.mark.parametrize("name", ["gpt2", NAME])
def test_a_name_is_found_in_the_home_and_then_in_the_cache(tmp_path: Path, cache: Path, name: str) -> None:
    snapshot = cached(cache, name)
    assert find(name, tmp_path) == snapshot
    (pulled := tmp_path / "models" / name).mkdir(parents=True)
    assert find(name, tmp_path) == pulled


@pytest.mark.parametrize(
    ("variable", "below"),
    [("HF_HOME", "hub"), ("XDG_CACHE_HOME", "huggingface/hub"), ("HOME", ".cache/huggingface/hub")],
)
def test_the_cache_is_where_hugging_faces_programs_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, below: str
) -> None:
    for name in ("HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(tmp_path / "there"))
    snapshot = cached(tmp_path / "there" / below)
    assert find(NAME, tmp_path) == snapshot


@pytest.mark.parametrize("said", ["", "../../secret", "main/../.."])
def test_a_cache_that_was_left_half_made_has_no_model(tmp_path: Path, cache: Path, said: str) -> None:
    (cached(cache).parents[1] / "refs" / "main").write_text(said)
    with pytest.raises(NotConfigured):
        find(NAME, tmp_path)


@pytest.mark.usefixtures("cache")
def test_a_name_that_is_nowhere_is_told_with_the_command_that_gets_it(tmp_path: Path) -> None:
    home = tmp_path / "my home"
    with pytest.raises(NotConfigured) as refused:
        find(NAME, home)
    assert refused.value.message == (
        f"There is no model '{NAME}' here: {home}/models/{NAME} is no folder, and Hugging Face's cache does not have "
        f"it. Get it with: hf download {NAME} --local-dir '{home}/models/{NAME}'"
    )


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    "said", ["/no/such/folder", "./here", "../up", "a/b/c", "a b", "x" * 5000, "~/nowhere-at-all"]
)
def test_what_is_no_name_is_a_folder_that_is_not_there(tmp_path: Path, said: str) -> None:
    with pytest.raises(NotConfigured, match=r"There is no (folder|model)"):
        find(said, tmp_path)


def test_a_model_is_called_by_its_name_wherever_it_lies(tmp_path: Path, cache: Path) -> None:
    assert title_of(BUNDLED / "scribe") == "Scribe"
    assert title_of(tmp_path / "models" / "someone" / "MagicPrompt") == "MagicPrompt"
    assert title_of(cached(cache)) == "Their-GPT2"
    assert title_of(cached(cache, "gpt2")) == "Gpt2"


def test_a_model_with_a_list_of_checksums_has_to_be_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    verify_pulled(tmp_path)
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  config.json\n")
    with pytest.raises(ModelBroken, match=r"config\.json .* is not the one it was made with"):
        verify_pulled(tmp_path)


def test_limners_own_models_always_have_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limner.engines.weights.pulled.BUNDLED", tmp_path)
    (tmp_path / "scribe").mkdir()
    with pytest.raises(ModelBroken, match="SHA256SUMS, cannot be read"):
        verify_pulled(tmp_path / "scribe")


@pytest.fixture
def kept(tmp_path: Path) -> Model:
    """A model that Limner brought here."""
    made = tiny(tmp_path / "stage")
    (tmp_path / "stage" / "SHA256SUMS").unlink()
    place = tmp_path / "home" / "models" / "somebody" / "tiny"
    settle(tmp_path / "stage", place, {"repository": "somebody/tiny"})
    return replace(made, path=place, bytes=1)


def test_a_file_that_is_cut_short_is_told_before_the_library_reads_it(kept: Model) -> None:
    assert kept.path is not None
    weights = kept.path / "unet" / "openvino_model.bin"
    weights.write_bytes(weights.read_bytes()[:-1])
    told = r"its file unet/openvino_model\.bin has .* bytes, and should have .*: limner models pull somebody/tiny$"
    with pytest.raises(ModelBroken, match=told):
        build_engine(kept)
    weights.unlink()
    with pytest.raises(ModelBroken, match=r"unet/openvino_model\.bin cannot be read .*: limner models pull"):
        build_engine(kept)


def test_a_file_that_nobody_brought_is_told_before_the_library_reads_it(kept: Model) -> None:
    assert kept.path is not None
    (kept.path / "unet" / "more.safetensors").write_bytes(b"?")
    with pytest.raises(ModelBroken, match=r"unet/more\.safetensors is not named"):
        build_engine(kept)


def test_other_bytes_of_the_same_length_are_found_when_somebody_asks(kept: Model) -> None:
    assert kept.path is not None
    weights = kept.path / "unet" / "openvino_model.bin"
    weights.write_bytes(bytes(len(weights.read_bytes())))
    build_engine(kept)  # which reads no gigabytes twice
    with pytest.raises(ModelBroken, match=r"unet/openvino_model\.bin .* is not the one .*: limner models pull"):
        verify(kept.path)
    (kept.path / "limner.json").unlink()  # nobody knows the lengths any more
    with pytest.raises(ModelBroken, match=r"unet/openvino_model\.bin .* is not the one"):
        build_engine(kept)


def test_a_network_that_cannot_be_read_names_the_command_that_looks_for_damage(kept: Model) -> None:
    assert kept.path is not None
    network = kept.path / "unet" / "openvino_model.xml"
    network.write_bytes(b"?" * len(network.read_bytes()))
    with pytest.raises(ModelBroken, match=r"limner models verify tiny$"):
        build_engine(kept)


def test_what_was_converted_is_mended_by_converting_it_again(tmp_path: Path) -> None:
    (tmp_path / "unet").mkdir()
    note = {"repository": "somebody/tiny", "converted": "tiny --int8", "bytes": {"unet/openvino_model.bin": 7}}
    (tmp_path / "limner.json").write_text(json.dumps(note))
    with pytest.raises(ModelBroken, match=r"Mend it with: limner models convert tiny --int8$"):
        check(tmp_path)


def install(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    monkeypatch.setattr(
        "limner.engines.registry.find_spec", lambda name: ModuleSpec(name, None) if name in modules else None
    )


@pytest.mark.parametrize("name", ["model.safetensors", "model.safetensors.index.json"])
def test_safetensors_are_read_by_transformers_unless_openvinos_files_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    install(monkeypatch, "torch", "transformers")
    (tmp_path / name).touch()
    assert "adapters.transformers" in writing_engine(tmp_path)
    (tmp_path / "openvino_model.xml").touch()
    assert "adapters.openvino" in writing_engine(tmp_path)


@pytest.mark.parametrize(("there", "missing"), [((), "torch, transformers"), (("torch",), "transformers")])
def test_what_a_writer_needs_and_is_not_installed_is_named_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], missing: str
) -> None:
    install(monkeypatch, *there)
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(NotConfigured, match=f"not installed: {missing}.* pip install torch transformers$"):
        writing_engine(tmp_path)


def test_pickled_weights_are_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").touch()
    with pytest.raises(NotConfigured, match=r"pickled \(pytorch_model.bin\).* Get it as model.safetensors"):
        writing_engine(tmp_path)


def test_a_folder_without_a_model_is_told_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match=f"none of {', '.join(WRITING)} is there"):
        writing_engine(tmp_path)

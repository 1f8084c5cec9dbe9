"""LoRAs are asked for in the prompt, known by the names of files, and refused before work where they are not here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from limner.engines.catalog import Model
from limner.engines.contract import DrawRequest
from limner.engines.dialects import LIMNER
from limner.engines.loras import Lora, parted, there
from limner.engines.validation import Ask, make_request
from limner.engines.weights import store
from limner.errors import InvalidRequest
from tests.engines.puppet import puppet
from tests.engines.test_pulling import model, write

MANY = 1_000_000


@pytest.fixture
def dressed(tmp_path: Path) -> Model:
    """A model that takes LoRAs, of which there are two."""
    for name in ("ink.safetensors", "oil paint.v2.safetensors", "chalk.ckpt", "note.txt", ".hidden.safetensors"):
        write(tmp_path, name, b"")
    (tmp_path / "folder.safetensors").mkdir()
    return replace(puppet(), loras=tmp_path)


def asked(model: Model, prompt: str) -> DrawRequest:
    return make_request(Ask(prompt), LIMNER, model)[0]


@pytest.mark.parametrize(
    ("prompt", "words", "loras"),
    [
        ("a cat", "a cat", ()),
        ("a cat <lora:ink>, on a roof", "a cat, on a roof", (Lora("ink", 1.0),)),
        ("<lora:ink:0.8> a cat <LoRA:oil paint.v2:-.5>", "a cat", (Lora("ink", 0.8), Lora("oil paint.v2", -0.5))),
        ("a cat <lora:ink:1><lora:ink:0>", "a cat", (Lora("ink", 0.0),)),
        ("<lora:ink:1.>", "", (Lora("ink", 1.0),)),
        ("1 < 2 <lora:ink:much> > 0", "1 < 2 <lora:ink:much> > 0", ()),
        (" a cat <lora:ink> <lora:oil:1> on a\n<lora:ink:2>", "a cat on a", (Lora("ink", 2.0), Lora("oil", 1.0))),
        (" a cat ", " a cat ", ()),
    ],
)
def test_a_prompt_parts_into_words_and_loras(prompt: str, words: str, loras: tuple[Lora, ...]) -> None:
    assert parted(prompt) == (words, loras)


@pytest.mark.parametrize(
    "prompt",
    [
        "a" + " " * MANY + "b",
        "<lora:" + " " * MANY + "b",
        "a" + " " * MANY + "<lora:",
        "<lora:ink:" + "1" * MANY,
        "<lora:ink:" * (MANY // 10),
        "<lora:" * (MANY // 10),
        "<lora:ink:1" * (MANY // 10),
    ],
    ids=["spaces", "spaces in a tag", "spaces before a tag", "digits", "names", "openings", "weights"],
)
def test_whatever_is_written_is_read_once(prompt: str) -> None:
    """One that reads it from each character on anew would not end today."""
    assert parted(prompt) == (prompt, ())


def test_safetensors_in_the_folder_are_known_and_nothing_else(dressed: Model, tmp_path: Path) -> None:
    assert list(there(dressed.loras)) == ["ink", "oil paint.v2"]
    assert there(tmp_path / "nowhere") == there(None) == {}


def test_the_request_keeps_the_prompt_as_it_was_written(dressed: Model) -> None:
    assert asked(dressed, "a cat <lora:ink:0.5>").prompt == "a cat <lora:ink:0.5>"


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("a cat <lora:chalk:1>", r"no LoRA 'chalk' here as \.safetensors\. Here are: 'ink', 'oil paint\.v2'"),
        ("a cat <lora:../ink:1>", r"no LoRA '\.\./ink' here"),
        ("a cat <lora:ink:much>", "asked for as <lora:NAME:0.8>"),
        ("a cat <lora:ink:99>", "of at most 10"),
        ("a cat <lora:ink", "asked for as <lora:NAME:0.8>"),
    ],
)
def test_what_is_not_here_is_refused_with_what_is(dressed: Model, prompt: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said) as caught:
        asked(dressed, prompt)
    assert caught.value.param == "prompt"


def test_a_model_that_takes_none_says_so_and_an_upstream_gets_the_text() -> None:
    with pytest.raises(InvalidRequest, match="takes no LoRAs") as caught:
        asked(puppet(), "a cat <lora:ink:1>")
    assert caught.value.param == "prompt"
    assert asked(replace(puppet(), upstream="house"), "a cat <lora:ink:1>").prompt == "a cat <lora:ink:1>"


def test_models_in_diffusers_form_take_those_in_the_folder_beside_them(tmp_path: Path) -> None:
    for name in ("sd", "sd-ov"):
        model(tmp_path / "models/owner" / name)
    (tmp_path / "models/owner/sd-ov/unet/diffusion_pytorch_model.safetensors").unlink()
    write(tmp_path, "models/owner/sd-ov/unet/openvino_model.xml", b"<net/>")
    write(tmp_path, "models/loras/ink.safetensors", b"")
    found = {one.name: Model.from_json(one.to_json()) for one in store.models_in(tmp_path)}
    assert {name: list(there(one.loras)) for name, one in found.items()} == {"sd": ["ink"], "sd-ov": []}
    assert found["sd-ov"].loras is None

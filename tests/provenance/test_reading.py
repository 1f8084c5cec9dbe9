"""Settings are read back from the files of the usual programs, and from nothing that only looks like one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limner.provenance.infotext import infotext
from limner.provenance.mark import encode
from limner.provenance.reading import Reading, settings_in
from limner.provenance.record import Provenance
from tests.provenance.files import (
    A1111,
    COMFYUI,
    FLUX,
    FOOOCUS,
    INVOKEAI,
    SD_METADATA,
    WORKFLOW,
    comfyui_webp,
    commented,
    fooocus_file,
    png,
)
from tests.provenance.test_infotext import MADE


def reading(file: bytes) -> Reading:
    found = settings_in(file)
    assert found is not None
    return found


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
def test_a_picture_of_limners_says_all_there_is(format: str) -> None:
    found = reading(encode("RGB", (8, 4), bytes(8 * 4 * 3), format=format, metadata=MADE))
    assert (found.made, found.program, found.beyond) == (MADE, "Limner", ())


@pytest.mark.parametrize("file", [png(parameters=A1111), commented("JPEG", A1111), commented("WEBP", A1111)])
def test_automatic1111s_line_is_read_from_every_format(file: bytes) -> None:
    found = reading(file)
    assert found.program == "AUTOMATIC1111"
    assert found.beyond == ("LoRA add_detail", "clip skip")
    assert found.made == Provenance(
        prompt="masterpiece, (a cat:1.2), on a roof",
        negative_prompt="blurry, ugly",
        model="dreamshaper_8",
        seed=42,
        steps=25,
        guidance=7.5,
        width=512,
        height=768,
        sampler="DPM++ 2M Karras",
        model_hash="abc1234567",
        software="AUTOMATIC1111",
    )


@pytest.mark.parametrize("file", [png(prompt=COMFYUI, workflow=WORKFLOW), comfyui_webp()])
def test_comfyuis_links_are_followed_from_the_sampler_to_the_words(file: bytes) -> None:
    found = reading(file)
    assert (found.program, found.beyond) == ("ComfyUI", ("LoRA ink",))
    assert found.made == Provenance(
        prompt="a glass bottle, purple galaxy",
        negative_prompt="text, watermark",
        model="v1-5-pruned",
        seed=156680208700286,
        steps=20,
        guidance=8.0,
        width=512,
        height=384,
        sampler="euler normal",
        software="ComfyUI",
    )


def test_comfyuis_nodes_for_flux_are_read_through_guider_noise_and_scheduler() -> None:
    made = reading(png(prompt=FLUX)).made
    assert (made.prompt, made.negative_prompt, made.model) == ("a fox in the snow", "", "flux1-dev")
    assert (made.seed, made.steps, made.guidance, made.width, made.height) == (99, 28, 3.5, 1024, 768)
    assert made.sampler == "euler simple"


def test_comfyuis_page_is_read_where_its_graph_is_not_there() -> None:
    made = reading(png(workflow=WORKFLOW)).made
    assert (made.prompt, made.negative_prompt, made.model) == ("a bottle", "watermark", "v1-5")
    assert (made.seed, made.steps, made.guidance, made.width) == (8566257, 20, 8.0, 512)


def test_of_two_samplers_the_first_pass_is_read() -> None:
    second = {**COMFYUI["3"]["inputs"], "seed": 1, "steps": 8, "denoise": 0.5, "latent_image": ["3", 0]}
    graph = {"1": {"class_type": "KSampler", "inputs": second}, **COMFYUI}
    assert reading(png(prompt=graph)).made.steps == 20


def test_invokeai_is_read() -> None:
    found = reading(png(invokeai_metadata=INVOKEAI))
    assert (found.program, found.beyond) == ("InvokeAI", ("LoRA inkpunk", "ControlNet"))
    made = found.made
    assert (made.prompt, made.negative_prompt, made.model) == ("a lighthouse in a storm", "people", "Dreamlike")
    assert (made.seed, made.steps, made.guidance, made.width, made.height) == (1234567890, 30, 7.5, 768, 512)


def test_older_invokeai_has_what_to_avoid_in_brackets() -> None:
    made = reading(png(sd_metadata=SD_METADATA)).made
    assert (made.prompt, made.negative_prompt) == ("an old barn at dawn", "fence, car")
    assert (made.model, made.seed, made.steps, made.width) == ("stable-diffusion-1.5", 3011, 50, 640)


@pytest.mark.parametrize(
    "file", [png(parameters=FOOOCUS, fooocus_scheme="fooocus"), fooocus_file("JPEG"), fooocus_file("WEBP")]
)
def test_fooocus_is_read_from_every_format(file: bytes) -> None:
    found = reading(file)
    assert found.program == "Fooocus"
    assert found.beyond == ("style Fooocus V2", "style Fooocus Enhance", "LoRA sd_xl_offset_example-lora_1.0")
    made = found.made
    assert (made.prompt, made.negative_prompt) == ("a teapot in a garden", "unrealistic")
    assert (made.model, made.seed, made.steps, made.guidance) == ("juggernautXL_v8Rundiffusion", 4567, 30, 4.0)
    assert (made.width, made.height) == (1152, 896)


def test_fooocus_in_automatic1111s_words_is_read() -> None:
    found = reading(png(parameters=A1111.replace("v1.9.4", "Fooocus v2.5.3"), fooocus_scheme="a1111"))
    assert (found.program, found.made.seed) == ("Fooocus", 42)


# --- what says nothing, and what wants to do harm ---


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"a friendly robot",
        png(),
        png(parameters="a cat, and nothing else"),
        png(Comment="Steps: 1, Seed: 2, Size: 3x3"),
        png(prompt="{}", workflow="[]"),
        png(prompt="nothing", invokeai_metadata="{", parameters='{"prompt": "a cat"}'),
        png(parameters=A1111)[:60],
        commented("JPEG", "taken on holiday"),
    ],
)
def test_a_file_that_does_not_say_reads_as_none(file: bytes) -> None:
    assert settings_in(file) is None


DEEP = ["[" * 200_000 + "]" * 200_000, '{"a":' * 100_000 + "1" + "}" * 100_000]
ODD: list[Any] = [
    None,
    True,
    -1,
    10**400,
    1e308,
    "x" * 100,
    [],
    {},
    [[]],
    ["3", 0],
    {"a": {"b": []}},
    "\ud800\0",
    "9" * 99,
]


@pytest.mark.parametrize("name", ["prompt", "workflow", "invokeai_metadata", "sd_metadata", "parameters"])
@pytest.mark.parametrize("text", [*DEEP, '{"seed": ' + "9" * 6000 + "}", "NaN"])
def test_deep_and_huge_json_is_no_setting(name: str, text: str) -> None:
    assert settings_in(png(**{name: text})) is None


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_values_of_wrong_types_are_left_out(odd: Any) -> None:
    for good, name in ((INVOKEAI, "invokeai_metadata"), (SD_METADATA, "sd_metadata"), (FOOOCUS, "parameters")):
        settings_in(png(**{name: dict.fromkeys(good, odd)}))
        for key in good:
            found = settings_in(png(**{name: {**good, key: odd}}))
            assert found is None or isinstance(found.made.prompt, str)
    settings_in(png(sd_metadata={"image": dict.fromkeys(SD_METADATA["image"], odd)}))
    for key, node in COMFYUI.items():
        for name in node["inputs"]:
            settings_in(png(prompt={**COMFYUI, key: {**node, "inputs": {**node["inputs"], name: odd}}}))
        settings_in(png(prompt={**COMFYUI, key: odd}))
    for key in WORKFLOW:
        settings_in(png(workflow={**WORKFLOW, key: odd}))
    for key in ("id", "type", "inputs", "widgets_values"):
        nodes = [{**node, key: odd} for node in WORKFLOW["nodes"]]
        settings_in(png(workflow={**WORKFLOW, "nodes": nodes, "links": [odd, [odd, odd], *WORKFLOW["links"]]}))


def test_what_is_read_can_be_stored_and_shown() -> None:
    made = reading(png(invokeai_metadata={**INVOKEAI, "positive_prompt": "a\0 cat \ud800" + "b" * 300_000})).made
    assert "\0" not in made.prompt
    made.prompt.encode()
    assert len(made.prompt) <= 40_000


@pytest.mark.timeout(10)
def test_a_graph_that_runs_in_circles_ends() -> None:
    graph = {
        str(number): {"class_type": "KSampler", "inputs": {"latent_image": [str((number + 1) % 4000), 0]}}
        for number in range(4000)
    }
    settings_in(png(prompt=graph))


@pytest.mark.timeout(10)
def test_a_chunk_of_many_megabytes_is_not_read() -> None:
    assert settings_in(png(parameters=A1111.replace("masterpiece", "x" * 20_000_000))) is None


def test_a_strange_programs_sampler_is_cut() -> None:
    made = Provenance(prompt="a cat", sampler="x" * 10_000, software="Somebody's")
    found = settings_in(encode("RGB", (1, 1), bytes(3), format="png", metadata=made))
    assert found is not None
    assert len(found.made.sampler) <= 80


SPACES = "a cat" + " " * 39_000 + "on a roof"


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "file",
    [
        png(parameters=A1111.replace("masterpiece", SPACES)),
        png(parameters={**FOOOCUS, "prompt": SPACES}),
        png(invokeai_metadata={**INVOKEAI, "positive_prompt": SPACES}),
        png(sd_metadata={**SD_METADATA, "image": {**SD_METADATA["image"], "prompt": SPACES}}),
        png(prompt={**COMFYUI, "6": {"class_type": "CLIPTextEncode", "inputs": {"text": SPACES}}}),
    ],
    ids=["AUTOMATIC1111", "Fooocus", "InvokeAI", "InvokeAI before 3", "ComfyUI"],
)
def test_a_long_run_of_spaces_in_a_prompt_is_no_work(file: bytes) -> None:
    assert reading(file).made.prompt.startswith(SPACES)


def test_loras_and_words_to_avoid_go_with_the_spaces_before_them() -> None:
    spaced = "<lora:one:1> a cat  \n <lora:two:1> <lyco:three>, on a roof \t<lora:four:1>"
    found = reading(png(parameters=A1111.replace("masterpiece", spaced)))
    assert found.made.prompt.startswith("a cat, on a roof, (a cat")
    assert found.beyond[:4] == ("LoRA one", "LoRA two", "LoRA three", "LoRA four")
    image = {**SD_METADATA["image"], "prompt": "[fence] a barn \n  [car] [a [dog ], at dawn ["}
    made = reading(png(sd_metadata={**SD_METADATA, "image": image})).made
    assert (made.prompt, made.negative_prompt) == ("a barn [a, at dawn [", "fence, car, dog")


def test_automatic1111s_words_are_cut_where_those_of_others_are() -> None:
    text = A1111.replace("masterpiece", "b" * 60_000).replace("blurry", "c" * 60_000)
    made = reading(png(parameters=text)).made
    assert (len(made.prompt), len(made.negative_prompt), made.seed) == (40_000, 40_000, 42)


def test_what_a_file_names_without_end_is_cut() -> None:
    loras = {str(n): {"class_type": "LoraLoader", "inputs": {"lora_name": f"{n}" * 90}} for n in range(100, 900)}
    sampler = {"class_type": "KSampler", "inputs": {**COMFYUI["3"]["inputs"], "sampler_name": "s" * 39_000}}
    found = reading(png(prompt={**COMFYUI, "3": sampler, **loras}))
    assert len(found.made.sampler) == 80
    marked = "".join(f"<lora:{n}:1>" for n in range(2000))
    for many in (found, reading(png(parameters=A1111.replace("masterpiece", marked)))):
        assert 20 <= len(many.beyond) < 30
        assert max(map(len, many.beyond)) <= len("LoRA ") + 80


@settings(max_examples=60)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=20))
def test_no_json_is_too_odd(value: Any) -> None:
    text = json.dumps({"base_model": value, "metadata_scheme": value, "image": value, "nodes": value, "1": value})
    for name in ("prompt", "workflow", "invokeai_metadata", "sd_metadata", "parameters"):
        settings_in(png(**{name: text}))


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd(data: bytes) -> None:
    settings_in(data)
    settings_in(b"\x89PNG\r\n\x1a\n" + data)


def test_what_limner_writes_for_automatic1111_is_read_without_its_mark_too() -> None:
    found = reading(png(parameters=infotext(MADE)))
    assert (found.made.seed, found.made.strength, found.made.model) == (7, 0.75, "storybook")

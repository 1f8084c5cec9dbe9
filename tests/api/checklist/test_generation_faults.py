"""The checklist, C: what is wrong with a call for pictures, in OpenAI's words."""

from __future__ import annotations

import io
from collections.abc import Generator
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.api.checklist.asking import GENERATIONS, PROMPT, refused
from tests.api.checklist.conftest import PATIENCE, database
from tests.serving import Server, serving

USER = "image_generation_user_error"
BAD = "invalid_request_error"


@pytest.fixture(scope="module")
def client(server: Server) -> Generator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        yield client


def fault(client: httpx.Client, **body: Any) -> dict[str, Any]:
    return refused(client.post(GENERATIONS, json={"prompt": PROMPT, **body}))


def said(message: str, param: str | None, code: str | None, kind: str = BAD) -> dict[str, Any]:
    return {"message": message, "type": kind, "param": param, "code": code}


def mistyped(param: str, expected: str, got: str) -> dict[str, Any]:
    return said(f"Invalid type for '{param}': expected {expected}, but got {got} instead.", param, "invalid_type")


def beyond(param: str, side: str, bound: int, got: int) -> dict[str, Any]:
    words, sign, code = (
        ("above maximum", "<=", "above_max") if side == "above" else ("below minimum", ">=", "below_min")
    )
    return said(
        f"Invalid '{param}': integer {words} value. Expected a value {sign} {bound}, but got {got} instead.",
        param,
        f"integer_{code}_value",
    )


def test_045_a_prompt_has_to_be_there(client: httpx.Client) -> None:
    error = refused(client.post(GENERATIONS, json={}))
    assert error == said("Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter")


def test_046_and_to_have_a_character(client: httpx.Client) -> None:
    assert fault(client, prompt="") == said(
        "Invalid 'prompt': empty string. Expected a string with minimum length 1, but got an empty string instead.",
        "prompt",
        "empty_string",
    )


@pytest.mark.parametrize(
    ("prompt", "got"),
    [
        (123, "an integer"),
        (None, "null"),
        (1.5, "a decimal number"),
        (True, "a boolean"),
        ({}, "an object"),
        ([], "an array"),
    ],
)
def test_047_and_to_be_a_string(client: httpx.Client, prompt: Any, got: str) -> None:
    assert fault(client, prompt=prompt) == mistyped("prompt", "a string", got)


@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-image-2", "gpt-image-2.6-flare", "chatgpt-image-latest"])
def test_048_a_prompt_for_todays_names_has_32000_characters_at_most(client: httpx.Client, model: str) -> None:
    assert fault(client, model=model, prompt="x" * 32_001) == said(
        "Invalid 'prompt': string too long. Expected a string with maximum length 32000, but got a string with "
        "length 32001 instead.",
        "prompt",
        "string_above_max_length",
    )


@pytest.mark.parametrize(("model", "most"), [("dall-e-2", 1000), ("dall-e-3", 4000)])
def test_049_and_for_dall_e_fewer(client: httpx.Client, model: str, most: int) -> None:
    error = fault(client, model=model, prompt="x" * (most + 1))
    assert (error["param"], error["code"]) == ("prompt", "string_above_max_length")
    assert f"maximum length {most}" in error["message"]


@pytest.mark.parametrize("model", ["dall-e-2", "gpt-image-1", "gpt-image-2", "storybook"])
def test_050_n_is_1_to_10(client: httpx.Client, model: str) -> None:
    assert fault(client, model=model, n=0) == beyond("n", "below", 1, 0)
    assert fault(client, model=model, n=11) == beyond("n", "above", 10, 11)


@pytest.mark.parametrize(("n", "got"), [("2", "a string"), (1.5, "a decimal number"), (True, "a boolean")])
def test_051_n_is_an_integer(client: httpx.Client, n: Any, got: str) -> None:
    assert fault(client, n=n) == mistyped("n", "an integer", got)


def test_052_dall_e_3_draws_one(client: httpx.Client) -> None:
    error = fault(client, model="dall-e-3", n=2)
    assert error["message"] == "You must provide n=1 for this model."
    assert error["param"] == "n"


def test_053_a_size_is_one_of_the_names(client: httpx.Client) -> None:
    for size in ("bogus", "0x0", ""):
        supported = "Supported values are: '256x256', '512x512', and '1024x1024'."
        assert fault(client, size=size) == said(f"Invalid value: '{size}'. {supported}", "size", "invalid_value")
        supported = "Supported values are: '1024x1024', '1024x1536', '1536x1024', and 'auto'."
        error = fault(client, model="gpt-image-1", size=size)
        assert error == said(f"Invalid value: '{size}'. {supported}", "size", "invalid_value")
    for model in ("dall-e-2", "gpt-image-1", "gpt-image-2", "storybook"):
        assert fault(client, model=model, size=123) == mistyped("size", "a string", "an integer")


@pytest.mark.parametrize("model", ["gpt-image-2", "gpt-image-2.5-flare", "gpt-image-2.6-sunburst"])
def test_054_a_free_size_says_which_rule_it_breaks(client: httpx.Client, model: str) -> None:
    rules = {
        "1000x1000": "Width and height must both be divisible by 16.",
        "4096x1024": "The longest edge must be less than or equal to 3840.",
        "3840x1024": "The longest edge must be at most three times the shortest edge.",
        "256x256": "Requested resolution is below the current minimum pixel budget.",
    }
    for size, rule in rules.items():
        expected = said(f"Invalid size '{size}'. {rule}", "size", "invalid_value", USER)
        assert fault(client, model=model, size=size) == expected
    assert len(set(rules.values())) == 4
    bogus = "Invalid size 'bogus'. Expected WIDTHxHEIGHT, for example '1824x1024'."
    assert fault(client, model=model, size="bogus")["message"] == bogus


@pytest.mark.parametrize(
    ("model", "supported"),
    [
        ("dall-e-3", "'standard' and 'hd'"),
        ("gpt-image-1", "'low', 'medium', 'high', and 'auto'"),
        ("gpt-image-2", "'low', 'medium', 'high', and 'auto'"),
        ("gpt-image-2.6-flare", "'low', 'medium', 'high', 'xhigh', 'max', and 'auto'"),
    ],
)
def test_055_a_quality_is_one_of_the_names(client: httpx.Client, model: str, supported: str) -> None:
    expected = said(f"Invalid value: 'ultra'. Supported values are: {supported}.", "quality", "invalid_value")
    assert fault(client, model=model, quality="ultra") == expected
    assert fault(client, model=model, quality=3)["code"] == "invalid_type"


def test_056_an_edit_answers_as_a_generation_does_and_the_operator_may_turn_it(
    client: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    square = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(square, "PNG")
    form: dict[str, Any] = {
        "data": {"model": "storybook", "prompt": PROMPT, "size": "256x256", "steps": "2"},
        "files": {"image": ("a.png", square.getvalue(), "image/png")},
    }
    [datum] = client.post("/v1/images/edits", **form).json()["data"]
    assert datum.keys() == {"url"}
    turned = {"LIMNER_API_RESPONSE_FORMAT": "b64_json", **database()}
    with (
        serving(tmp_path_factory.mktemp("turned"), **turned) as other,
        httpx.Client(base_url=other.url, timeout=PATIENCE) as client,
    ):
        [datum] = client.post("/v1/images/edits", **form).json()["data"]
        assert datum.keys() == {"b64_json"}
        body = {"prompt": PROMPT, "size": "256x256", "steps": 2, "response_format": "url"}
        assert client.post(GENERATIONS, json=body).json()["data"][0].keys() == {"url"}


@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-image-2.6-flare", "storybook"])
def test_057_a_jpeg_has_no_clear_background(client: httpx.Client, model: str) -> None:
    assert fault(client, model=model, background="transparent", output_format="jpeg") == said(
        "Transparent background is not supported for JPEG output format", "background", "invalid_value", USER
    )


def test_058_compression_is_0_to_100_and_none_of_pngs(client: httpx.Client) -> None:
    name, jpeg = "output_compression", {"output_format": "jpeg"}
    assert fault(client, **jpeg, output_compression=101) == beyond(name, "above", 100, 101)
    assert fault(client, **jpeg, output_compression=-1) == beyond(name, "below", 0, -1)
    assert fault(client, **jpeg, output_compression="80") == mistyped(name, "an integer", "a string")
    lossless = "Compression less than 100 is not supported for PNG output format"
    for more in ({}, {"output_format": "png"}):
        error = fault(client, model="gpt-image-1", output_compression=80, **more)
        assert error == said(lossless, None, "invalid_png_output_compression", USER)
    body = {"prompt": PROMPT, "size": "256x256", "steps": 1, "output_format": "png", "output_compression": 100}
    assert client.post(GENERATIONS, json=body).status_code == 200


def test_059_partial_images_are_3_at_most_and_a_stream_is_asked_for_with_a_boolean(client: httpx.Client) -> None:
    assert fault(client, partial_images=4) == beyond("partial_images", "above", 3, 4)
    assert fault(client, partial_images=-1) == beyond("partial_images", "below", 0, -1)
    assert fault(client, stream="yes") == mistyped("stream", "a boolean", "a string")


@pytest.mark.parametrize("model", ["unicorn-9", "gpt-4", "dall-e-4", "storybook@nowhere"])
def test_060_a_model_that_nobody_has_does_not_exist(client: httpx.Client, model: str) -> None:
    error = fault(client, model=model)
    assert error == said(f"The model '{model}' does not exist.", "model", "invalid_value", USER)


def test_063_of_two_faults_the_one_of_n_is_reported(client: httpx.Client) -> None:
    for body in ({"n": 0, "quality": "ultra"}, {"quality": "ultra", "n": 0}):
        assert fault(client, model="gpt-image-1", **body)["param"] == "n"
    first = {"prompt": "", "n": 0, "quality": "ultra", "output_compression": 101, "size": "x", "partial_images": 9}
    order = list(first)
    while first:
        [name, *_] = first
        body = {"prompt": PROMPT, **dict(reversed(first.items()))}
        assert fault(client, model="gpt-image-1", **body)["param"] == name, order
        del first[name]


def test_064_a_form_of_words_alone_is_refused_by_its_type(client: httpx.Client) -> None:
    answer = client.post(GENERATIONS, data={"prompt": PROMPT}, files={"image": b"x"})
    assert refused(answer)["message"].startswith("Unsupported content type: 'multipart/form-data")

"""The strict items: what OpenAI's Images API refuses today is refused here too, where the operator wants that."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import httpx
import pytest

from tests.api.checklist.asking import GENERATIONS, PROMPT, picture, refused
from tests.api.checklist.conftest import PATIENCE
from tests.serving import Server

MODEL = "gpt-image-2"


@pytest.fixture(scope="module")
def client(strict: Server) -> Generator[httpx.Client]:
    with httpx.Client(base_url=strict.url, timeout=PATIENCE) as client:
        yield client


def fault(client: httpx.Client, **body: Any) -> dict[str, Any]:
    return refused(client.post(GENERATIONS, json={"prompt": PROMPT, **body}))


def unknown(key: str) -> dict[str, Any]:
    return {
        "message": f"Unknown parameter: '{key}'.",
        "type": "invalid_request_error",
        "param": key,
        "code": "unknown_parameter",
    }


@pytest.mark.parametrize("body", [{}, {"model": ""}])
def test_s1_a_model_has_to_be_named(client: httpx.Client, body: dict[str, Any]) -> None:
    assert fault(client, **body) == {
        "message": "Missing required parameter: 'model'.",
        "type": "invalid_request_error",
        "param": "model",
        "code": "missing_required_parameter",
    }


def test_s1_a_model_of_null_is_none(client: httpx.Client) -> None:
    error = fault(client, model=None)
    assert (error["param"], error["code"]) == ("model", "invalid_type")
    assert error["message"] == "Invalid type for 'model': expected a string, but got null instead."


@pytest.mark.parametrize("key", ["response_format", "style", "seed", "steps", "guidance_scale", "mask", "sparkle"])
def test_s2_a_key_that_todays_model_does_not_take_is_unknown(client: httpx.Client, key: str) -> None:
    for value in ("url", None):
        assert fault(client, model=MODEL, **{key: value}) == unknown(key)
    assert fault(client, model="storybook", **{key: "url"}) == unknown(key)
    assert fault(client, model=MODEL, **{key: 1}, n=0)["param"] == key, "before what is wrong with a known one"
    assert fault(client, model=MODEL, prompt="", n=0)["param"] == "prompt"


def test_s2_what_one_model_takes_another_may_not_know(client: httpx.Client) -> None:
    assert fault(client, model=MODEL, complexity="low") == unknown("complexity")
    assert fault(client, model="gpt-image-2.6-flare", complexity="loud")["code"] == "invalid_value"


@pytest.mark.parametrize("model", ["dall-e-2", "dall-e-3"])
def test_s3_dall_e_is_gone(client: httpx.Client, model: str) -> None:
    assert fault(client, model=model) == {
        "message": f"The model '{model}' does not exist.",
        "type": "image_generation_user_error",
        "param": "model",
        "code": "invalid_value",
    }
    assert model not in {entry["id"] for entry in client.get("/v1/models").json()["data"]}


def test_s6_input_fidelity_is_for_edits(client: httpx.Client) -> None:
    for model in ("gpt-image-2", "gpt-image-2.6-flare"):
        assert fault(client, model=model, input_fidelity="high") == unknown("input_fidelity")


def test_s6_and_of_some_models(client: httpx.Client) -> None:
    for model in ("gpt-image-2", "gpt-image-2.6-flare", "storybook"):
        body: dict[str, Any] = {"model": model, "prompt": PROMPT, "images": [], "input_fidelity": "high"}
        error = refused(client.post("/v1/images/edits", json=body))
        assert (error["param"], error["code"]) == ("input_fidelity", "invalid_input_fidelity_model")


def test_s7_a_clear_background_is_refused_where_the_model_has_none(client: httpx.Client) -> None:
    assert fault(client, model=MODEL, background="transparent") == {
        "message": "Transparent background is not supported for this model.",
        "type": "image_generation_user_error",
        "param": "background",
        "code": "invalid_value",
    }


def test_what_is_left_draws_and_answers_as_todays_models_do(client: httpx.Client) -> None:
    todays = {"quality": "low", "background": "opaque", "moderation": "auto", "user": "u", "output_format": "webp"}
    answer = client.post(GENERATIONS, json={"prompt": PROMPT, "model": MODEL, "size": "1024x1024", **todays}).json()
    assert picture(answer["data"][0]).format == "WEBP"
    answer = client.post(GENERATIONS, json={"prompt": PROMPT, "model": "storybook", "size": "256x256"}).json()
    assert answer["data"][0].keys() == {"b64_json"}
    assert answer["size"] == "256x256"

"""Hugging Face's text-to-image call, raw: items 122 and 123 of the checklist."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest
from PIL import Image, ImageChops

from tests.api.checklist.conftest import PATIENCE
from tests.serving import Server


def asked(server: Server, body: Any, name: str = "storybook", accept: str = "image/png") -> httpx.Response:
    return httpx.post(f"{server.url}/hf/{name}", json=body, headers={"accept": accept}, timeout=PATIENCE)


def image_of(answer: httpx.Response) -> Image.Image:
    image = Image.open(io.BytesIO(answer.content))
    image.load()
    return image


PARAMETERS = {"width": 384, "height": 256, "seed": 7, "num_inference_steps": 4, "guidance_scale": 3.0}


def test_122_words_in_and_the_bytes_of_one_png_out(server: Server) -> None:
    first, second = (asked(server, {"inputs": "a red boat", "parameters": PARAMETERS}) for _ in range(2))
    assert (first.status_code, first.headers["content-type"]) == (200, "image/png")
    assert image_of(first).size == (384, 256)
    assert (first.headers["x-limner-seed"], first.headers["x-limner-model"]) == ("7", "storybook")
    assert ImageChops.difference(image_of(first), image_of(second)).getbbox() is None


@pytest.mark.parametrize(("accept", "kind"), [("image/jpeg", "JPEG"), ("image/webp,*/*", "WEBP"), ("*/*", "PNG")])
def test_122_the_accept_header_says_which_kind_of_file(server: Server, accept: str, kind: str) -> None:
    answer = asked(server, {"inputs": "a red boat", "parameters": {"num_inference_steps": 4}}, accept=accept)
    assert image_of(answer).format == kind
    assert answer.headers["content-type"] == f"image/{kind.lower()}"


def test_122_what_was_passed_over_is_a_warning_that_the_library_shows(server: Server) -> None:
    answer = asked(server, {"inputs": "a crème brûlée", "parameters": {**PARAMETERS, "scheduler": "Euler"}})
    assert answer.status_code == 200
    assert "'scheduler'" in answer.headers["x-hf-warning"]


def test_123_empty_inputs_are_refused_with_an_error(server: Server) -> None:
    for body in ({"inputs": ""}, {}, {"inputs": None}, {"inputs": 7}, {"inputs": "a cat", "parameters": []}):
        answer = asked(server, body)
        assert answer.status_code == 400
        assert isinstance(answer.json()["error"], str)
    assert "'inputs'" in asked(server, {"inputs": ""}).json()["error"]


def test_123_other_faults_are_errors_of_the_same_shape(server: Server) -> None:
    assert asked(server, {"inputs": "a cat"}, name="no-such-model").status_code == 404
    assert "does not exist" in asked(server, {"inputs": "a cat"}, name="org/no-such").json()["error"]
    for parameters in ({"width": 9}, {"width": "wide"}, {"height": 100_000}, {"seed": "x"}, {"width": True}):
        answer = asked(server, {"inputs": "a cat", "parameters": parameters})
        assert answer.status_code == 400
        assert isinstance(answer.json()["error"], str)
    assert httpx.get(f"{server.url}/hf/storybook", timeout=PATIENCE).status_code == 405
    raw = httpx.post(f"{server.url}/hf/storybook", content=b"\x89PNG", timeout=PATIENCE)
    assert raw.status_code == 400

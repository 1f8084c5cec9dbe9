"""Whatever is wrong with a call, the answer is an error object that names the field, and nothing is stored."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from limner.jobs.models import Job
from limner.jobs.threads import in_thread

GENERATIONS = "/v1/images/generations"
DALL_E_2_SIZES = "'256x256', '512x512', and '1024x1024'"


async def refused(client: httpx.AsyncClient, body: object, status: int = 400) -> dict[str, Any]:
    answer = await client.post(GENERATIONS, json=body)
    return error_in(answer, status)


def error_in(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    document = answer.json()
    assert document.keys() == {"error"}
    error: dict[str, Any] = document["error"]
    more = {"moderation_details"} if error["code"] == "moderation_blocked" else set()
    assert error.keys() == {"message", "type", "param", "code"} | more
    return error


@pytest.fixture(autouse=True)
async def _nothing_is_stored(client: httpx.AsyncClient) -> Any:
    yield
    assert await in_thread(Job.objects.count) == 0


@pytest.mark.parametrize(
    ("body", "param", "code", "said"),
    [
        ({}, "prompt", "missing_required_parameter", "Missing required parameter: 'prompt'."),
        ({"prompt": ""}, "prompt", "empty_string", "minimum length 1"),
        ({"prompt": None}, "prompt", "invalid_type", "expected a string, but got null instead"),
        ({"prompt": 123}, "prompt", "invalid_type", "expected a string, but got an integer instead"),
        ({"prompt": "x" * 100_000}, "prompt", "string_above_max_length", "with length 100000"),
        ({"prompt": "a\0b"}, "prompt", "invalid_value", "NUL"),
        ({"prompt": "a cat", "size": "255x255"}, "size", "invalid_value", DALL_E_2_SIZES),
        ({"prompt": "a cat", "size": "256x1024"}, "size", "invalid_value", DALL_E_2_SIZES),
        ({"prompt": "a cat", "size": "255x255", "model": "dall-e-2"}, "size", "invalid_value", DALL_E_2_SIZES),
        ({"prompt": "a cat", "size": "256x1024", "model": "dall-e-2"}, "size", "invalid_value", DALL_E_2_SIZES),
        ({"prompt": "a cat", "size": 512}, "size", "invalid_type", "expected a string"),
        ({"prompt": "a cat", "n": 0}, "n", "integer_below_min_value", ">= 1, but got 0"),
        ({"prompt": "a cat", "n": 11}, "n", "integer_above_max_value", "<= 10, but got 11"),
        ({"prompt": "a cat", "n": "2"}, "n", "invalid_type", "but got a string"),
        ({"prompt": "a cat", "n": 1.5}, "n", "invalid_type", "but got a decimal number"),
        ({"prompt": "a cat", "n": True}, "n", "invalid_type", "but got a boolean"),
        ({"prompt": "a cat", "n": 10**4000}, "n", "integer_above_max_value", "<= 10"),
        ({"prompt": "a cat", "n": 2, "model": "dall-e-3"}, "n", "integer_above_max_value", "n=1"),
        ({"prompt": "a cat", "quality": "ultra"}, "quality", "invalid_value", "'standard'"),
        ({"prompt": "a cat", "quality": "ultra", "n": 0}, "n", "integer_below_min_value", ""),
        ({"prompt": "a cat", "quality": "ultra", "size": "1x1"}, "quality", "invalid_value", ""),
        ({"prompt": "a cat", "style": "loud"}, "style", "invalid_value", "'vivid' and 'natural'"),
        ({"prompt": "a cat", "response_format": "gif"}, "response_format", "invalid_value", "'url' and 'b64_json'"),
        ({"prompt": "a cat", "output_format": "gif"}, "output_format", "invalid_value", "'png'"),
        ({"prompt": "a cat", "output_compression": 101}, "output_compression", "integer_above_max_value", "<= 100"),
        (
            {"prompt": "a cat", "output_compression": 80},
            None,
            "invalid_png_output_compression",
            "PNG",
        ),
        (
            {"prompt": "a cat", "background": "transparent", "output_format": "jpeg"},
            "background",
            "invalid_value",
            "JPEG",
        ),
        ({"prompt": "a cat", "partial_images": 4}, "partial_images", "integer_above_max_value", "<= 3"),
        ({"prompt": "a cat", "stream": "yes"}, "stream", "invalid_type", "expected a boolean"),
        ({"prompt": "a cat", "seed": -1}, "seed", "integer_below_min_value", ">= 0"),
        ({"prompt": "a cat", "steps": 0}, "steps", "integer_below_min_value", ">= 1"),
        ({"prompt": "a cat", "guidance": "much"}, "guidance", "invalid_type", "expected a number"),
        ({"prompt": "a cat", "model": "unicorn-9"}, "model", "invalid_value", "'unicorn-9' does not exist"),
        ({"prompt": "a cat", "model": 5}, "model", "invalid_type", "expected a string"),
        ({"prompt": "a cat", "user": "\0"}, "user", "invalid_value", "NUL"),
    ],
)
async def test_a_wrong_value_is_named_with_what_would_be_right(
    client: httpx.AsyncClient, body: dict[str, Any], param: str | None, code: str, said: str
) -> None:
    error = await refused(client, body)
    assert (error["param"], error["code"]) == (param, code)
    assert said in error["message"]


async def test_sizes_of_the_newest_names_are_refused_with_a_sentence_each(client: httpx.AsyncClient) -> None:
    said = set()
    for size in ("1000x1000", "4096x1024", "3840x1024", "256x256", "bogus"):
        error = await refused(client, {"prompt": "a cat", "model": "gpt-image-2", "size": size})
        assert (error["param"], error["code"], error["type"]) == (
            "size",
            "invalid_value",
            "image_generation_user_error",
        )
        said.add(error["message"].replace(size, ""))
    assert len(said) == 5


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"",
        b"not json",
        b'{"prompt": "a cat", "guidance": NaN}',
        b'{"prompt": "\xff"}',
        b"[" * 100_000,
        b'{"n": ' + b"1" * 5000 + b"}",
        b'{"prompt": "\\ud800"}',
        b"[1, 2]",
        b'"a cat"',
        b"null",
    ],
)
async def test_a_broken_body_is_called_broken(client: httpx.AsyncClient, raw: bytes) -> None:
    answer = await client.post(GENERATIONS, content=raw, headers={"content-type": "application/json"})
    error = error_in(answer, 400)
    assert error["message"].startswith("We could not parse the JSON body of your request.")


async def test_the_content_type_is_compared_by_its_essence(client: httpx.AsyncClient) -> None:
    for good in ("APPLICATION/JSON; charset=utf-8", 'application/json; profile="multipart/form-data"'):
        answer = await client.post(GENERATIONS, content=b"{}", headers={"content-type": good})
        assert error_in(answer, 400)["code"] == "missing_required_parameter"
    for bad in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = await client.post(GENERATIONS, content=b'{"prompt": "a cat"}', headers={"content-type": bad})
        assert error_in(answer, 400)["message"].startswith("Unsupported content type:")
    without = await client.post(GENERATIONS, content=b'{"prompt": "a cat"}')
    assert error_in(without, 400)["message"].startswith("Unsupported content type:")


async def test_a_body_over_a_megabyte_is_refused_with_or_without_its_length(client: httpx.AsyncClient) -> None:
    big = b'{"prompt": "' + b"x" * 1_000_000 + b'"}'

    async def in_pieces() -> Any:
        yield big

    for content in (big, in_pieces()):
        answer = await client.post(GENERATIONS, content=content, headers={"content-type": "application/json"})
        assert error_in(answer, 413)["message"].startswith("Maximum content size limit (1000000) exceeded")


async def test_an_unknown_route_is_an_error_object(client: httpx.AsyncClient) -> None:
    without_v1 = ("/images", "/images/", "/images/foo", "/images/generations/", "/images/a%0Ab", "/models/")
    for path in ("/v1/foo", "/v1", "/v1/", "/v1/images", "/v1/images/variation", *without_v1):
        error = error_in(await client.post(path, json={}), 404)
        assert error["message"] == f"Invalid URL (POST {unquote(path)})"
    for path in ("/api/v1/unicorns", "/v1/images/a%0Ab", "/v1/models/a%0Ab"):
        error_in(await client.get(path), 404)


async def test_an_unknown_route_of_another_servers_api_is_an_error_of_its_shape(client: httpx.AsyncClient) -> None:
    for path in ("/sdapi", "/sdapi/", "/sdapi/v1", "/sdapi/v1x", "/sdapi/v2/txt2img", "/sdapi/a%0Ab"):
        answer = await client.post(path, json={})
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})
    for path in ("/hf", "/hf/", "/hf/a%0Ab"):
        answer = await client.post(path, json={"inputs": "a cat"})
        assert answer.status_code == 404
        assert answer.json() == {
            "error": f"Invalid URL (POST {unquote(path)}). It ends with a model: POST /hf/MODEL."
        }


async def test_a_wrong_method_is_an_error_object_that_says_which_is_right(client: httpx.AsyncClient) -> None:
    answer = await client.get(GENERATIONS)
    assert error_in(answer, 405)["message"] == f"Method not allowed (GET {GENERATIONS})"
    assert "POST" in answer.headers["allow"]
    error_in(await client.delete("/v1/models"), 405)
    error_in(await client.put("/api/v1/jobs", json={}), 405)


async def test_a_page_of_another_site_cannot_draw(client: httpx.AsyncClient) -> None:
    answer = await client.post(GENERATIONS, json={"prompt": "a cat"}, headers={"origin": "https://evil.example"})
    error_in(answer, 403)


async def test_a_rebound_host_cannot_draw(client: httpx.AsyncClient) -> None:
    answer = await client.post(GENERATIONS, json={"prompt": "a cat"}, headers={"host": "evil.example"})
    assert "LIMNER_HOSTS" in error_in(answer, 421)["message"]


async def test_a_tunnels_host_cannot_draw_and_reads_what_to_do(client: httpx.AsyncClient) -> None:
    headers = {"host": "x.trycloudflare.example", "x-forwarded-for": "203.0.113.9"}
    answer = await client.post(GENERATIONS, json={"prompt": "a cat"}, headers=headers)
    assert "LIMNER_ACCOUNTS" in error_in(answer, 421)["message"]

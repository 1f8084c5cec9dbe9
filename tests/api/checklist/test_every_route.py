"""The checklist, A and G: what holds for every answer of /v1, and the list of models."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

import httpx
import pytest

from tests.api.checklist.asking import GENERATIONS, PROMPT, refused
from tests.api.checklist.conftest import PATIENCE
from tests.serving import Server

SMALL = {"prompt": PROMPT, "size": "256x256", "steps": 1}
JSON = {"content-type": "application/json"}
BROKEN: list[tuple[str, str, dict[str, Any], int]] = [
    ("POST", GENERATIONS, {"json": {}}, 400),
    ("POST", GENERATIONS, {"json": {"prompt": PROMPT, "n": "many"}}, 400),
    ("POST", GENERATIONS, {"json": {"prompt": PROMPT, "model": "unicorn-9"}}, 400),
    ("POST", GENERATIONS, {"json": [1, 2]}, 400),
    ("POST", GENERATIONS, {"json": {"prompt": PROMPT, "stream": True, "n": 0}}, 400),
    ("POST", GENERATIONS, {"content": b"{", "headers": JSON}, 400),
    ("POST", GENERATIONS, {"content": b"", "headers": JSON}, 400),
    ("POST", GENERATIONS, {"content": b"\xff\xfe", "headers": {"content-type": "image/png"}}, 400),
    ("POST", GENERATIONS, {"content": b"x" * 2_000_000, "headers": JSON}, 413),
    ("POST", GENERATIONS, {"json": SMALL, "headers": {"host": "evil.example"}}, 421),
    ("POST", GENERATIONS, {"json": SMALL, "headers": {"origin": "https://evil.example"}}, 403),
    ("POST", "/v1/images/edits", {"json": {"prompt": PROMPT}}, 400),
    ("POST", "/v1/images/edits", {"data": {"prompt": PROMPT}, "files": {"image": b"no picture"}}, 400),
    ("POST", "/v1/images/variations", {"json": {}}, 400),
    ("POST", "/v1/images/variations", {"files": {"image": b"no picture"}}, 400),
    ("GET", GENERATIONS, {}, 405),
    ("DELETE", "/v1/models", {}, 405),
    ("PATCH", "/v1/images/edits", {"json": {}}, 405),
    ("GET", "/v1/models/unicorn-9", {}, 404),
    ("GET", "/v1", {}, 404),
    ("GET", "/v1/", {}, 404),
    ("POST", "/v1/foo", {"json": {}}, 404),
    ("PUT", "/v1/images/generations/", {"json": {}}, 404),
    ("POST", "/v1/chat/completions", {"json": {"messages": []}}, 404),
]


@pytest.fixture(scope="module")
def client(server: Server) -> Generator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        yield client


@pytest.mark.parametrize(("method", "path", "sent", "status"), BROKEN)
def test_001_whatever_fails_is_an_error_object_with_all_its_keys(
    client: httpx.Client, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    error = refused(client.request(method, path, **sent), status)
    assert error["message"]
    assert isinstance(error["message"], str)
    assert isinstance(error["type"], str)
    assert error["param"] is None or isinstance(error["param"], str)
    assert error["code"] is None or isinstance(error["code"], str)


@pytest.fixture(scope="module")
def answers(client: httpx.Client) -> list[httpx.Response]:
    """Answers of every kind: good ones, and one for each way to fail."""
    good = [
        client.post(GENERATIONS, json=SMALL),
        client.get("/v1/models"),
        client.get("/v1/models/storybook"),
        client.options(GENERATIONS),
    ]
    assert all(answer.is_success for answer in good)
    return [*good, *(client.request(method, path, **sent) for method, path, sent, _ in BROKEN)]


def test_002_every_answer_has_a_name_of_its_own(answers: list[httpx.Response]) -> None:
    names = [answer.headers["x-request-id"] for answer in answers]
    assert all(re.fullmatch(r"req_[0-9a-f]{32}", name) for name in names)
    assert len(set(names)) == len(names)


def test_003_every_answer_says_how_long_it_took_and_its_version(answers: list[httpx.Response]) -> None:
    for answer in answers:
        assert float(answer.headers["openai-processing-ms"]) >= 0
        assert answer.headers["openai-version"] == "2020-10-01"


@pytest.mark.parametrize("path", ["/v1/foo", "/v1/images/variation", "/v1/engines", "/v1/images/generations/1"])
def test_007_an_unknown_path_is_said_to_be_one(client: httpx.Client, path: str) -> None:
    error = refused(client.post(path, json={"prompt": PROMPT}), 404)
    assert error == {
        "message": f"Invalid URL (POST {path})",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }


def test_008_nothing_is_a_422_and_no_body_has_a_detail(answers: list[httpx.Response], client: httpx.Client) -> None:
    odd: list[Any] = [None, [], "x", {"prompt": []}, {"prompt": {}, "n": {}}, {"prompt": PROMPT, "size": []}]
    more = [client.post(path, json=body) for body in odd for path in (GENERATIONS, "/v1/images/edits")]
    for answer in [*answers, *more]:
        assert answer.status_code != 422
        assert not answer.content or "detail" not in answer.json()


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"not json", b'{"prompt": "a" "b"}', b"{'prompt': 'a'}", b'{"n": NaN}', b"\xff", b"[" * 100_000],
)
def test_014_a_body_that_is_not_json_is_said_not_to_be(client: httpx.Client, raw: bytes) -> None:
    error = refused(client.post(GENERATIONS, content=raw, headers=JSON))
    assert error["message"].startswith("We could not parse the JSON body of your request.")
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", None, None)


@pytest.mark.parametrize(
    "kind", ["APPLICATION/JSON; charset=utf-8", 'application/json; profile="multipart/form-data"']
)
def test_015_json_is_known_by_the_essence_of_its_type(client: httpx.Client, kind: str) -> None:
    answer = client.post(GENERATIONS, content=b'{"size": "256x256"}', headers={"content-type": kind})
    assert refused(answer)["code"] == "missing_required_parameter"


def test_101_the_models_are_listed_as_libraries_read_them(client: httpx.Client) -> None:
    document = client.get("/v1/models").json()
    assert document["object"] == "list"
    assert {"storybook", "dall-e-2", "dall-e-3", "gpt-image-1", "gpt-image-2"} <= {m["id"] for m in document["data"]}
    for model in document["data"]:
        assert model["object"] == "model"
        assert type(model["created"]) is int
        assert isinstance(model["id"], str)
        assert isinstance(model["owned_by"], str)
        assert client.get(f"/v1/models/{model['id']}").json() == model


def test_102_an_unknown_model_is_not_found(client: httpx.Client) -> None:
    error = refused(client.get("/v1/models/unknown"), 404)
    assert error == {
        "message": "The model 'unknown' does not exist",
        "type": "invalid_request_error",
        "param": "model",
        "code": "model_not_found",
    }

"""The checklist where a client meets the server: origins, links, many calls at once, large and slow bodies."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import time
from collections.abc import Generator
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from limner.api.links import VALID_FOR
from limner.storage import signing
from tests.api.checklist.conftest import PATIENCE, database
from tests.serving import Server, serving

PAGE = "http://localhost:3000"
GENERATIONS = "/v1/images/generations"
SMALL = {"prompt": "a red robot", "size": "256x256", "steps": 1}
STAINLESS = (
    "x-stainless-arch", "x-stainless-async", "x-stainless-custom-poll-interval", "x-stainless-helper-method",
    "x-stainless-lang", "x-stainless-os", "x-stainless-package-version", "x-stainless-poll-helper",
    "x-stainless-raw-response", "x-stainless-read-timeout", "x-stainless-retry-count", "x-stainless-runtime",
    "x-stainless-runtime-version", "x-stainless-timeout",
)  # fmt: skip


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """Personal mode, with one page of another origin that may use it, and one name beside localhost."""
    more = {"LIMNER_ORIGINS": PAGE, "LIMNER_HOSTS": "pics.example"}
    with serving(tmp_path_factory.mktemp("edge"), **more, **database()) as running:
        yield running


@pytest.fixture(scope="module")
def client(edge: Server) -> Generator[httpx.Client]:
    with httpx.Client(base_url=edge.url, timeout=PATIENCE) as client:
        yield client


def preflight(client: httpx.Client, origin: str, path: str = GENERATIONS) -> httpx.Response:
    asked = ", ".join(("authorization", "content-type", *STAINLESS))
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": asked,
    }
    return client.request("OPTIONS", path, headers=headers)


# 16 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [GENERATIONS, "/v1/images/edits", "/v1/models", "/images/generations"])
def test_016_a_page_of_a_listed_origin_may_ask_with_the_librarys_headers(client: httpx.Client, path: str) -> None:
    answer = preflight(client, PAGE, path)
    assert answer.is_success
    assert answer.headers["access-control-allow-origin"] == PAGE
    allowed = {name.strip() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert {"authorization", "content-type", *STAINLESS} <= allowed
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers


def test_016_and_reads_the_answer(client: httpx.Client) -> None:
    answer = client.post(GENERATIONS, json={"prompt": ""}, headers={"origin": PAGE})
    assert answer.status_code == 400
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "x-request-id" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:3001", "https://localhost:3000", "null"])
def test_016_a_page_of_any_other_origin_is_told_no_origin(client: httpx.Client, origin: str) -> None:
    answers = (preflight(client, origin), client.get("/v1/models", headers={"origin": origin}))
    for answer in answers:
        assert "access-control-allow-origin" not in answer.headers
    refused = client.post(GENERATIONS, json=SMALL, headers={"origin": origin})
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers


# 42, 43 ---------------------------------------------------------------------------------------------------------


def drawn(client: httpx.Client, format: str = "png", **headers: str) -> str:
    """The address of one drawn picture."""
    body = SMALL | {"output_format": format}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.post(GENERATIONS, json=body, headers=named)
    assert answer.status_code == 200, answer.text
    url: str = answer.json()["data"][0]["url"]
    return url


@pytest.mark.parametrize(("format", "extension"), [("png", "png"), ("jpeg", "jpg"), ("webp", "webp")])
def test_042_an_address_is_of_the_very_place_that_was_asked(
    client: httpx.Client, edge: Server, format: str, extension: str
) -> None:
    url = drawn(client, format)
    assert url.startswith(f"{edge.url}/")
    assert urlsplit(url).path.endswith(f".{extension}")


@pytest.mark.parametrize(
    ("headers", "begins"),
    [
        ({"host": "localhost:9999"}, "http://localhost:9999/"),
        ({"host": "pics.example"}, "http://pics.example/"),
        ({"host": "pics.example", "x_forwarded_proto": "https"}, "https://pics.example/"),
        ({"x_forwarded_host": "localhost:9000"}, "http://localhost:9000/"),
        (
            {"host": "pics.example", "x_forwarded_host": "pics.example:8443", "x_forwarded_proto": "https"},
            "https://pics.example:8443/",
        ),
        ({"host": "pics.example", "x_forwarded_host": "evil.example"}, "http://pics.example/"),
        ({"host": "pics.example", "x_forwarded_host": 'pics.example"><b>'}, "http://pics.example/"),
        ({"host": "pics.example", "x_forwarded_proto": "javascript"}, "http://pics.example/"),
    ],
)
def test_042_or_that_a_proxy_which_is_believed_was_asked(
    client: httpx.Client, headers: dict[str, str], begins: str
) -> None:
    assert drawn(client, "png", **headers).startswith(begins)


@pytest.fixture(scope="module")
def url(client: httpx.Client) -> str:
    """The address of a picture that several tests look at."""
    return drawn(client)


def test_043_whoever_has_the_address_sees_the_picture(url: str) -> None:
    answer = httpx.get(url, timeout=PATIENCE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (256, 256)


def test_043_and_still_does_after_59_minutes(url: str, edge: Server) -> None:
    token, extension = url.rpartition("/")[2].split(".")
    with override_settings(SECRET_KEY=(edge.home / "secret-key").read_text().strip()):
        picture, variant, until, _ = signing.opened(token)
        assert until - timezone.now() > timedelta(minutes=60)

        def made(ago: timedelta) -> str:
            """The address that this server would have given for the same picture so long ago."""
            then = timezone.now() - ago
            with patch.object(timezone, "now", lambda: then):
                return signing.sign(picture, variant, timezone.now() + VALID_FOR)

        aged, expired = (made(timedelta(minutes=59)), made(VALID_FOR + timedelta(seconds=1)))
    at = url.rpartition("/")[0]
    assert httpx.get(f"{at}/{aged}.{extension}").status_code == 200
    assert httpx.get(f"{at}/{expired}.{extension}").status_code == 404


def test_043_nothing_of_where_a_picture_is_kept_stands_in_its_address(url: str, edge: Server) -> None:
    kept = [file for file in (edge.home / "pictures").rglob("*") if file.is_file()]
    assert kept
    token = url.rpartition("/")[2]
    assert not [file for file in kept if file.name.partition(".")[0] in token]
    changed = token[:-6] + ("A" if token[-6] != "A" else "B") + token[-5:]
    assert httpx.get(url.replace(token, changed)).status_code == 404


def test_043_an_address_dies_when_the_picture_goes_into_the_trash(client: httpx.Client, edge: Server) -> None:
    url = drawn(client)
    with override_settings(SECRET_KEY=(edge.home / "secret-key").read_text().strip()):
        picture, *_ = signing.opened(url.rpartition("/")[2].partition(".")[0])
    with httpx.Client(base_url=edge.url, timeout=PATIENCE) as owner:
        page = owner.get(f"/pictures/{picture}").text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token is not None
        trashed = owner.post(f"/pictures/{picture}/trash", data={"csrfmiddlewaretoken": token[1]})
        assert trashed.status_code == 302, trashed.text
    assert httpx.get(url).status_code == 404


# 44 -------------------------------------------------------------------------------------------------------------


async def test_044_calls_at_the_same_time_get_each_their_own_number_and_picture(edge: Server) -> None:
    seeds = list(range(100, 108))
    limits = httpx.Limits(max_connections=len(seeds))
    async with httpx.AsyncClient(base_url=edge.url, timeout=PATIENCE, limits=limits) as many:

        async def call(seed: int) -> tuple[str, int, str]:
            body = SMALL | {"seed": seed, "response_format": "b64_json"}
            answer = await many.post(GENERATIONS, json=body)
            document = answer.json()
            picture = hashlib.sha256(document["data"][0]["b64_json"].encode()).hexdigest()
            return answer.headers["x-request-id"], document["limner"]["seed"], picture

        together = await asyncio.gather(*(call(seed) for seed in seeds))
        alone = [await call(seed) for seed in seeds[:2]]
    assert len({number for number, _, _ in together}) == len(seeds)
    assert all(re.fullmatch(r"req_[0-9a-f]{32}", number) for number, _, _ in together)
    assert [seed for _, seed, _ in together] == seeds
    assert len({picture for _, _, picture in together}) == len(seeds)
    assert [pixels for _, _, pixels in alone] == [pixels for _, _, pixels in together[:2]]


# 91 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("megabytes", [51, 70])
def test_091_too_large_an_upload_is_answered_and_others_are_served_meanwhile(
    client: httpx.Client, edge: Server, megabytes: int
) -> None:
    upload = bytes(megabytes * 1024 * 1024)
    answer = client.post("/v1/images/edits", data={"prompt": "x"}, files={"image": ("a.png", upload)})
    assert answer.status_code in (400, 413), answer.text
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert re.search(r"\d+ MB|\d{8}", error["message"])
    began = time.monotonic()
    assert httpx.get(f"{edge.url}/v1/models", timeout=PATIENCE).status_code == 200
    assert time.monotonic() - began < 5


@pytest.mark.extra
async def test_091_a_slow_upload_holds_nobody_up(edge: Server) -> None:
    async with httpx.AsyncClient(base_url=edge.url, timeout=PATIENCE) as many:

        async def drip() -> Any:
            for _ in range(90):
                yield b" "
                await asyncio.sleep(0.2)

        headers = {"content-type": "application/json"}
        slow = [asyncio.create_task(many.post(GENERATIONS, content=drip(), headers=headers)) for _ in range(10)]
        await asyncio.sleep(1)
        drawn = await many.post(GENERATIONS, json=SMALL)
        assert drawn.status_code == 200
        for answer in await asyncio.gather(*slow):
            assert answer.status_code == 408
            assert answer.json()["error"]["code"] == "request_timeout"

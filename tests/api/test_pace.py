"""No key, and one that has used its minute up, is told so before what is sent is read."""

from __future__ import annotations

import asyncio
import base64
from urllib.parse import urlsplit

import httpx
import pytest
from pytest_django import Settings

from limner.accounts.keys import make_key
from limner.accounts.models import Account, Plan
from limner.jobs.threads import in_thread
from tests.api.conftest import PATIENCE, Server
from tests.api.test_bad_input import error_in

TWO_A_MINUTE = {"name": "slow", "requests_per_minute": 2}


def two_keys(account: Account) -> tuple[str, str]:
    account.plan = Plan.objects.create(**TWO_A_MINUTE)
    account.save()
    return make_key(account, "laptop")[1], make_key(account, "phone")[1]


async def announce(server: Server, key: str | None, path: str = "/v1/images/generations") -> bytes:
    """What is answered to a call whose body is announced and never sent; nothing, where it is waited for."""
    place = urlsplit(server.url)
    headers = {"content-length": "500000"} | ({} if key is None else {"authorization": key})
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n".encode()
        + b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())
        + b"\r\n"
    )
    try:
        async with asyncio.timeout(1):
            return await reader.readuntil(b"\r\n\r\n")
    except TimeoutError:
        return b""
    finally:
        writer.close()


async def test_a_key_whose_minute_is_used_up_need_not_send_its_body(
    server_with_accounts: Server, alice: Account
) -> None:
    key, other = await in_thread(two_keys, alice)
    hers, others = f"Bearer {key}", f"Bearer {other}"
    async with httpx.AsyncClient(base_url=server_with_accounts.url, timeout=PATIENCE) as client:

        async def look(secret: str) -> httpx.Response:
            return await client.get("/v1/models", headers={"authorization": f"Bearer {secret}"})

        assert [(await look(key)).status_code for _ in range(2)] == [200, 200]
        assert await announce(server_with_accounts, hers) == b""  # its minute is full, and nobody knows it yet
        first, again = await look(key), await look(key)
        for answer in (first, again):
            error = error_in(answer, 429)
            assert (error["type"], error["code"]) == ("requests", "rate_limit_exceeded")
            assert error["message"] == "Rate limit reached: 2 requests a minute. Please try again later."
            assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert first.headers.keys() - again.headers.keys() <= {"vary"}
        assert (await announce(server_with_accounts, hers)).startswith(b"HTTP/1.1 429 ")
        assert await announce(server_with_accounts, others) == b""
        assert (await look(other)).status_code == 200


FORMS = (
    "/v1/images/edits",
    "/images/edits",
    "/openai/deployments/x/images/edits",
    "/api/v1/uploads",
    "/hf/storybook",
)
NOBODYS = "Bearer lim-abcdefgh-" + "x" * 43
"""It could be a key, and only the database knows that it is none."""


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("shown", [None, "", "Bearer", "Bearer sk-1", "Basic YWxpY2U6cGFzc3dvcmQ="])
async def test_who_shows_no_key_need_not_send_a_body(
    server_with_accounts: Server, path: str, shown: str | None
) -> None:
    answer = await announce(server_with_accounts, shown, path)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b'www-authenticate: Bearer realm="limner"' in answer
    assert b"x-request-id: req_" in answer


async def test_a_program_with_a_name_and_no_password_is_told_as_it_understands(
    server_with_accounts: Server, alice: Account
) -> None:
    for shown in (None, "Basic YWxpY2U6cGFzc3dvcmQ="):
        answer = await announce(server_with_accounts, shown, "/sdapi/v1/img2img")
        assert answer.startswith(b"HTTP/1.1 401 ")
        assert b'www-authenticate: Basic realm="limner"' in answer
    _, secret = await in_thread(make_key, alice, "webui")
    good = "Basic " + base64.b64encode(f"alice:{secret}".encode()).decode()
    assert await announce(server_with_accounts, good, "/sdapi/v1/img2img") == b""


async def test_a_body_of_no_known_length_is_not_waited_for_either(server_with_accounts: Server) -> None:
    place = urlsplit(server_with_accounts.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(b"POST /v1/images/edits HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n")
    try:
        async with asyncio.timeout(PATIENCE):
            assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
    finally:
        writer.close()


async def test_what_could_be_a_key_is_waited_for_and_so_is_everything_without_accounts(
    server_with_accounts: Server, settings: Settings
) -> None:
    assert await announce(server_with_accounts, NOBODYS) == b""
    settings.LIMNER_ACCOUNTS = False
    assert await announce(server_with_accounts, None) == b""


async def test_at_the_edge_the_answer_is_the_one_from_inside(server_with_accounts: Server) -> None:
    async with httpx.AsyncClient(base_url=server_with_accounts.url, timeout=PATIENCE) as client:
        for headers in ({}, {"authorization": "Bearer sk-0123456789abcdefghij"}):
            inside = await client.get("/v1/models", headers=headers)
            edge = await client.post("/v1/images/generations", json={"prompt": "a cat"}, headers=headers)
            native = await client.post(
                "/api/v1/jobs", json={"prompt": "a cat"}, headers=headers | {"accept": "text/html"}
            )
            assert edge.json() == inside.json() == native.json()
            assert edge.headers.keys() >= inside.headers.keys() - {"vary"}
        said = (await client.post("/hf/storybook", json={"inputs": "a cat"})).json()["error"]
        assert said.startswith("You didn't provide an API key.")
        webui = await client.post("/sdapi/v1/txt2img", json={"prompt": "a cat"})
        assert webui.json() == (await client.get("/sdapi/v1/options")).json()

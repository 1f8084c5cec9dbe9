"""A key that has used its minute up is told so before what it sends is read."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import httpx

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


async def announce(server: Server, key: str) -> bytes:
    """What is answered to a call whose body is announced and never sent; nothing, where it is waited for."""
    place = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(
        b"POST /v1/images/generations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        b"content-length: 500000\r\nauthorization: Bearer " + key.encode() + b"\r\n\r\n"
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
    async with httpx.AsyncClient(base_url=server_with_accounts.url, timeout=PATIENCE) as client:

        async def look(secret: str) -> httpx.Response:
            return await client.get("/v1/models", headers={"authorization": f"Bearer {secret}"})

        assert [(await look(key)).status_code for _ in range(2)] == [200, 200]
        assert await announce(server_with_accounts, key) == b""  # its minute is full, and nobody knows it yet
        first, again = await look(key), await look(key)
        for answer in (first, again):
            error = error_in(answer, 429)
            assert (error["type"], error["code"]) == ("requests", "rate_limit_exceeded")
            assert error["message"] == "Rate limit reached: 2 requests a minute. Please try again later."
            assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert first.headers.keys() - again.headers.keys() <= {"vary"}
        assert (await announce(server_with_accounts, key)).startswith(b"HTTP/1.1 429 ")
        assert await announce(server_with_accounts, other) == b""
        assert (await look(other)).status_code == 200

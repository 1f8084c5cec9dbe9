"""People with keys, who talk to a server with accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from limner.accounts.keys import make_key
from limner.accounts.models import Account, Scope
from limner.jobs.threads import in_thread
from tests.api.conftest import PATIENCE, Server


async def client_of(server: Server, account: Account, *scopes: Scope) -> httpx.AsyncClient:
    """A client with a new key of the account's; unnamed, its key has every scope."""
    _, secret = await in_thread(make_key, account, "laptop", scopes or None)
    return httpx.AsyncClient(base_url=server.url, timeout=PATIENCE, headers={"authorization": f"Bearer {secret}"})


@pytest.fixture
async def as_alice(server_with_accounts: Server, alice: Account) -> AsyncIterator[httpx.AsyncClient]:
    async with await client_of(server_with_accounts, alice) as client:
        yield client


@pytest.fixture
async def as_charlie(server_with_accounts: Server, charlie: Account) -> AsyncIterator[httpx.AsyncClient]:
    async with await client_of(server_with_accounts, charlie) as client:
        yield client

"""Programs that speak AUTOMATIC1111's API, each with its owner's key."""

from __future__ import annotations

import json
from typing import Any

import httpx

from limner.accounts.keys import make_key
from limner.accounts.models import Account
from limner.jobs.threads import in_thread
from tests.api.conftest import PATIENCE, Server

ASKED: dict[str, Any] = {"prompt": "a cat", "width": 64, "height": 64}


def program(server: Server, **more: Any) -> httpx.AsyncClient:
    """One that signs in as nobody."""
    return httpx.AsyncClient(base_url=f"{server.url}/sdapi/v1", timeout=PATIENCE, **more)


async def program_of(account: Account, server: Server) -> httpx.AsyncClient:
    """One that signs in as `account` does: by its name and a key for a password."""
    _, secret = await in_thread(make_key, account, "webui")
    return program(server, auth=(account.username, secret))


def warned(answer: httpx.Response) -> dict[str, str]:
    """What was not done as it was asked, by parameter."""
    assert answer.status_code == 200, answer.text
    return {notice["param"]: notice["message"] for notice in answer.json()["limner"]["warnings"]}


def info_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.json()["info"])
    return found

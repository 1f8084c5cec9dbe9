"""`/api/v1/keys`, and what a key's scopes open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from limner.accounts.models import Account, ApiKey, Scope
from limner.jobs.threads import in_thread
from tests.api.conftest import Server
from tests.api.native.conftest import client_of

KEYS = "/api/v1/keys"


async def test_a_key_is_made_shown_once_used_and_revoked(
    server_with_accounts: Server, as_alice: httpx.AsyncClient
) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    answer = await as_alice.post(KEYS, json={"name": "robot", "scopes": ["read"], "expires_at": soon.isoformat()})
    made = answer.json()
    assert answer.status_code == 201
    assert made["key"].startswith(made["id"])
    assert (made["name"], made["scopes"], made["state"]) == ("robot", ["read"], "good")
    assert answer.headers["location"].endswith(f"{KEYS}/{made['id']}")

    robot = {"authorization": f"Bearer {made['key']}"}
    assert (await as_alice.get("/api/v1/models", headers=robot)).status_code == 200
    listed = await as_alice.get(KEYS)
    assert [key["name"] for key in listed.json()["keys"]] == ["robot", "laptop"]
    assert made["key"] not in listed.text
    assert listed.json()["keys"][0]["last_used_at"] is not None

    for _ in range(2):
        assert (await as_alice.delete(f"{KEYS}/{made['id']}")).json()["state"] == "revoked"
    assert (await as_alice.get("/api/v1/models", headers=robot)).status_code == 401
    assert (await as_alice.get(f"{KEYS}/{made['id']}")).json()["revoked_at"]


async def test_each_scope_opens_its_own_doors_and_names_what_is_missing(
    server_with_accounts: Server, alice: Account
) -> None:
    doors = {
        Scope.READ: ("GET", "/api/v1/pictures"),
        Scope.DRAW: ("POST", "/api/v1/jobs"),
        Scope.ADMIN: ("GET", KEYS),
    }
    for held in Scope:
        async with await client_of(server_with_accounts, alice, held) as client:
            for needed, (method, path) in doors.items():
                answer = await client.request(method, path, json={"prompt": "a cat"} if method == "POST" else None)
                assert (answer.status_code < 300) is (needed is held), (held, needed)
                if needed is not held:
                    error = answer.json()["error"]
                    assert (answer.status_code, error["code"]) == (403, "missing_scope")
                    assert str(needed) in error["message"]


async def test_keys_are_their_accounts_own(as_alice: httpx.AsyncClient, as_charlie: httpx.AsyncClient) -> None:
    hers = (await as_alice.get(KEYS)).json()["keys"][0]["id"]
    assert (await as_charlie.get(f"{KEYS}/{hers}")).status_code == 404
    assert (await as_charlie.delete(f"{KEYS}/{hers}")).status_code == 404
    assert [key["id"] for key in (await as_charlie.get(KEYS)).json()["keys"]] != [hers]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["everything"]}, "scopes.0"),
        ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "expires_at": "9999-12-31T23:59:59-12:00"}, "expires_at"),
        ({"name": "x", "expires_at": "2031-01-01T00:00:00"}, "expires_at"),
        ({"name": "x", "secret": "y"}, "secret"),
    ],
)
async def test_a_wrong_key_is_not_made(client: httpx.AsyncClient, body: dict[str, object], param: str) -> None:
    answer = await client.post(KEYS, json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert not await in_thread(ApiKey.objects.exists)


async def test_the_person_at_the_machine_makes_keys_too(client: httpx.AsyncClient) -> None:
    assert (await client.post(KEYS, json={"name": "for later"})).json()["scopes"] == ["draw", "read", "admin"]
    assert (await client.get(f"{KEYS}/lim-%00")).status_code == 400

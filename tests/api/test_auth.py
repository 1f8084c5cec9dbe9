"""Who may call: the owner in personal mode; with accounts on, whoever brings a good key."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import httpx
import pytest

from limner.accounts.keys import make_key, revoke
from limner.accounts.models import Account, Plan, Scope
from limner.accounts.sign_in import OWNER
from limner.api.auth import key_in, masked
from limner.jobs.models import Job
from limner.jobs.threads import in_thread
from tests.api.conftest import PATIENCE, Server
from tests.cast import PASSWORD, signed_in

GENERATIONS = "/v1/images/generations"
ASKED = {"prompt": "a cat", "size": "256x256"}


@pytest.fixture
async def shared(server_with_accounts: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server_with_accounts.url, timeout=PATIENCE) as client:
        yield client


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


async def test_the_person_at_the_machine_needs_no_key_and_any_key_will_do(client: httpx.AsyncClient) -> None:
    for headers in ({}, {"authorization": "Bearer lim-wrong"}, {"authorization": ""}, {"authorization": "Basic"}):
        assert (await client.post(GENERATIONS, json=ASKED, headers=headers)).status_code == 200
    owners = await in_thread(lambda: set(Job.objects.values_list("account__username", flat=True)))
    assert owners == {OWNER}


async def test_with_accounts_on_a_call_without_a_key_is_told_how_to_bring_one(shared: httpx.AsyncClient) -> None:
    answer = await shared.post(GENERATIONS, json=ASKED)

    assert answer.status_code == 401
    error = answer.json()["error"]
    assert error["message"].startswith("You didn't provide an API key.")
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", None, None)
    assert answer.headers["x-request-id"].startswith("req_")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_wrong_key_is_refused_and_not_repeated(shared: httpx.AsyncClient) -> None:
    wrong = "lim-" + "x" * 39 + "tail"
    for path in ("/v1/models", "/api/v1/jobs"):
        answer = await shared.get(path, headers={"authorization": f"Bearer {wrong}"})
        assert answer.status_code == 401
        error = answer.json()["error"]
        assert error["code"] == "invalid_api_key"
        assert error["message"].startswith("Incorrect API key provided: lim-****tail")
        assert wrong not in answer.text


async def test_a_good_key_opens_in_each_of_the_three_places(shared: httpx.AsyncClient, alice: Account) -> None:
    _, secret = await in_thread(make_key, alice, "laptop")
    for headers in ({"authorization": f"Bearer {secret}"}, {"api-key": secret}, basic("", secret)):
        assert (await shared.post(GENERATIONS, json=ASKED, headers=headers)).status_code == 200
    assert await in_thread(Job.objects.filter(account=alice).count) == 3


async def test_a_password_and_a_session_are_no_keys(shared: httpx.AsyncClient, alice: Account) -> None:
    session = await in_thread(lambda: signed_in(alice).cookies["limner_session"].value)
    for headers in (basic("alice", PASSWORD), {"cookie": f"limner_session={session}"}):
        for path in ("/v1/models", "/api/v1/jobs"):
            assert (await shared.get(path, headers=headers)).status_code == 401


async def test_a_host_that_no_link_could_begin_with_is_refused_before_anything_is_drawn(
    shared: httpx.AsyncClient, alice: Account
) -> None:
    _, secret = await in_thread(make_key, alice, "laptop")
    for path, method in ((GENERATIONS, "POST"), ("/api/v1/jobs", "GET")):
        asked = ASKED if method == "POST" else None
        answer = await shared.request(method, path, json=asked, headers={"host": "a$b", "api-key": secret})
        assert answer.status_code == 400
        assert answer.json()["error"]["message"] == "Invalid Host header."
    assert await in_thread(Job.objects.count) == 0


async def test_a_revoked_key_opens_nothing(shared: httpx.AsyncClient, alice: Account) -> None:
    key, secret = await in_thread(make_key, alice, "laptop")
    await in_thread(revoke, key)
    assert (await shared.get("/v1/models", headers={"api-key": secret})).status_code == 401


async def test_a_key_that_has_ended_opens_nothing(shared: httpx.AsyncClient, alice: Account) -> None:
    key, secret = await in_thread(make_key, alice, "laptop")
    await in_thread(lambda: type(key).objects.update(expires_at=key.created_at))
    answer = await shared.get("/v1/models", headers={"api-key": secret})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"


@pytest.mark.parametrize(
    ("scope", "opens"),
    [
        (Scope.DRAW, {"draw": 200, "read": 403}),
        (Scope.READ, {"draw": 403, "read": 200}),
        (Scope.ADMIN, {"draw": 403, "read": 403}),
    ],
)
async def test_a_narrow_key_does_what_its_scope_says_and_is_told_what_is_missing(
    shared: httpx.AsyncClient, alice: Account, scope: Scope, opens: dict[str, int]
) -> None:
    _, secret = await in_thread(make_key, alice, "kiosk", [scope])
    headers = {"authorization": f"Bearer {secret}"}
    answers = {
        "draw": [await shared.post(GENERATIONS, json=ASKED, headers=headers)],
        "read": [await shared.get(path, headers=headers) for path in ("/v1/models", "/api/v1/jobs")],
    }
    for needed, given in answers.items():
        for answer in given:
            assert answer.status_code == opens[needed]
            if answer.status_code == 403:
                error = answer.json()["error"]
                assert f"Missing scopes: {needed}." in error["message"]
                assert f"This key has: {scope}." in error["message"]
                assert (error["type"], error["param"], error["code"]) == (
                    "invalid_request_error",
                    None,
                    "missing_scope",
                )


async def test_a_key_that_asks_too_often_is_told_when_to_come_back(shared: httpx.AsyncClient, alice: Account) -> None:
    def two_a_minute() -> str:
        alice.plan = Plan.objects.create(name="small", requests_per_minute=2)
        alice.save()
        return make_key(alice, "laptop")[1]

    headers = {"api-key": await in_thread(two_a_minute)}
    answers = [await shared.get("/v1/models", headers=headers) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["error"]["code"] == "rate_limit_exceeded"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60


async def test_an_account_without_credits_is_told_so_once(shared: httpx.AsyncClient, alice: Account) -> None:
    def broke() -> str:
        alice.plan = Plan.objects.create(name="empty", credits_per_month=0)
        alice.save()
        return make_key(alice, "laptop")[1]

    answer = await shared.post(GENERATIONS, json=ASKED, headers={"api-key": await in_thread(broke)})

    assert answer.status_code == 429
    error = answer.json()["error"]
    assert (error["type"], error["code"]) == ("insufficient_quota", "insufficient_quota")
    assert answer.headers["x-should-retry"] == "false"
    assert "retry-after" not in answer.headers
    assert await in_thread(Job.objects.count) == 0


def test_a_malformed_authorization_holds_no_key() -> None:
    for given in ("", "Bearer", "Bearer ", "Basic", "Basic !!!", "Basic /w==", "Digest x", "Basic Og=="):
        assert key_in({"authorization": given}) is None


def test_a_masked_key_shows_no_more_than_its_ends() -> None:
    assert masked("short") == "****"
    assert masked("lim-abcdefghijklmnop") == "lim-****mnop"
    assert masked("lim-\x1b[31mabcdefghijklmnop") == "****"

"""The checklist's errors, as OpenAI's libraries and LiteLLM's raise them. Alice's keys; a server with accounts."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.checklist.conftest import BLOCKED, PATIENCE, Accounts
from tests.cli.process import Process
from tests.clients.libraries import LIBRARIES, old, today
from tests.clients.programs import LITELLM

if TYPE_CHECKING:
    import openai

pytestmark = [pytest.mark.extra, pytest.mark.timeout(300)]

PROMPT = "a red house"

MAKE_SOMEBODY = """
from limner.accounts.keys import make_key
from limner.accounts.models import Plan
from limner.accounts.services import add_account
somebody = add_account({name!r}, "correct horse battery staple")
somebody.plan = Plan.objects.create(name={name!r}, **{limits!r})
somebody.save()
print(make_key(somebody, "laptop")[1])
"""
MAKE_READER = """
from limner.accounts.models import Account
from limner.accounts.keys import make_key
print(make_key(Account.objects.get(username="alice"), "reader", scopes=["read"])[1])
"""


@pytest.fixture(scope="module")
def poor(accounts: Accounts) -> str:
    """A key whose account has no credits."""
    return accounts.run(MAKE_SOMEBODY.format(name="carol", limits={"credits_per_month": 0})).strip()


@pytest.fixture
def hurried(accounts: Accounts) -> str:
    """A key that is good for one request a minute, which has just been made."""
    name = f"dave-{time.monotonic_ns()}"
    key = accounts.run(MAKE_SOMEBODY.format(name=name, limits={"requests_per_minute": 1})).strip()
    with today(f"{accounts.url}/v1", key) as library:
        library("retrieve", id="dall-e-2")
    return key


@pytest.fixture(scope="module")
def asked(accounts: Accounts) -> Generator[Callable[[str], tuple[openai.OpenAI, list[Any]]]]:
    """OpenAI's library of today as it comes, retries and all, with a key; and the requests that it makes."""
    import openai

    opened = []

    def with_key(key: str) -> tuple[openai.OpenAI, list[Any]]:
        requests: list[Any] = []
        http = openai.DefaultHttpx2Client(event_hooks={"request": [requests.append]})
        client = openai.OpenAI(base_url=f"{accounts.url}/v1", api_key=key, http_client=http)
        opened.append(client)
        return client, requests

    yield with_key
    for client in opened:
        client.close()


def test_002_todays_library_shows_the_request_id(accounts: Accounts, asked: Any) -> None:
    import openai

    client, _ = asked(accounts.alice)
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.generate(prompt=PROMPT, n=11)
    assert (caught.value.request_id or "").startswith("req_")


def test_009_the_library_of_2023_has_a_class_for_each_status(accounts: Accounts, poor: str, hurried: str) -> None:
    base = f"{accounts.url}/v1"
    with old(base, accounts.alice) as library:
        wrong = library("create", prompt=PROMPT, size="255x255")
        unknown = library("retrieve", id="nothing")
        stranger = library("create", prompt=PROMPT, api_key="sk-wrong")
        nothing_left = library("create", prompt=PROMPT, api_key=poor)
        too_many = library("create", prompt=PROMPT, api_key=hurried)
    assert (wrong["error"], wrong["param"], wrong["code"]) == ("InvalidRequestError", "size", "invalid_value")
    assert (unknown["error"], unknown["code"]) == ("InvalidRequestError", "model_not_found")
    # Of other statuses it keeps the sentence alone.
    assert stranger["error"] == "AuthenticationError"
    assert stranger["message"].startswith("Incorrect API key provided: ")
    assert nothing_left["error"] == too_many["error"] == "RateLimitError"
    assert "credits" in nothing_left["message"]
    assert too_many["message"].startswith("Rate limit reached")


@pytest.mark.parametrize("library", LIBRARIES)
def test_009_and_010_a_server_that_stops_is_unavailable(library: str, tmp_path: Path) -> None:
    with (
        ThreadPoolExecutor() as pool,
        Process(tmp_path / "home", "serve") as limner,
        LIBRARIES[library](f"http://127.0.0.1:{limner.port}/v1") as call,
    ):
        limner.wait_for("/healthz")
        calling = pool.submit(call, "create", prompt=PROMPT, n=10)
        limner.wait_until(lambda: [job["state"] for job in limner.jobs()] == ["running"])
        limner.stop()
        assert calling.result(PATIENCE)["error"] == CLASS_OF_503[library]


CLASS_OF_503 = {"old": "ServiceUnavailableError", "today": "InternalServerError"}


def test_010_todays_library_has_a_class_for_each_status(accounts: Accounts, asked: Any, poor: str) -> None:
    import openai

    alice, _ = asked(accounts.alice)
    reader, _ = asked(accounts.run(MAKE_READER).strip())
    cases: list[tuple[type[openai.APIStatusError], Callable[[], object], tuple[str | None, str | None, str]]] = [
        (
            openai.BadRequestError,
            lambda: alice.images.generate(prompt=PROMPT, n=11),
            ("integer_above_max_value", "n", "invalid_request_error"),
        ),
        (
            openai.AuthenticationError,
            lambda: asked("sk-wrong")[0].models.list(),
            ("invalid_api_key", None, "invalid_request_error"),
        ),
        (
            openai.NotFoundError,
            lambda: alice.models.retrieve("nothing"),
            ("model_not_found", "model", "invalid_request_error"),
        ),
        (
            openai.RateLimitError,
            lambda: asked(poor)[0].images.generate(prompt=PROMPT),
            ("insufficient_quota", None, "insufficient_quota"),
        ),
    ]
    for kind, call, said in cases:
        with pytest.raises(kind) as caught:
            call()
        assert type(caught.value) is kind
        assert (caught.value.code, caught.value.param, caught.value.type) == said
        assert isinstance(caught.value.body, dict)
        assert [caught.value.body[name] for name in ("code", "param", "type")] == list(said)
    with pytest.raises(openai.PermissionDeniedError, match="draw") as refused:
        reader.images.generate(prompt=PROMPT)
    assert isinstance(refused.value.body, dict)
    assert refused.value.code == refused.value.body["code"]


def test_011_todays_library_waits_as_long_as_it_is_told_and_not_longer(
    accounts: Accounts, asked: Any, hurried: str
) -> None:
    import openai

    client, requests = asked(hurried)
    with pytest.raises(openai.RateLimitError) as caught:
        client.with_options(max_retries=0).images.generate(prompt=PROMPT)
    assert caught.value.code == "rate_limit_exceeded"
    assert 1 <= int(caught.value.response.headers["retry-after"]) <= 120
    assert len(requests) == 1


def test_012_no_credits_left_is_asked_once(asked: Any, poor: str) -> None:
    import openai

    client, requests = asked(poor)
    with pytest.raises(openai.RateLimitError) as caught:
        client.images.generate(prompt=PROMPT)
    assert (caught.value.type, caught.value.code) == ("insufficient_quota", "insufficient_quota")
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert len(requests) == 1


def test_013_a_wrong_request_is_made_once(accounts: Accounts, asked: Any) -> None:
    import openai

    client, requests = asked(accounts.alice)
    with pytest.raises(openai.BadRequestError):
        client.images.generate(prompt=PROMPT, size="255x255")
    assert len(requests) == 1


def test_061_litellm_knows_a_blocked_prompt_when_it_sees_one(accounts: Accounts) -> None:
    with LITELLM.started(f"{accounts.url}/v1", accounts.alice) as litellm:
        for name in ("dall-e-2", "storybook"):
            fields = {"model": f"openai/{name}", "prompt": f"a {BLOCKED} in a garden"}
            answer = litellm("image_generation", fields=fields)
            assert answer["error"] == "ContentPolicyViolationError", answer


def test_062_todays_library_shows_what_was_blocked_and_why(accounts: Accounts, asked: Any) -> None:
    import openai

    client, requests = asked(accounts.alice)
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.generate(prompt=f"a {BLOCKED} in a garden", model="gpt-image-1")
    assert (caught.value.type, caught.value.code) == ("image_generation_user_error", "moderation_blocked")
    assert isinstance(caught.value.body, dict)
    details = caught.value.body["moderation_details"]
    assert details["moderation_stage"] == "input"
    assert isinstance(details["categories"], list)
    assert len(requests) == 1

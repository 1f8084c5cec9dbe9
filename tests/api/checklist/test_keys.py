"""The checklist's items about keys, quotas and Azure's header: with accounts on, over a real socket."""

from __future__ import annotations

from collections.abc import Generator

import httpx
import pytest

from tests.api.checklist.conftest import PATIENCE, Accounts
from tests.api.test_bad_input import error_in

GENERATIONS = "/v1/images/generations"
ASKED = {"prompt": "a red house", "size": "256x256"}

KEY_WITH_A_PLAN = """
from limner.accounts.keys import make_key
from limner.accounts.models import Account, Plan
plan = Plan.objects.create(name={name!r}, {limits})
account = Account.objects.create_user(username={name!r}, plan=plan)
print(make_key(account, "laptop")[1])
"""
A_LONG_QUEUE = """
from datetime import timedelta
from django.utils import timezone
from limner.accounts.models import Account
from limner.jobs.models import Job
Job.objects.create(
    account=Account.objects.get(username="bob"), request={}, lane="storybook", compat="x", n=1, tag=0.0, price=0,
    priority=9, predicted_seconds=5000.0, not_before=timezone.now() + timedelta(days=1),
)
"""
NO_QUEUE = "from limner.jobs.models import Job\nJob.objects.filter(priority=9).delete()"


@pytest.fixture(scope="module")
def client(accounts: Accounts) -> Generator[httpx.Client]:
    with httpx.Client(base_url=accounts.url, timeout=PATIENCE) as client:
        yield client


def key_with(accounts: Accounts, name: str, limits: str) -> str:
    """A key of an account of its own, on a plan of its own."""
    return accounts.run(KEY_WITH_A_PLAN.format(name=name, limits=limits)).strip()


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_004_a_call_without_a_key_is_told_how_to_bring_one(client: httpx.Client) -> None:
    for path, method in ((GENERATIONS, "POST"), ("/v1/models", "GET"), ("/images/generations", "POST")):
        error = error_in(client.request(method, path, json=ASKED if method == "POST" else None), 401)
        assert (error["type"], error["code"]) == ("invalid_request_error", None)
        assert str(error["message"]).startswith("You didn't provide an API key.")


def test_005_a_wrong_key_is_refused_and_masked(client: httpx.Client, accounts: Accounts) -> None:
    for wrong in ("sk-0123456789abcdefghij", accounts.alice[:-4] + "zzzz"):
        answer = client.post(GENERATIONS, json=ASKED, headers=bearer(wrong))
        error = error_in(answer, 401)
        assert error["code"] == "invalid_api_key"
        assert str(error["message"]).startswith(f"Incorrect API key provided: {wrong[:4]}****{wrong[-4:]}")
        assert wrong not in answer.text


def test_006_azures_header_is_a_key(client: httpx.Client, accounts: Accounts) -> None:
    assert client.post(GENERATIONS, json=ASKED, headers={"api-key": accounts.alice}).status_code == 200
    error_in(client.post(GENERATIONS, json=ASKED, headers={"api-key": "nonsense"}), 401)


def test_011_too_many_requests_say_when_to_come_back(client: httpx.Client, accounts: Accounts) -> None:
    key = key_with(accounts, "hasty", "requests_per_minute=1")
    answers = [client.get("/v1/models", headers=bearer(key)) for _ in range(2)]
    assert answers[0].status_code == 200
    assert error_in(answers[1], 429)["code"] == "rate_limit_exceeded"
    assert 1 <= int(answers[1].headers["retry-after"]) <= 120


def test_011_a_full_queue_says_when_to_come_back(client: httpx.Client, accounts: Accounts) -> None:
    accounts.run(A_LONG_QUEUE)
    try:
        answer = client.post(GENERATIONS, json=ASKED, headers=bearer(accounts.alice))
    finally:
        accounts.run(NO_QUEUE)
    assert error_in(answer, 429)["code"] == "rate_limit_exceeded"
    assert 1 <= int(answer.headers["retry-after"]) <= 120
    assert client.post(GENERATIONS, json=ASKED, headers=bearer(accounts.alice)).status_code == 200


def test_012_a_used_up_quota_is_not_asked_again(client: httpx.Client, accounts: Accounts) -> None:
    key = key_with(accounts, "broke", "credits_per_month=0")
    answer = client.post(GENERATIONS, json=ASKED, headers=bearer(key))
    error = error_in(answer, 429)
    assert (error["type"], error["code"]) == ("insufficient_quota", "insufficient_quota")
    assert answer.headers["x-should-retry"] == "false"


def test_012_openais_library_asks_once(accounts: Accounts) -> None:
    import openai

    asked: list[object] = []
    http = openai.DefaultHttpxClient(event_hooks={"request": [asked.append]})
    key = key_with(accounts, "poor", "credits_per_month=0")
    with openai.OpenAI(base_url=f"{accounts.url}/v1", api_key=key, max_retries=2, http_client=http) as library:
        with pytest.raises(openai.RateLimitError) as caught:
            library.images.generate(prompt="a red house")
        assert caught.value.code == "insufficient_quota"
    assert len(asked) == 1


def test_103_azures_url_names_the_model(client: httpx.Client, accounts: Accounts) -> None:
    def drawn(model: str) -> dict[str, object]:
        path = f"/openai/deployments/{model}/images/generations?api-version=2024-10-21"
        answer = client.post(path, json={"prompt": "a red house"}, headers={"api-key": accounts.alice})
        assert answer.status_code == 200, answer.text
        named: dict[str, object] = answer.json()
        return named

    assert drawn("dall-e-3")["data"][0]["revised_prompt"]  # type: ignore[index]
    newer = drawn("gpt-image-1")
    assert {"background", "output_format", "quality", "size", "usage"} <= newer.keys()
    assert "b64_json" in newer["data"][0]  # type: ignore[index]
    error = error_in(
        client.post("/openai/deployments/nobody/images/generations", json=ASKED, headers=bearer(accounts.alice)), 400
    )
    assert error["param"] == "model"
    error_in(client.post("/openai/deployments/dall-e-3/images/generations", json=ASKED), 401)

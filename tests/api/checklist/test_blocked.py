"""The checklist, C: a prompt with a word that the operator does not allow, where people have accounts."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import httpx
import pytest

from tests.api.checklist.asking import GENERATIONS, drawn, refused
from tests.api.checklist.conftest import BLOCKED, PATIENCE, Accounts

BAD = f"a {BLOCKED.title()}, asleep"


@pytest.fixture(scope="module")
def client(accounts: Accounts) -> Generator[httpx.Client]:
    headers = {"authorization": f"Bearer {accounts.alice}"}
    with httpx.Client(base_url=accounts.url, timeout=PATIENCE, headers=headers) as client:
        yield client


def jobs(accounts: Accounts) -> int:
    return int(accounts.run("from limner.jobs.models import Job; print(Job.objects.count())"))


@pytest.mark.parametrize("model", ["dall-e-2", "dall-e-3", "storybook", None])
def test_061_a_blocked_prompt_is_a_breach_of_the_content_policy(client: httpx.Client, model: str | None) -> None:
    error = refused(client.post(GENERATIONS, json={"prompt": BAD, "model": model}))
    assert error == {
        "message": "Your request was rejected as a result of our safety system. Your prompt may contain text that is "
        "not allowed by our safety system.",
        "type": "invalid_request_error",
        "param": None,
        "code": "content_policy_violation",
    }


@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-image-2", "chatgpt-image-latest"])
def test_062_newer_names_call_it_moderation_and_say_where(client: httpx.Client, model: str) -> None:
    for more in ({}, {"stream": True}):
        body: dict[str, Any] = {"prompt": BAD, "model": model, **more}
        error = refused(client.post(GENERATIONS, json=body))
        assert error["message"].startswith("Your request was rejected by the safety system.")
        assert "openai.com" not in error["message"]
        assert (error["type"], error["param"], error["code"]) == (
            "image_generation_user_error",
            None,
            "moderation_blocked",
        )
        assert error["moderation_details"] == {"moderation_stage": "input", "categories": []}


def test_061_and_062_nothing_is_stored_and_other_prompts_are_drawn(client: httpx.Client, accounts: Accounts) -> None:
    before = jobs(accounts)
    files = {"image": ("a.png", b"never looked at", "image/png")}
    assert client.post("/v1/images/edits", data={"prompt": BAD}, files=files).status_code == 400
    refused(client.post(GENERATIONS, json={"prompt": BAD, "n": 0}))
    refused(client.post(GENERATIONS, json={"prompt": BAD}))
    assert jobs(accounts) == before
    answer = client.post(GENERATIONS, json={"prompt": f"two {BLOCKED}s", "size": "256x256", "steps": 1})
    assert answer.status_code == 200, "only the whole word is blocked"
    drawn(client, prompt="a red boat", negative_prompt=BLOCKED, size="256x256")
    assert jobs(accounts) == before + 2


def test_a_keys_answers_say_what_is_left_of_its_minute(client: httpx.Client, accounts: Accounts) -> None:
    answers = [client.get("/v1/models"), client.post(GENERATIONS, json={}), client.get("/v1/models/unicorn-9")]
    left = [int(answer.headers["x-ratelimit-remaining-requests"]) for answer in answers]
    assert left == [left[0], left[0] - 1, left[0] - 2]
    for answer in answers:
        assert answer.headers["x-ratelimit-limit-requests"] == "600"
        assert 0 < int(answer.headers["x-ratelimit-reset-requests"].removesuffix("s")) <= 60
    assert "x-ratelimit-limit-requests" not in httpx.get(f"{accounts.url}/v1/models").headers, "nobody's minute"

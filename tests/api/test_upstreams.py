"""What a caller is told when another server draws: its refusals, its silence, its own account of the tokens."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from django.http import HttpResponse
from pytest_django import Settings

from limner.accounts.models import Account
from limner.api.errors import answer, ended_badly
from limner.api.openai.answers import told_usage
from limner.errors import EngineError, Uncertain, UpstreamBusy, UpstreamClosed, UpstreamFailed, UpstreamRefused
from tests.api.conftest import Server
from tests.api.test_bad_input import error_in

GENERATIONS = "/v1/images/generations"
KEY_TROUBLE = "openai does not accept the key for this. It comes from OPENAI_API_KEY."


def told(code: str, message: str, account: Account, *, newer: bool = False, upstream: bool = True) -> HttpResponse:
    return answer(ended_badly(code, message, account, newer=newer, upstream=upstream))


@pytest.mark.parametrize("code", ["content_policy_violation", "moderation_blocked", "content_filter"])
async def test_a_refusal_by_policy_reads_as_each_generation_of_names_has_it(
    client: httpx.AsyncClient, server: Server, code: str
) -> None:
    server.painter.trouble = UpstreamRefused("Your request was rejected by our safety system.", code=code)
    for model, kind, said in (
        ("dall-e-3", "invalid_request_error", "content_policy_violation"),
        ("storybook", "invalid_request_error", "content_policy_violation"),
        ("gpt-image-1", "image_generation_user_error", "moderation_blocked"),
    ):
        error = error_in(await client.post(GENERATIONS, json={"prompt": "a cat", "model": model}), 400)
        assert (error["type"], error["code"], error["param"]) == (kind, said, None)
        assert error["message"] == "Your request was rejected by our safety system."


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Uncertain("It hung."), "may have drawn it"),
        (UpstreamClosed("The bill is not paid."), "The bill is not paid."),
    ],
)
async def test_what_another_try_would_not_mend_is_a_502_that_is_not_to_be_repeated(
    client: httpx.AsyncClient, server: Server, trouble: EngineError, said: str
) -> None:
    server.painter.trouble = trouble
    response = await client.post(GENERATIONS, json={"prompt": "a cat"})
    error = error_in(response, 502)
    assert error["code"] == trouble.code
    assert said in error["message"]
    assert response.headers["x-should-retry"] == "false"


def test_keys_and_addresses_are_the_operators_business(alice: Account, settings: Settings) -> None:
    assert KEY_TROUBLE in told("upstream_closed", KEY_TROUBLE, alice).content.decode()
    settings.LIMNER_ACCOUNTS = True
    refused = told("upstream_closed", KEY_TROUBLE, alice)
    assert refused.status_code == 502
    assert "key" not in refused.content.decode().lower()
    inner = "house cannot be reached at http://10.0.0.7/v1 (ConnectionRefusedError)."
    assert "10.0.0.7" not in told("upstream_failed", inner, alice).content.decode()
    alice.is_staff = True
    assert KEY_TROUBLE in told("upstream_closed", KEY_TROUBLE, alice).content.decode()


def test_an_upstream_without_time_is_a_429_with_a_time_to_come_back(alice: Account) -> None:
    response = told(UpstreamBusy.code, "Too much to do.", alice)
    assert (response.status_code, response["retry-after"]) == (429, "30")
    assert b'"type": "requests"' in response.content


def test_an_upstream_that_broke_is_a_502(alice: Account) -> None:
    assert told(UpstreamFailed.code, "It broke.", alice).status_code == 502


def test_a_code_of_the_upstreams_own_is_the_callers_fault(alice: Account) -> None:
    assert told("unknown_parameter", "Unknown parameter.", alice).status_code == 400
    assert told("unknown_parameter", "Unknown parameter.", alice, upstream=False).status_code == 500


def row(text: int, out: int, **more: Any) -> dict[str, Any]:
    return {
        "input_tokens": text,
        "input_tokens_details": {"text_tokens": text, "image_tokens": 0},
        "output_tokens": out,
        "total_tokens": text + out,
        **more,
    }


def test_the_tokens_of_several_calls_are_added_up() -> None:
    assert told_usage([row(5, 100), row(5, 100)]) == {
        "input_tokens": 10,
        "input_tokens_details": {"text_tokens": 10, "image_tokens": 0},
        "output_tokens": 200,
        "output_tokens_details": {"text_tokens": 0, "image_tokens": 200},
        "total_tokens": 210,
    }


@pytest.mark.parametrize("said", [[], [{}], [{"output_tokens": "many"}], [{"output_tokens": -5}]])
def test_an_account_that_says_nothing_is_none(said: list[dict[str, Any]]) -> None:
    assert told_usage(said) is None


def test_nonsense_in_an_account_does_no_harm() -> None:
    found = told_usage([row(5, 100, input_tokens_details="?", output_tokens_details=[1])])
    assert found is not None
    assert found["total_tokens"] == 105

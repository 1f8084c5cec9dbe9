"""`/api/v1/models` and `/api/v1/usage`: what there is, what it costs, what was used."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx

from limner.accounts.models import Account, Plan
from limner.jobs.threads import in_thread
from tests.api.conftest import Server
from tests.api.native.ended import drawn, ended, submitted


async def test_a_model_says_what_it_can_do_and_what_a_job_will_cost(client: httpx.AsyncClient) -> None:
    [storybook] = (await client.get("/api/v1/models")).json()["models"]
    whole = (await client.get("/api/v1/models/storybook")).json()

    assert {"create", "edit", "vary"} <= set(storybook["tasks"])
    assert (storybook["sizes"][0], storybook["costs_money"]) == ("1024x1024", False)
    assert storybook["seconds"] > 0
    assert "words" not in storybook
    assert {"cat", "boat"} <= set(whole["words"])
    assert {key: whole[key] for key in storybook} == storybook
    price = next(price for price in storybook["prices"] if price["size"] == "256x256")
    assert (await submitted(client, n=2))["credits"] == 2 * price["credits"]


async def test_a_model_that_is_not_here_is_not_found(client: httpx.AsyncClient) -> None:
    for name in ("nobody", "no/body", "dall-e-3", "%00"):
        answer = await client.get(f"/api/v1/models/{name}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


async def test_usage_says_what_was_spent_what_is_held_and_what_is_left(
    server_with_accounts: Server, as_alice: httpx.AsyncClient, alice: Account
) -> None:
    plan = await in_thread(Plan.objects.create, name="school", credits_per_month=100_000, requests_per_minute=99)
    await in_thread(Account.objects.filter(pk=alice.pk).update, plan=plan)
    nothing = (await as_alice.get("/api/v1/usage")).json()
    assert (nothing["credits_spent"], nothing["credits_left"], nothing["pictures"]) == (0, 100, 0)

    done = await drawn(as_alice, n=2)
    server_with_accounts.painter.may_paint.clear()
    waiting = await submitted(as_alice)
    usage = (await as_alice.get("/api/v1/usage")).json()

    assert usage["month"] == f"{datetime.now(UTC):%Y-%m}"
    assert (usage["plan"], usage["requests_per_minute"], usage["credits_per_month"]) == ("school", 99, 100)
    assert (usage["credits_spent"], usage["credits_held"]) == (done["credits"], waiting["credits"])
    assert usage["credits_left"] == 100 - done["credits"] - waiting["credits"]
    assert (usage["pictures"], usage["models"]) == (2, [{"model": "storybook", "pictures": 2}])
    assert usage["jobs"]["done"] == 1
    assert sum(usage["jobs"].values()) == 2

    await as_alice.post(f"/api/v1/jobs/{waiting['id']}/cancel")
    await ended(as_alice, waiting)
    assert (await as_alice.get("/api/v1/usage")).json()["credits_held"] == 0

"""`/api/v1/prompts`: at once or word by word, the same for a seed at every door, under the keys that draw."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from limner.accounts.models import Account, Plan, Scope
from limner.engines.catalog import model
from limner.jobs.threads import in_thread
from limner.prompts.models import Written
from limner.prompts.today import prompt_of
from tests.api.conftest import Server
from tests.api.native.conftest import client_of
from tests.cast import asigned_in
from tests.cli.process import limner
from tests.prompts.told import events_in

RANDOM, IMPROVE, TODAY = "/api/v1/prompts/random", "/api/v1/prompts/improve", "/api/v1/prompts/today"
STORYBOOK = model("storybook").capabilities


async def test_a_prompt_is_written_and_its_seed_writes_it_again(client: httpx.AsyncClient) -> None:
    first = (await client.post(RANDOM, json={})).json()
    assert (first["writer"], first["prompt"]) == ("wordlist", first["added"])
    again = (await client.post(RANDOM, json={"seed": first["seed"]})).json()
    assert again == first
    other = (await client.post(RANDOM, json={})).json()
    assert other["prompt"] != first["prompt"]
    assert await in_thread(Written.objects.count) == 3


async def test_a_beginning_is_gone_on_from_and_a_prompt_is_added_to(client: httpx.AsyncClient) -> None:
    more = (await client.post(RANDOM, json={"beginning": "a red", "length": "short", "theme": "nature"})).json()
    assert more["prompt"] == "a red" + more["added"]
    better = (await client.post(IMPROVE, json={"prompt": "a red boat"})).json()
    assert better["prompt"] == "a red boat" + better["added"]
    assert better["added"]


async def test_it_comes_word_by_word_where_that_is_asked_for(client: httpx.AsyncClient) -> None:
    answer = await client.post(RANDOM, json={"seed": 7, "stream": True})
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    told = events_in(answer.text)
    assert told[0] == ("begin", {"writer": "wordlist"})
    words = [said["text"] for name, said in told if name == "text"]
    assert len(words) > 3
    assert told[-1] == ("end", {"prompt": "".join(words), "added": "".join(words), "seed": 7})
    assert (await client.post(RANDOM, json={"seed": 7})).json()["prompt"] == "".join(words)


@pytest.mark.parametrize(
    ("path", "wish", "param", "code"),
    [
        (RANDOM, {"theme": "war"}, "theme", "invalid_value"),
        (RANDOM, {"length": "endless"}, "length", "invalid_value"),
        (RANDOM, {"writer": "nobody"}, "writer", "invalid_value"),
        (RANDOM, {"beginning": "x" * 10_000, "stream": True}, "beginning", "string_above_max_length"),
        (RANDOM, {"model": "nobody"}, "model", "invalid_value"),
        (RANDOM, {"seed": -1}, "seed", "invalid_value"),
        (RANDOM, {"prompt": "a cat"}, "prompt", "unknown_parameter"),
        (IMPROVE, {}, "prompt", "missing_required_parameter"),
        (IMPROVE, {"prompt": "  "}, "prompt", "missing_required_parameter"),
    ],
)
async def test_what_is_wrong_is_named_before_anything_is_written(
    client: httpx.AsyncClient, path: str, wish: dict[str, Any], param: str, code: str
) -> None:
    answer = await client.post(path, json=wish)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert (error["param"], error["code"]) == (param, code)


async def test_a_writer_that_is_not_set_up_says_how_to_get_it(client: httpx.AsyncClient) -> None:
    answer = await client.post(RANDOM, json={"writer": "chat"})
    assert answer.status_code == 503
    assert "upstreams.toml" in answer.json()["error"]["message"]


async def test_words_that_no_prompt_may_have_are_refused(client: httpx.AsyncClient, settings: Settings) -> None:
    settings.LIMNER_BLOCKED_WORDS = "basilisk"
    answer = await client.post(IMPROVE, json={"prompt": "a basilisk"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "content_policy_violation")


async def test_a_key_has_to_be_one_that_draws_and_its_minute_counts(
    server_with_accounts: Server, alice: Account
) -> None:
    async with httpx.AsyncClient(base_url=server_with_accounts.url) as stranger:
        assert (await stranger.post(RANDOM, json={})).status_code == 401
    async with await client_of(server_with_accounts, alice, Scope.READ) as reader:
        assert (await reader.post(RANDOM, json={})).status_code == 403
    plan = await in_thread(Plan.objects.create, name="slow", requests_per_minute=2)
    await in_thread(Account.objects.filter(pk=alice.pk).update, plan=plan)
    async with await client_of(server_with_accounts, alice) as eager:
        assert [(await eager.post(RANDOM, json={})).status_code for _ in range(3)] == [200, 200, 429]


async def test_the_same_seed_gives_the_same_text_at_all_four_doors(
    as_alice: httpx.AsyncClient, alice: Account, tmp_path: Path
) -> None:
    first = (await as_alice.post(RANDOM, json={"seed": 11, "theme": "science"})).json()["prompt"]
    streamed = await as_alice.post(RANDOM, json={"seed": 11, "theme": "science", "stream": True})
    assert events_in(streamed.text)[-1][1]["prompt"] == first
    typed = limner(tmp_path / "home", "prompt", "--seed", "11", "--theme", "science")
    assert (typed.stdout, typed.stderr) == (f"{first}\n", "Seed 11\n")
    studio = await asigned_in(alice)
    answer = await studio.post("/write", {"wish": "random", "writing_seed": "11", "theme": "science"})
    told = events_in(b"".join([piece async for piece in answer.streaming_content]).decode())  # type: ignore[attr-defined]
    assert told[-1][1]["prompt"] == first


async def test_the_prompt_of_the_day_is_everybodys_and_needs_no_key(
    server_with_accounts: Server, settings: Settings
) -> None:
    async with httpx.AsyncClient(base_url=server_with_accounts.url) as stranger:
        answer = (await stranger.get(TODAY)).json()
        assert answer == {
            "day": str(datetime.now(UTC).date()),
            "prompt": prompt_of(datetime.now(UTC).date(), STORYBOOK),
        }
        settings.LIMNER_PROMPT_OF_THE_DAY = False
        assert (await stranger.get(TODAY)).status_code == 404


def test_another_day_has_another_prompt_and_none_says_what_no_prompt_may(settings: Settings) -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    prompts = [prompt_of(day, STORYBOOK) for day in days]
    assert len(set(prompts)) > 350
    settings.LIMNER_BLOCKED_WORDS = "boat, cat"
    assert not any({"boat", "cat"} & set(prompt_of(day, STORYBOOK).lower().split()) for day in days)

"""The document of the native API, the page about it, and what every operation has in common."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from operator import itemgetter
from typing import NoReturn

import httpx
import pytest
from django.db import OperationalError
from openapi_spec_validator import validate

from limner.accounts.models import Account, Plan
from limner.api.native import jobs
from limner.jobs.threads import in_thread
from tests.api.snapshot import SNAPSHOT, contract


def test_the_contract_is_the_one_that_was_reviewed() -> None:
    """After a change that is meant: `python -m tests.api.snapshot`, and read the difference."""
    assert contract() == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_the_contract_is_valid_openapi_3_1_and_every_operation_names_its_scope() -> None:
    document = contract()
    validate(document)
    assert document["openapi"].startswith("3.1")
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    assert len(operations) > 20
    assert [one["operationId"] for one in operations if not one["security"]] == ["prompt_of_the_day"]
    for operation in filter(itemgetter("security"), operations):
        assert operation["security"][0]["Key"] in (["draw"], ["read"], ["admin"])
        assert operation["summary"]


class Page(HTMLParser):
    """The page's ids, the addresses that it points to, and what a strict policy would forbid."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._open = tag
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found[name] or "" for name in ("href", "src", "action") if name in found]
        self.inline += [name for name in found if name == "style" or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self._open in ("script", "style") and data.strip():
            self.inline.append(data)


async def test_the_page_shows_every_operation_and_asks_nobody_else_for_anything(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/", follow_redirects=True)
    page = Page(answer.text)

    assert (answer.status_code, answer.url.path) == (200, "/api/docs")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert page.inline == []
    assert [link for link in page.links if re.match(r"https?:|//", link)] == []
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    for path, methods in contract()["paths"].items():
        assert path in answer.text
        assert {operation["operationId"] for operation in methods.values()} <= set(page.ids)
    assert (await client.get("/api/openapi.json")).json() == contract()


async def test_what_breaks_is_in_the_log_under_the_answers_id_and_the_answer_keeps_it_to_itself(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> NoReturn:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(jobs, "page_of_jobs", broken)
    answer = await client.get("/api/v1/jobs")
    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "server_error")
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] in caplog.text
    assert "a secret" in caplog.text


async def test_a_database_that_is_away_is_said_plainly(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> NoReturn:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(jobs, "page_of_jobs", away)
    answer = await client.get("/api/v1/jobs")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]


async def test_a_key_reads_what_is_left_of_its_minute(as_alice: httpx.AsyncClient, alice: Account) -> None:
    plan = await in_thread(Plan.objects.create, name="slow", requests_per_minute=2)
    await in_thread(Account.objects.filter(pk=alice.pk).update, plan=plan)
    answers = [await as_alice.get("/api/v1/usage") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining-requests"] for answer in answers] == ["1", "0", "0"]


async def test_what_is_not_there_and_methods_that_are_not_are_said_in_the_envelope(client: httpx.AsyncClient) -> None:
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/jobs/7", 400),
        ("DELETE", "/api/v1/jobs", 405),
        ("PUT", "/api/v1/pictures", 405),
        ("PATCH", "/api/v1/events", 405),
    ):
        answer = await client.request(method, path)
        assert answer.status_code == status, path
        assert answer.json()["error"].keys() == {"message", "type", "param", "code"}
        assert answer.headers["x-request-id"].startswith("req_")
        if status == 405:
            assert "GET" in answer.headers["allow"]

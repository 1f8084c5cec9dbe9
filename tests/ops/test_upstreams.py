"""The owner's page about upstreams: what it shows, to whom, and what it never shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from limner.accounts.models import Account
from limner.engines.upstreams import Secret, Upstream, configure
from limner.jobs.models import UpstreamCall
from limner.jobs.standing import month_begin, spend_by_month
from limner.ops import upstreams as page_of
from tests.cast import signed_in
from tests.upstream.running import StandIn, stand_in

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/admin/upstreams"
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    page_of.looks = page_of.Looks()
    yield
    configure([])
    page_of.looks = page_of.Looks()


@pytest.fixture
def openai() -> Iterator[StandIn]:
    """The stand-in, configured as OpenAI with its key."""
    with stand_in() as server:
        configure([an_upstream(server)])
        yield server


def an_upstream(server: StandIn, name: str = "openai", key: str | None = None) -> Upstream:
    return Upstream(name, "openai", server.url, Secret(server.key if key is None else key))


def a_call(outcome: str = "ok", *, sent_at: datetime = NOW, **columns: object) -> UpstreamCall:
    usual: dict[str, object] = {
        "attempt": 1,
        "call": 0,
        "indices": [0],
        "upstream": "openai",
        "model": "gpt-image-2",
        "estimate": 5300,
    }
    return UpstreamCall.objects.create(job=uuid4(), outcome=outcome, sent_at=sent_at, **{**usual, **columns})


def text(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


def facts(page: str) -> dict[str, str]:
    """The lines of the first upstream."""
    found = re.findall(r"<dt>([^<]*)</dt><dd>(.*?)</dd>", page)
    return {name: re.sub(r"<[^>]*>", "", said) for name, said in found}


def test_the_owner_sees_how_an_upstream_is_doing(client: Client, openai: StandIn) -> None:
    shown = facts(text(client))
    assert (shown["Address"], shown["Reachable"]) == (openai.url, "yes")
    assert shown["Key"].startswith("accepted · ")
    assert int(shown["Image models"]) > 0
    assert (shown["Spent this month"], shown["Uncertain calls"]) == ("nothing for 0 pictures", "0")
    assert shown["Last error"] == "none"


def test_the_chat_model_that_writes_is_named_where_there_is_one(client: Client, openai: StandIn) -> None:
    assert "Writes prompts" not in facts(text(client))
    configure([replace(an_upstream(openai), writes="gpt-5-mini")])
    assert facts(text(client))["Writes prompts"] == "gpt-5-mini"


def test_no_page_ever_holds_a_key(client: Client, openai: StandIn) -> None:
    a_call("upstream_closed", message="The key is not accepted.")
    assert openai.key not in text(client)
    configure([an_upstream(openai, key="sk-another-secret-0123")])
    assert "sk-another" not in text(client)


def test_a_key_that_is_refused_says_so(client: Client, openai: StandIn) -> None:
    configure([an_upstream(openai, key="sk-wrong")])
    page = text(client)
    assert facts(page)["Key"].startswith("not accepted · ")
    assert facts(page)["Reachable"] == "yes"
    assert "does not accept the key" in page


def test_a_server_that_is_gone_is_not_reachable(client: Client, openai: StandIn) -> None:
    openai.shut()
    page = text(client)
    assert facts(page)["Reachable"] == "no"
    assert facts(page)["Key"].startswith("not known · ")
    assert "cannot be reached" in page


def test_looking_again_at_once_does_not_ask_again(client: Client, openai: StandIn) -> None:
    text(client)
    text(client)
    assert len([asked for asked in openai.requests if asked.method == "GET"]) == 1


def test_what_was_spent_is_told_by_month_and_model(client: Client, openai: StandIn) -> None:
    before = month_begin() - timedelta(days=3)
    a_call(cost=4800)
    a_call(indices=[0, 1], estimate=10_600)
    a_call(model="gpt-image-2.5-flare", cost=200_000)
    a_call(cost=3000, sent_at=before)
    a_call("upstream_busy")
    page = text(client)
    assert facts(page)["Spent this month"] == "about $2.15 for 4 pictures"
    table = page.split('aria-labelledby="spend-title"')[1].split("</table>")[0]
    lines = [re.sub(r"<[^>]*>|\s+", " ", row).split() for row in table.split("<tr>")[2:]]
    assert [(" ".join(line[:2]), line[2], line[4]) for line in lines] == [
        (f"{NOW:%b %Y}", "gpt-image-2.5-flare", "1"),
        (f"{NOW:%b %Y}", "gpt-image-2", "3"),
        (f"{before:%b %Y}", "gpt-image-2", "1"),
    ]
    assert "15.4 cents" in " ".join(lines[1])


def test_months_before_last_years_same_month_are_left_away() -> None:
    a_call(cost=1000, sent_at=NOW - timedelta(days=370))
    a_call(cost=1000, sent_at=NOW - timedelta(days=330))
    assert len(spend_by_month()) == 1


def test_uncertain_calls_are_named_with_their_job_time_and_possible_cost(client: Client, openai: StandIn) -> None:
    call = a_call("uncertain", indices=[0, 1], estimate=10_600)
    page = text(client)
    assert facts(page)["Uncertain calls"] == "1"
    assert facts(page)["Spent this month"] == "nothing for 0 pictures, perhaps 10.6 cents more"
    row = page.split('aria-labelledby="uncertain-title"')[1].split("</table>")[0]
    assert str(call.job) in row
    assert f"{NOW:%H:%M}" in row
    assert "10.6 cents" in row
    assert "2 pictures" in row


def test_the_last_error_is_shown_with_its_time_and_escaped(client: Client, openai: StandIn) -> None:
    a_call("upstream_failed", message="<b>Bad</b> gateway.", answered_at=NOW)
    page = text(client)
    assert "&lt;b&gt;Bad&lt;/b&gt; gateway." in page
    assert "<b>Bad" not in page


def test_without_upstreams_the_page_says_how_to_have_one(client: Client) -> None:
    page = text(client)
    assert "No upstream is configured" in page
    assert "OPENAI_API_KEY" in page


def test_with_accounts_on_only_the_owner_finds_it(client: Client, alice: Account, settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True
    stranger = client.get(PAGE)
    assert (stranger.status_code, stranger.headers["Location"]) == (302, f"/sign-in?next={PAGE.replace('/', '%2F')}")
    alices = signed_in(alice)
    assert alices.get(PAGE).status_code == 404
    alice.is_superuser = True
    alice.save()
    assert alices.get(PAGE).status_code == 200
    assert alices.post(PAGE).status_code == 405


def test_a_database_that_is_away_is_said_calmly(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(request: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(page_of, "account_of", away)
    assert client.get(PAGE).status_code == 503


def test_the_page_has_no_style_script_or_handler_in_its_markup(client: Client, openai: StandIn) -> None:
    a_call("uncertain")
    page = text(client)
    assert " style=" not in page
    assert "<style" not in page
    assert all("src=" in tag[:200] for tag in page.split("<script")[1:])
    assert "<form" not in page.split("<main")[1].split("</main>")[0]

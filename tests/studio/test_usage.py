"""The usage page and its CSV: one's own numbers only, and no name becomes a formula."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from limner.accounts.keys import make_key
from limner.accounts.models import Account
from limner.jobs.models import Job
from tests.cast import signed_in
from tests.jobs.house import ask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _accounts_on(settings: Any) -> None:
    settings.LIMNER_ACCOUNTS = True


def lines(client: Client) -> list[str]:
    return b"".join(client.get("/usage.csv")).decode().splitlines()


def test_the_page_and_its_csv_add_up_ones_own_jobs_by_day_model_and_key(alice: Account, bob: Account) -> None:
    key, _ = make_key(alice, "=cmd()")
    for _ in range(3):
        ask(alice)
    Job.objects.update(api_key=key, kept=1, captured=1200)
    ask(bob)
    page = signed_in(alice).get("/usage")
    assert page.status_code == 200
    assert [(bar.label, bar.jobs, bar.pictures, bar.credits) for bar in page.context["by_model"]] == [
        ("storybook", 3, 3, 3.6)
    ]
    assert [(bar.label, bar.jobs) for bar in page.context["by_key"]] == [(f"=cmd() ({key.prefix})", 3)]
    assert len(page.context["by_day"]) == 30
    head, line = lines(signed_in(alice))
    assert head == "day,model,key,jobs,pictures,credits"
    assert line.endswith(f"storybook,'=cmd() ({key.prefix}),3,3,3.6")


@pytest.mark.parametrize("name", ["=1+1", "＝1+1", "＠now"])
def test_no_name_becomes_a_formula(alice: Account, name: str) -> None:
    ask(alice)
    Job.objects.update(model=name)
    assert f",'{name}," in lines(signed_in(alice))[1]


def test_more_jobs_are_no_more_queries(alice: Account) -> None:
    client = signed_in(alice)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/usage")
        return len(queries)

    ask(alice)
    before = asked()
    for _ in range(5):
        ask(alice)
    assert asked() == before <= 8


def test_strangers_sign_in_and_guests_have_no_csv(alice: Account) -> None:
    assert Client().get("/usage").status_code == 302
    alice.is_guest = True
    alice.save()
    assert signed_in(alice).get("/usage.csv").status_code == 404

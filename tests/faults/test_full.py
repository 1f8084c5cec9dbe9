"""No space: for pictures, or for the ledger itself (reference: fault test 12)."""

from __future__ import annotations

import json
import resource
from typing import Any

import pytest
from django.db import connection

from limner.accounts.models import Account
from limner.jobs.models import Job
from limner.jobs.states import ENDED, State
from tests.faults.processes import Process, drawer, environment, program
from tests.faults.waiting import wait_for
from tests.jobs.house import ask, assert_books_balance, now

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_is_lost_while_the_disk_is_full_and_all_is_drawn_when_there_is_space(alice: Account) -> None:
    """A dispatcher that may write no file: on SQLite not even its claims, elsewhere not its pictures."""
    jobs = [ask(alice) for _ in range(3)]
    said: list[str] = []
    met = "did not answer" if connection.vendor == "sqlite" else "is full"
    with drawer(said=said, files=0, attempts=10) as process:
        wait_for(lambda: any(met in line for line in said))
        assert process.poll() is None
        assert not Job.objects.filter(state__in=ENDED).exists()
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        wait_for(lambda: not Job.objects.exclude(state__in=ENDED).exists())
    assert {now(job).state for job in jobs} == {State.DONE}
    assert_books_balance()


def answers_of(process: Process, said: list[str]) -> list[dict[str, Any]]:
    """What it was answered, each with the sentence that says what is wrong and when to come back."""
    assert process.stdout is not None
    answers = [json.loads(line) for line in process.stdout]
    assert process.wait(20) == 0, "".join(said)
    assert all("Limner cannot write to its database just now" in answer["text"] for answer in answers)
    assert answers[0]["headers"]["retry-after"] == "5"
    assert "x-should-retry" not in answers[0]["headers"]
    return answers


def test_who_asks_while_the_disk_is_full_is_told_so_and_when_to_come_back(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the full disk would have to be the database server's")
    said: list[str] = []
    with program("asker", "--full", said=said) as process:
        answers = answers_of(process, said)
    assert [answer["status"] for answer in answers] == [503] * 4
    assert list(Job.objects.values_list("state", flat=True)) == [State.QUEUED]


def test_who_asks_while_the_database_is_away_is_told_so_and_when_to_come_back() -> None:
    said: list[str] = []
    away = {**environment(), "LIMNER_DATABASE_URL": "sqlite:////nowhere/limner.sqlite3"}
    with program("asker", env=away, said=said) as process:
        answers = answers_of(process, said)
    assert [answer["status"] for answer in answers] == [503] * 3

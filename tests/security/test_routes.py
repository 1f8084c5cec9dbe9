"""Who may do what, address by address: Alice owns everything here, Bob is signed in too, Charlie is a stranger.

An address that is in no table fails the first test: whoever adds one says here what each of the three is answered.
"""

from __future__ import annotations

import asyncio

import pytest
from django.db import transaction
from django.test import AsyncClient

from limner.accounts.models import Account
from tests.security.doors import DOORS
from tests.security.pages import PAGES
from tests.security.patterns import patterns
from tests.security.programs import PROGRAMS, STREAMS, WAITED_FOR
from tests.security.ruling import RULING
from tests.security.table import Row, rows
from tests.security.things import Asker, ruled_by, things_of


def test_every_address_is_in_the_table() -> None:
    tables = (PAGES, DOORS, RULING, PROGRAMS, WAITED_FOR, STREAMS)
    listed = {route for table in tables for route, rows in table.items() if rows}
    assert sorted(patterns()) == sorted(listed), "say in tests/security who may do what there"


def answered(row: Row, things: dict[str, str], alice: Account, bob: Account) -> tuple[int, int, int]:
    """What the three are told. The strangers ask first: what they are refused is still there for Alice."""
    charlie, bobs = (Asker(who).ask(row, things) for who in (None, bob))
    return Asker(alice).ask(row, things), bobs, charlie


def wrongly_answered(
    table: dict[str, list[Row]], things: dict[str, str], alice: Account, bob: Account
) -> dict[str, tuple[int, int, int]]:
    """Those rows of the table that are not true. Each is asked of the same things: what it changed is undone."""
    wrong = {}
    for row in rows(table):
        with transaction.atomic():
            told = answered(row, things, alice, bob)
            transaction.set_rollback(True)
        if told != (row.alice, row.bob, row.charlie):
            wrong[row.name] = told
    return wrong


@pytest.mark.django_db
@pytest.mark.parametrize("table", [PAGES, DOORS], ids=["pages", "doors"])
def test_pages_answer_the_three_as_the_table_says(table: dict[str, list[Row]], alice: Account, bob: Account) -> None:
    assert not wrongly_answered(table, things_of(alice, bob), alice, bob)


@pytest.mark.django_db
def test_the_owners_pages_are_there_for_the_owner_alone(alice: Account, bob: Account) -> None:
    assert not wrongly_answered(RULING, ruled_by(alice), alice, bob)


@pytest.mark.django_db(transaction=True)
def test_programs_are_answered_as_the_table_says(alice: Account, bob: Account) -> None:
    """One after the other with the same things: emptying every table after each would take minutes."""
    things = things_of(alice, bob)
    wrong = {
        row.name: told
        for row in rows({**PROGRAMS, **WAITED_FOR})
        if (told := answered(row, things, alice, bob)) != (row.alice, row.bob, row.charlie)
    }
    wrong |= {
        row.name: told
        for row in rows(STREAMS)
        if (told := asyncio.run(_beginnings(row, things, alice, bob))) != (row.alice, row.bob, row.charlie)
    }
    assert not wrong


async def _beginnings(row: Row, things: dict[str, str], alice: Account, bob: Account) -> tuple[int, int, int]:
    """How the three are answered by what then never ends."""
    told = []
    for who in (None, bob, alice):
        client = AsyncClient(raise_request_exception=False)
        headers = await asyncio.to_thread(Asker(who).headers, row)
        if who is not None and not row.by_key:
            await client.aforce_login(who)
        answer = await client.get(row.path.format(**things), headers=headers)
        answer.close()
        told.append(int(answer.status_code))
    charlie, bobs, alices = told
    return alices, bobs, charlie

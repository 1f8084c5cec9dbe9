"""Who may do what, address by address: Alice owns everything here, Bob is signed in too, Charlie is a stranger.

An address that is in no table fails the first test: whoever adds one says here what each of the three is answered.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from pytest_django import Settings

from limner.accounts.keys import make_key
from limner.accounts.models import Account
from limner.gallery import services as gallery
from limner.jobs import services as jobs
from limner.prompts.models import KeptStyle
from tests.api.files import picture as an_image
from tests.cast import signed_in
from tests.gallery.people import keep, wish
from tests.security.pages import PAGES
from tests.security.patterns import patterns
from tests.security.programs import PROGRAMS
from tests.security.table import Row
from tests.storage.kept import pictures
from tests.studio.conftest import _bundled

__all__ = ["_bundled", "pictures"]

pytestmark = pytest.mark.usefixtures("pictures")


def test_every_address_is_in_the_table() -> None:
    assert sorted(patterns()) == sorted({**PAGES, **PROGRAMS}), "say in tests/security who may do what there"


@dataclass(frozen=True)
class Things:
    """What Alice has, by public id."""

    names: dict[str, str]


@pytest.fixture
def things(alice: Account, settings: Settings) -> Things:
    settings.LIMNER_ACCOUNTS = True
    key, _ = make_key(alice, "laptop")
    trashed = gallery.trash(alice, keep(alice).public_id)
    return Things(
        {
            "picture": str(keep(alice).public_id),
            "trashed": str(trashed.public_id),
            "upload": str(gallery.store_upload(alice, an_image()).public_id),
            "job": str(jobs.submit(alice, wish()).public_id),
            "key": key.prefix,
            "style": str(KeptStyle.objects.create(account=alice, name="mine", words="{prompt}, mine").public_id),
        }
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{row.method} {row.path}") for many in PAGES.values() for row in many]
)
def test_pages_answer_the_three_as_the_table_says(row: Row, things: Things, alice: Account, bob: Account) -> None:
    assert _answered(row, things, alice, bob) == (row.alice, row.bob, row.charlie)


@pytest.mark.django_db(transaction=True)
def test_programs_are_answered_as_the_table_says(things: Things, alice: Account, bob: Account) -> None:
    """One after the other with the same things: emptying every table after each would take minutes."""
    wrong = {
        f"{row.method} {row.path}": answered
        for many in PROGRAMS.values()
        for row in many
        if (answered := _answered(row, things, alice, bob)) != (row.alice, row.bob, row.charlie)
    }
    assert not wrong


def _answered(row: Row, things: Things, alice: Account, bob: Account) -> tuple[int, int, int]:
    """What Alice, Bob and Charlie are told. The strangers ask first: what they are refused is still there for Alice."""
    path = row.path.format(**things.names)
    charlie = _ask(Client(), row, path, None)
    bobs = _ask(Client() if row.by_key else signed_in(bob), row, path, bob)
    return _ask(Client() if row.by_key else signed_in(alice), row, path, alice), bobs, charlie


def _ask(client: Client, row: Row, path: str, who: Account | None) -> int:
    headers = {}
    if row.by_key and who is not None:
        headers["authorization"] = f"Bearer {make_key(who, 'test')[1]}"
    if row.method == "GET":
        response = client.get(path, headers=headers)
    else:
        response = client.generic(row.method, path, row.body, content_type=row.content_type, headers=headers)
    if response.streaming:
        response.close()
    return response.status_code

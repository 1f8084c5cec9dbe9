"""The page of API keys: a key is shown once, and only its owner sees or revokes it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from limner.accounts.keys import account_for_key
from limner.accounts.models import Account, ApiKey
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _accounts_on(settings: Any) -> None:
    settings.LIMNER_ACCOUNTS = True


def test_a_key_is_made_shown_once_and_revoked(alice: Account, bob: Account) -> None:
    client = signed_in(alice)
    made = client.post("/account/keys", {"name": "laptop", "scopes": ["draw", "read"], "days": "30"})
    found = re.search(r"lim-[a-z0-9]{8}-[A-Za-z0-9_-]{43}", made.content.decode())
    assert found
    key = account_for_key(found[0])
    assert key is not None
    assert (key.account, key.scopes) == (alice, ["draw", "read"])
    seen = client.get("/account/keys").content.decode()
    assert key.prefix in seen
    assert found[0] not in seen
    assert signed_in(bob).post(f"/account/keys/{key.prefix}/revoke").status_code == 404
    assert account_for_key(found[0]) is not None
    assert client.post(f"/account/keys/{key.prefix}/revoke").status_code == 302
    assert account_for_key(found[0]) is None


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x", "scopes": []}, {"name": "x", "days": "7"}])
def test_what_is_wrong_is_said_and_no_key_is_made(alice: Account, wrong: dict[str, Any]) -> None:
    assert signed_in(alice).post("/account/keys", {"name": "x", "scopes": ["draw"]} | wrong).status_code == 400
    assert not ApiKey.objects.exists()


def test_a_stranger_signs_in_first_and_a_guest_has_no_keys(alice: Account) -> None:
    assert Client().get("/account/keys")["Location"].startswith("/sign-in?next=/account/keys")
    alice.is_guest = True
    alice.save()
    assert signed_in(alice).get("/account/keys").status_code == 404

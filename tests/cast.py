"""The people in every test: Alice owns things, Bob is signed in too, Charlie is a stranger to both."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import AsyncClient, Client

from limner.accounts.models import Account

PASSWORD = "correct horse battery staple"


def make_account(name: str) -> Account:
    """An account called `name`, whose password is PASSWORD."""
    account = get_user_model().objects.create_user(username=name, password=PASSWORD)
    assert isinstance(account, Account)
    return account


def signed_in(account: Account) -> Client:
    """A browser-like client that is signed in as `account` (for LIMNER_ACCOUNTS=on)."""
    client = Client()
    client.force_login(account)
    return client


async def asigned_in(account: Account) -> AsyncClient:
    """The same for async views."""
    client = AsyncClient()
    await client.aforce_login(account)
    return client


@pytest.fixture
def alice(db: None) -> Account:
    """Owns what the test is about."""
    return make_account("alice")


@pytest.fixture
def bob(db: None) -> Account:
    """Is signed in, and owns other things."""
    return make_account("bob")


@pytest.fixture
def charlie(db: None) -> Account:
    """Is nobody's friend: whatever is not public reads to him as not there."""
    return make_account("charlie")

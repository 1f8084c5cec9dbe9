"""Accounts are made with a name that is free and a password that is hard to guess."""

from __future__ import annotations

import pytest

from limner.accounts.models import Account
from limner.accounts.services import account_named, add_account, no_owner_can_sign_in, set_password
from limner.accounts.sign_in import owner
from limner.errors import InvalidRequest, NotFound

pytestmark = pytest.mark.django_db
GOOD = "seventeen green bottles"


def test_a_new_account_is_on_the_unlimited_plan_and_can_sign_in() -> None:
    account = add_account("dora", GOOD)
    assert account.plan is not None
    assert account.plan.name == "unlimited"
    assert account_named("dora").check_password(GOOD)
    assert not account.is_superuser


@pytest.mark.parametrize("name", ["alice", "", "with space", "x" * 151, "a/b"])
def test_a_name_that_is_taken_or_none_is_refused(alice: Account, name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        add_account(name, GOOD)
    assert caught.value.param == "username"


@pytest.mark.parametrize("password", ["", "short", "password123", "dora-dora-dora"])
def test_an_easy_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        add_account("dora-dora-dora", password)
    assert caught.value.param == "password"
    assert not Account.objects.filter(username__startswith="dora").exists()


def test_a_password_can_be_changed(alice: Account) -> None:
    set_password(alice, GOOD)
    assert account_named("alice").check_password(GOOD)


def test_an_account_that_is_not_there_is_named_with_the_way_to_make_it() -> None:
    with pytest.raises(NotFound, match="limner user add zoe"):
        account_named("zoe")


def test_the_owner_alone_cannot_sign_in_until_given_a_password() -> None:
    owner()
    assert no_owner_can_sign_in()
    set_password(owner(), GOOD)
    assert not no_owner_can_sign_in()

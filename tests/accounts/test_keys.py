"""API keys: shown once, kept as a hash, noted at most once a minute, and closed for good."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from limner.accounts.keys import account_for_key, make_key, revoke
from limner.accounts.models import Account, ApiKey

pytestmark = pytest.mark.django_db


def test_a_key_opens_its_accounts_door(alice: Account) -> None:
    key, secret = make_key(alice, "laptop")
    found = account_for_key(secret)
    assert found == key
    assert found.account == alice


def test_a_secret_is_256_random_bits_and_is_not_kept(alice: Account) -> None:
    key, secret = make_key(alice, "laptop")
    assert re.fullmatch(r"lim-[A-Za-z0-9_-]{43}", secret)
    kept = [str(value) for value in ApiKey.objects.values_list().get(pk=key.pk)]
    assert not any(secret in value for value in kept)
    assert secret.startswith(key.prefix)


@pytest.mark.parametrize("secret", ["", "lim-", "lim-" + "x" * 43, "sk-anything", "\ud800", "é\0"])
def test_any_other_secret_opens_nothing(alice: Account, secret: str) -> None:
    make_key(alice, "laptop")
    assert account_for_key(secret) is None


def test_a_revoked_key_opens_nothing_and_a_second_revoking_changes_nothing(alice: Account) -> None:
    key, secret = make_key(alice, "laptop")
    revoke(key)
    first = key.revoked_at
    revoke(key)
    assert account_for_key(secret) is None
    assert ApiKey.objects.get(pk=key.pk).revoked_at == first


def test_a_closed_account_has_no_keys(alice: Account) -> None:
    _, secret = make_key(alice, "laptop")
    alice.is_active = False
    alice.save()
    assert account_for_key(secret) is None


def test_use_is_noted_at_most_once_a_minute(alice: Account) -> None:
    key, secret = make_key(alice, "laptop")
    account_for_key(secret)
    first = ApiKey.objects.get(pk=key.pk).last_used_at
    assert first is not None
    account_for_key(secret)
    assert ApiKey.objects.get(pk=key.pk).last_used_at == first
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now() - timedelta(seconds=61))
    account_for_key(secret)
    again = ApiKey.objects.get(pk=key.pk).last_used_at
    assert again is not None
    assert again > first

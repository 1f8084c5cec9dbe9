"""API keys: shown once, found by a prefix, kept as a hash, narrow where asked, and closed for good."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from limner.accounts.keys import account_for_key, digest, make_key, prefix_of, revoke, state_of
from limner.accounts.models import Account, ApiKey, Scope
from limner.errors import InvalidRequest

pytestmark = pytest.mark.django_db


def test_a_key_opens_its_accounts_door(alice: Account) -> None:
    key, secret = make_key(alice, "laptop")
    found = account_for_key(secret)
    assert found == key
    assert found.account == alice


def test_a_secret_is_256_random_bits_beside_its_prefix_and_is_not_kept(alice: Account) -> None:
    key, secret = make_key(alice, "laptop")
    assert re.fullmatch(r"lim-[a-z0-9]{8}-[A-Za-z0-9_-]{43}", secret)
    assert (key.prefix, prefix_of(secret)) == (secret[:12], secret[:12])
    assert len(base64.urlsafe_b64decode(secret[13:] + "=")) == 32
    kept = [str(value) for value in ApiKey.objects.values_list().get(pk=key.pk)]
    assert not any(secret[13:] in value for value in kept)
    assert hashlib.sha256(secret.encode()).hexdigest() in kept


def test_no_two_keys_share_a_prefix(alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = iter("a" * 8 + "a" * 8 + "b" * 8)
    monkeypatch.setattr("limner.accounts.keys.secrets.choice", lambda _: next(letters))
    assert [make_key(alice, "laptop")[0].prefix for _ in range(2)] == ["lim-aaaaaaaa", "lim-bbbbbbbb"]


@pytest.mark.parametrize(
    "secret", ["", "lim-", "lim-" + "x" * 43, "lim-aaaaaaaa-" + "x" * 43, "sk-anything", "\ud800", "é\0"]
)
def test_any_other_secret_opens_nothing(alice: Account, secret: str) -> None:
    make_key(alice, "laptop")
    assert account_for_key(secret) is None


def test_a_good_prefix_with_other_bits_opens_nothing(alice: Account) -> None:
    key, secret = make_key(alice, "laptop")
    for other in (f"{key.prefix}-{'x' * 43}", secret[:-1], secret + "x", secret.upper(), key.prefix, key.digest):
        assert account_for_key(other) is None


def test_a_key_is_found_by_one_row_and_compared_by_its_hash(
    alice: Account, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, secret = make_key(alice, "laptop")
    account_for_key(secret)
    compared: list[tuple[str, str]] = []

    def compare(kept: str, given: str) -> bool:
        compared.append((kept, given))
        return kept == given

    monkeypatch.setattr("limner.accounts.keys.hmac.compare_digest", compare)
    with django_assert_num_queries(1):
        assert account_for_key(secret) == key
    with django_assert_num_queries(0):
        account_for_key("lim-nonsense")
    assert compared == [(key.digest, digest(secret))]


def test_a_key_of_the_first_weeks_stays_good(alice: Account) -> None:
    secret = "lim-" + "abc_-DEF" * 5 + "xyz"
    old = ApiKey.objects.create(account=alice, name="old", prefix=secret[:10], digest=digest(secret))
    assert account_for_key(secret) == old
    assert old.scopes == ["draw", "read", "admin"]


def test_a_key_may_do_everything_unless_it_is_narrowed(alice: Account) -> None:
    assert make_key(alice, "laptop")[0].scopes == ["draw", "read", "admin"]
    assert make_key(alice, "kiosk", [Scope.READ, Scope.DRAW, Scope.READ])[0].scopes == ["draw", "read"]


@pytest.mark.parametrize(("scopes", "said"), [(["paint"], "no scope 'paint'"), ([], "needs a scope")])
def test_a_scope_that_there_is_none_of_is_refused_with_those_that_there_are(
    alice: Account, scopes: list[str], said: str
) -> None:
    with pytest.raises(InvalidRequest, match=f"{said}.*draw, read, admin") as caught:
        make_key(alice, "laptop", scopes)
    assert caught.value.param == "scopes"
    assert not ApiKey.objects.exists()


def test_a_key_opens_until_it_ends_and_no_longer(alice: Account) -> None:
    key, secret = make_key(alice, "laptop", expires_at=timezone.now() + timedelta(days=1))
    assert account_for_key(secret) == key
    assert state_of(key) == "good"
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert account_for_key(secret) is None
    assert state_of(ApiKey.objects.get()) == "expired"


def test_a_key_that_would_have_ended_already_is_not_made(alice: Account) -> None:
    with pytest.raises(InvalidRequest) as caught:
        make_key(alice, "laptop", expires_at=timezone.now())
    assert caught.value.param == "expires_at"


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

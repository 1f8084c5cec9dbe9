"""Whether somebody has an account here is not told: neither by an answer nor by the work that it took."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from limner.accounts.models import Account
from tests.cast import PASSWORD, make_account

pytestmark = pytest.mark.django_db

NOBODY = "zoe"
SOMEBODY = ["alice", "closed", "banned", "waiting", "elsewhere"]


@pytest.fixture(autouse=True)
def _people(settings: Settings) -> None:
    """Alice, and those who cannot sign in: each for a reason of their own that nobody else should learn."""
    settings.LIMNER_MAIL = True
    settings.LIMNER_SIGN_UP = "open"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
    for name in SOMEBODY:
        account = make_account(name)
        account.email = f"{name}@example.com"
        account.is_active = name in ("alice", "elsewhere")
        if name == "banned":
            account.banned_at = timezone.now()
        if name == "waiting":
            account.waiting_since = timezone.now()
        if name == "elsewhere":
            account.set_unusable_password()
        account.save()
        EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)


Told = tuple[int, str, str, int, int, int]


class Cost:
    """What an answer took."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hashed = 0
        encode = MD5PasswordHasher.encode

        def counted(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
            self.hashed += 1
            return encode(hasher, password, salt)

        monkeypatch.setattr(MD5PasswordHasher, "encode", counted)

    def of(self, path: str, form: dict[str, str]) -> Told:
        """The answer without its tokens, and passwords hashed, queries made and mails sent for it."""
        self.hashed, before = 0, len(mail.outbox)
        with CaptureQueriesContext(connection) as queries:
            answer = Client().post(path, form)
        return *_said(answer, form), self.hashed, len(queries), len(mail.outbox) - before


def _said(answer: Any, form: dict[str, str]) -> tuple[int, str, str]:
    page = re.sub(r"[\w-]{32,}", "", answer.content.decode())
    for typed in form.values():
        page = page.replace(typed, "…")
    return answer.status_code, answer.headers.get("location", ""), page


@pytest.mark.parametrize("address", ["", "@example.com"], ids=["name", "address"])
def test_a_wrong_password_is_answered_alike_whoever_it_is_for(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cost = Cost(monkeypatch)
    cost.of("/sign-in", {"login": "warm", "password": "wrong"})
    nobody = cost.of("/sign-in", {"login": f"{NOBODY}{address}", "password": "wrong"})
    assert nobody[0] == 400
    for name in SOMEBODY:
        told = cost.of("/sign-in", {"login": f"{name}{address}", "password": "wrong"})
        assert (*told[:4], told[-1]) == (*nobody[:4], nobody[-1]), name
        assert abs(told[4] - nobody[4]) <= 1, name  # one row more or less, beside a password's hash


def test_a_reset_is_answered_alike_and_mails_once_whoever_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    cost = Cost(monkeypatch)
    cost.of("/reset", {"email": "warm@example.com"})
    nobody = cost.of("/reset", {"email": f"{NOBODY}@example.com"})
    assert nobody[:2] == (302, "/reset/sent")
    for name in SOMEBODY:
        told = cost.of("/reset", {"email": f"{name}@example.com"})
        assert (*told[:4], told[-1]) == (*nobody[:4], nobody[-1]), name
        assert told[4] <= nobody[4] + 3, name  # rows that are read for the link, nothing beside a mail


def test_signing_up_with_an_address_that_somebody_has_is_answered_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    cost = Cost(monkeypatch)

    def sign_up(name: str, address: str) -> Told:
        return cost.of("/sign-up", {"username": name, "email": f"{address}@example.com", "password1": PASSWORD})

    free = sign_up("dora", "dora")
    assert free[:2] == (302, "/sign-up/confirm")
    for number, name in enumerate(SOMEBODY):
        taken = sign_up(f"eve{number}", name)
        assert (*taken[:4], taken[-1]) == (*free[:4], free[-1]), name
    assert not Account.objects.filter(username__startswith="eve").exists()

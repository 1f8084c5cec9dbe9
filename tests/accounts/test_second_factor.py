"""A second factor: an app's codes, recovery codes, passkeys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from limner.accounts.limits import forget_counts
from limner.accounts.models import Account
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _accounts_on(settings: Settings) -> Iterator[None]:
    settings.LIMNER_ACCOUNTS = True
    cache.clear()
    forget_counts()
    yield
    cache.clear()
    forget_counts()


@pytest.fixture(autouse=True)
def _a_confirmed_address(alice: Account) -> None:
    EmailAddress.objects.create(user=alice, email="alice@example.com", verified=True, primary=True)


def signed_in_again() -> Client:
    """Alice's browser, which has asked for her password once more: these pages want it."""
    browser = Client()
    browser.post("/sign-in", {"login": "alice", "password": PASSWORD})
    assert browser.get("/account/second/app")["location"].startswith("/account/again")
    assert "wordmark" in browser.get("/account/again").content.decode()
    browser.post("/account/again", {"password": PASSWORD})
    return browser


def code(secret: str) -> str:
    """What the app shows just now."""
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


@pytest.fixture
def secret(alice: Account) -> str:
    """Alice's app, and her recovery codes."""
    browser = signed_in_again()
    page = browser.get("/account/second/app")
    found = str(page.context["form"].secret)
    assert "data:image/svg+xml" in page.content.decode()
    answer = browser.post("/account/second/app", {"code": code(found)})
    assert answer["location"] == "/account/second/codes"
    assert "wordmark" in browser.get("/account/second/codes").content.decode()
    cache.clear()  # a code counts once: the next sign-in may come within its half minute here
    return found


def test_the_password_alone_does_not_open_the_account(client: Client, secret: str) -> None:
    assert secret not in str(Authenticator.objects.values_list("data", flat=True))
    assert client.post("/sign-in", {"login": "alice", "password": PASSWORD})["location"] == "/sign-in/second"
    assert "_auth_user_id" not in client.session
    assert client.get("/account/sessions")["location"].startswith("/sign-in")
    assert "wordmark" in client.get("/sign-in/second").content.decode()
    client.post("/sign-in/second", {"code": "000000"})
    assert "_auth_user_id" not in client.session
    assert client.post("/sign-in/second", {"code": code(secret)})["location"] == "/"
    assert "_auth_user_id" in client.session


def test_a_recovery_code_opens_it_once(secret: str, alice: Account) -> None:
    spare = Authenticator.objects.get(user=alice, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()[0]
    opened = []
    for _ in range(2):
        browser = Client()
        browser.post("/sign-in", {"login": "alice", "password": PASSWORD})
        browser.post("/sign-in/second", {"code": spare})
        opened.append("_auth_user_id" in browser.session)
    assert opened == [True, False]


def test_codes_cannot_be_guessed_for_long(client: Client, secret: str) -> None:
    client.post("/sign-in", {"login": "alice", "password": PASSWORD})
    for _ in range(10):
        client.post("/sign-in/second", {"code": "000000"})
    client.post("/sign-in/second", {"code": code(secret)})
    assert "_auth_user_id" not in client.session


def test_every_page_of_the_account_wears_our_look_and_runs_no_inline_script(alice: Account) -> None:
    client = signed_in_again()
    for there in (
        *("/account/second", "/account/second/app", "/account/second/passkeys", "/account/second/passkeys/add"),
        *("/account/sessions", "/account/password", "/account/email"),
    ):
        page = client.get(there)
        words = page.content.decode()
        assert page.status_code == 200, there
        assert "wordmark" in words, there
        assert "style=" not in words, there
        assert "<script>" not in words, there


def test_a_passkey_is_asked_for_by_the_browser_and_nonsense_is_refused(client: Client, alice: Account) -> None:
    page = client.get("/sign-in").content.decode()
    assert 'id="passkey_login"' in page
    asked = client.get("/sign-in/passkey", headers={"accept": "application/json"}).json()
    assert asked["request_options"]["publicKey"]["challenge"]
    client.post("/sign-in/passkey", {"credential": "{}"})
    assert "_auth_user_id" not in client.session

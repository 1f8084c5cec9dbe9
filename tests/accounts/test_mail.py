"""With mail an address is confirmed and a password reset; strangers learn nothing from either."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from limner.accounts.limits import forget_counts
from limner.accounts.models import Account
from limner.config.env import BadSetting
from limner.config.people import mail as mail_settings
from limner.config.people import providers
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db

ANOTHER = "a horse of another colour"


@pytest.fixture(autouse=True)
def _with_mail(settings: Settings) -> Iterator[None]:
    settings.LIMNER_ACCOUNTS = settings.LIMNER_MAIL = True
    settings.LIMNER_SIGN_UP = "open"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
    cache.clear()
    forget_counts()
    yield
    cache.clear()
    forget_counts()


@pytest.fixture
def alice(alice: Account) -> Account:
    alice.email = "alice@example.com"
    alice.save()
    return alice


def link(number: int = -1) -> str:
    """The path that a mail leads to."""
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[number].body))
    assert found
    return found[1]


def test_a_new_account_opens_when_its_address_is_confirmed(client: Client) -> None:
    form = {"username": "dora", "email": "dora@example.com", "password1": PASSWORD}
    assert client.post("/sign-up", form)["location"] == "/sign-up/confirm"
    assert "_auth_user_id" not in client.session
    assert mail.outbox[0].to == ["dora@example.com"]
    page = client.get(link())
    assert (page.status_code, "wordmark" in page.content.decode()) == (200, True)
    client.post(link())
    client.post("/sign-in", {"login": "dora", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(Account.objects.get(username="dora").pk)


def test_an_address_that_somebody_has_is_answered_as_a_free_one(client: Client, alice: Account) -> None:
    answers = [
        Client().post("/sign-up", {"username": name, "email": address, "password1": PASSWORD})
        for name, address in (("dora", "dora@example.com"), ("eve", "alice@example.com"))
    ]
    assert {(answer.status_code, answer["location"]) for answer in answers} == {(302, "/sign-up/confirm")}
    assert len(mail.outbox) == 2  # one to confirm, one that says there is an account already
    assert not Account.objects.filter(username="eve").exists()


def test_nor_is_it_told_by_waiting_to_be_let_in(settings: Settings, alice: Account) -> None:
    settings.LIMNER_SIGN_UP = "approval"
    answers = [
        Client().post("/sign-up", {"username": name, "email": address, "password1": PASSWORD})
        for name, address in (("dora", "dora@example.com"), ("eve", "alice@example.com"))
    ]
    assert {(answer.status_code, answer["location"]) for answer in answers} == {(302, "/sign-in/closed")}


def test_who_was_here_before_there_was_mail_comes_in(client: Client, bob: Account) -> None:
    assert not bob.email
    client.post("/sign-in", {"login": "bob", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(bob.pk)


def test_an_address_with_a_sign_that_nobody_sees_is_refused(client: Client) -> None:
    form = {"username": "dora", "email": "dora@exam\u202eple.com", "password1": PASSWORD}
    answer = client.post("/sign-up", form)
    assert (answer.status_code, "cannot be seen" in answer.content.decode()) == (400, True)


def test_a_password_is_reset_by_mail_and_other_sessions_end(client: Client, alice: Account) -> None:
    old = Client()
    old.force_login(alice)
    client.post("/reset", {"email": "alice@example.com"})
    there = client.get(link())
    assert "set-password" in there["location"]  # the key is out of the address
    client.post(there["location"], {"password1": ANOTHER, "password2": ANOTHER})
    alice.refresh_from_db()
    assert alice.check_password(ANOTHER)
    assert old.get("/account/sessions").status_code == 302
    assert Client().get(link()).status_code == 200  # spent: says so
    assert "set-password" not in Client().get(link()).headers.get("location", "")


def test_a_reset_for_nobody_is_answered_and_mailed_alike(client: Client, alice: Account) -> None:
    known, unknown = (
        client.post("/reset", {"email": address}) for address in ("alice@example.com", "zoe@example.com")
    )
    assert (
        (known.status_code, known["location"]) == (unknown.status_code, unknown["location"]) == (302, "/reset/sent")
    )
    assert [message.to for message in mail.outbox] == [["alice@example.com"], ["zoe@example.com"]]


def test_without_mail_the_page_says_whom_to_ask(client: Client, settings: Settings, alice: Account) -> None:
    settings.LIMNER_MAIL = False
    for answer in (client.get("/reset"), client.post("/reset", {"email": "alice@example.com"})):
        assert "limner user password NAME" in answer.content.decode()
    assert mail.outbox == []


def test_the_settings_of_mail_are_read_from_one_address() -> None:
    read = mail_settings("smtp://me%40x:p%3Aw@mail.example:2525", "", ("limner.example",), accounts=True)
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_HOST_USER"]) == ("mail.example", 2525, "me@x")
    assert (read["EMAIL_HOST_PASSWORD"], read["EMAIL_USE_TLS"], read["EMAIL_USE_SSL"]) == ("p:w", True, False)
    assert read["DEFAULT_FROM_EMAIL"] == "limner@limner.example"
    for bad in ("mail.example", "http://mail.example", "smtp://", "smtp://host:port"):
        with pytest.raises(BadSetting, match="LIMNER_MAIL_URL"):
            mail_settings(bad, "", ("limner.example",), accounts=True)
    with pytest.raises(BadSetting, match="needs LIMNER_HOSTS"):
        mail_settings("smtp://mail.example", "", (), accounts=True)


def test_a_provider_needs_both_of_its_settings() -> None:
    names = ("OIDC", "OIDC_ID", "OIDC_SECRET", "GOOGLE_ID", "GOOGLE_SECRET", "GITHUB_ID", "GITHUB_SECRET")
    none = {f"LIMNER_{name}": "" for name in names} | {"LIMNER_OIDC_NAME": "School"}
    assert providers(none) == {}
    both = none | {"LIMNER_GITHUB_ID": "id", "LIMNER_GITHUB_SECRET": "secret"}
    assert list(providers(both)) == ["github"]
    with pytest.raises(BadSetting, match="LIMNER_GOOGLE"):
        providers(none | {"LIMNER_GOOGLE_ID": "id"})
    with pytest.raises(BadSetting, match="LIMNER_OIDC is no issuer"):
        providers(none | {"LIMNER_OIDC": "http://login.example"})

"""Signing in by the word of another place: a real provider, on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from limner.accounts.models import Account
from limner.config.people import providers
from tests.accounts.openid import CLIENT, DORA, SECRET, Provider, provider
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(settings: Settings) -> Iterator[Provider]:
    with provider() as here:
        given = {
            "LIMNER_OIDC": here.url, "LIMNER_OIDC_NAME": "School", "LIMNER_OIDC_ID": CLIENT,
            "LIMNER_OIDC_SECRET": SECRET, "LIMNER_GOOGLE_ID": "", "LIMNER_GOOGLE_SECRET": "",
            "LIMNER_GITHUB_ID": "", "LIMNER_GITHUB_SECRET": "",
        }  # fmt: skip
        settings.LIMNER_ACCOUNTS = True
        settings.LIMNER_SIGN_UP = "open"
        settings.SOCIALACCOUNT_PROVIDERS = providers(given)
        cache.clear()
        yield here
        cache.clear()


def come_back(client: Client, *, state: str | None = None, ask: str = "") -> str:
    """Follow the button to the provider, say yes there, and come back; where that leads."""
    there = client.get(f"/sign-in/with/oidc{ask}")["location"]
    asked = parse_qs(urlsplit(there).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://testserver/sign-in/with/oidc/callback"]
    back = client.get("/sign-in/with/oidc/callback", {"code": "yes", "state": state or asked["state"][0]})
    return back.headers.get("location", "")


def test_the_button_is_there_only_where_the_setting_is(client: Client, school: Provider, settings: Settings) -> None:
    assert "Sign in with School" in client.get("/sign-in").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "Sign in with" not in client.get("/sign-in").content.decode()
    assert client.get("/sign-in/with/oidc").status_code == 404


def test_somebody_new_chooses_a_name_and_comes_back_by_the_button(client: Client, school: Provider) -> None:
    assert come_back(client) == "/sign-up/with"
    assert "code_verifier" in school.asked[0]
    page = client.get("/sign-up/with").content.decode()
    assert "<script>Dora" not in page
    assert client.post("/sign-up/with", {"username": "dora\u202e", "email": DORA["email"]}).status_code == 200
    assert client.post("/sign-up/with", {"username": "dora", "email": DORA["email"]})["location"] == "/"
    dora = Account.objects.get()
    assert (dora.username, dora.first_name, dora.has_usable_password()) == ("dora", "", False)
    assert dora.plan is not None
    again = Client()
    assert come_back(again, ask="?next=/gallery") == "/gallery"
    assert again.session["_auth_user_id"] == str(dora.pk)
    assert come_back(Client(), ask="?next=https://evil.example/") == "/"


def test_the_rules_of_sign_up_hold_for_them_too(client: Client, school: Provider, settings: Settings) -> None:
    settings.LIMNER_SIGN_UP = "invitation"
    assert come_back(client) == ""
    assert client.post("/sign-up/with", {"username": "dora", "email": DORA["email"]}).status_code in {302, 200}
    settings.LIMNER_SIGN_UP = "approval"
    waits = Client()
    come_back(waits)
    assert waits.post("/sign-up/with", {"username": "dora", "email": DORA["email"]})["location"] == "/sign-in/closed"
    dora = Account.objects.get()
    assert (dora.is_active, "_auth_user_id" in waits.session) == (False, False)


def test_an_address_at_the_other_place_opens_nobodys_account(
    client: Client, school: Provider, alice: Account
) -> None:
    alice.email = str(DORA["email"])
    alice.save()
    come_back(client)
    assert "_auth_user_id" not in client.session


def test_a_token_for_somebody_else_or_a_foreign_state_is_refused(client: Client, school: Provider) -> None:
    assert come_back(client, state="made-up") == ""
    school.audience = "another-client"
    assert come_back(client) == ""
    assert not Account.objects.exists()


def test_no_link_ties_another_place_to_an_account(client: Client, school: Provider, alice: Account) -> None:
    client.force_login(alice)
    assert "everything" not in client.get("/sign-in/with/oidc?scope=everything")["location"]
    come_back(client, ask="?process=connect")
    assert not alice.socialaccount_set.exists()  # type: ignore[attr-defined]


def test_the_same_number_at_another_place_is_somebody_else(
    client: Client, school: Provider, settings: Settings
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["provider_id"] = "oidc-of-another-issuer"
    come_back(client)
    client.post("/sign-up/with", {"username": "dora", "email": DORA["email"]})
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["provider_id"] = "oidc-of-this-one"
    assert come_back(Client()) == "/sign-up/with"


def test_who_has_no_password_here_may_set_one(client: Client, school: Provider) -> None:
    come_back(client)
    client.post("/sign-up/with", {"username": "dora", "email": DORA["email"]})
    client.post("/account/password/set", {"password1": PASSWORD, "password2": PASSWORD})
    assert Account.objects.get(username="dora").check_password(PASSWORD)


def test_a_place_that_no_setting_names_is_not_there(client: Client, school: Provider) -> None:
    for path in ("google", "google/callback", "github", "github/callback", "elsewhere"):
        assert client.get(f"/sign-in/with/{path}").status_code == 404

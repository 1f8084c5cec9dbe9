"""A form that another site sends in somebody's name, and where its answer may lead: nowhere, and only home."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from limner.accounts.models import Account
from tests.cast import PASSWORD, signed_in
from tests.security.doors import DOORS
from tests.security.pages import PAGES
from tests.security.ruling import RULING
from tests.security.table import rows
from tests.security.things import Asker, ruled_by, things_of

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
]
NEW = {"username": "dora", "email": "dora@example.com", "password1": PASSWORD}


def test_no_form_is_taken_without_its_token(alice: Account, bob: Account) -> None:
    """Whoever sends it: to sign somebody in unasked is an attack too. Only browsers report without one."""
    things = things_of(alice, bob) | ruled_by(alice)
    sent = [row for row in rows({**PAGES, **DOORS, **RULING}) if row.method == "POST" and row.path != "/csp-report"]
    assert len(sent) > 50
    taken = {
        row.name: told
        for row in sent
        if (told := [Asker(who, strict=True).ask(row, things) for who in (alice, None)]) != [403, 403]
    }
    assert not taken


@pytest.mark.parametrize("there", ELSEWHERE)
def test_nobody_is_led_to_another_place(there: str, alice: Account, settings: Settings) -> None:
    settings.LIMNER_SIGN_UP = "open"
    here = signed_in(alice)
    password = {"login": "alice", "password": PASSWORD, "next": there}
    answers = {
        "sign in": Client().post("/sign-in", password),
        "signed in already": here.get("/sign-in", {"next": there}),
        "sign up": Client().post("/sign-up", {**NEW, "next": there}),
        "once more": here.post("/account/again", {"password": PASSWORD, "next": there}),
        "a new password": here.get("/account/password/set", {"next": there}),
        "language": here.post("/language", {"language": "es", "next": there}),
        "language by where one was": here.post("/language", {"language": "es"}, headers={"referer": there}),
        "a style": here.post("/styles/add", {"name": "s", "words": "{prompt}, s", "next": there}),
        "sign out": here.post("/sign-out", {"next": there}),
    }
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 302} == {}
    assert [
        name for name, answer in answers.items() if "evil" in answer["location"] or ":" in answer["location"]
    ] == []


def test_an_address_of_the_site_leads_to_the_site_alone(alice: Account) -> None:
    """No path may make a redirect to another host by its slashes."""
    for path in ("//evil.example/sign-in", "/%2f%2fevil.example/", "//evil.example//", "/\\evil.example"):
        location = signed_in(alice).get(path).headers.get("location", "")
        assert not location.startswith(("//", "/\\", "http")), path


def test_a_session_is_another_one_after_signing_up_and_signing_out(client: Client, settings: Settings) -> None:
    settings.LIMNER_SIGN_UP = "open"
    planted = client.session
    planted["planted"] = True
    planted.save()
    assert client.post("/sign-up", NEW).status_code == 302
    inside = client.session.session_key or ""
    assert inside != planted.session_key
    client.post("/sign-out")
    assert client.session.session_key != inside
    assert "planted" not in client.session
    assert not type(planted)(inside).exists(inside)


def test_a_reset_that_was_mailed_is_no_way_in_without_the_mail(alice: Account, settings: Settings) -> None:
    settings.LIMNER_MAIL = True
    Account.objects.filter(pk=alice.pk).update(email="alice@example.com")
    assert Client().post("/reset", {"email": "alice@example.com"}).status_code == 302
    assert len(mail.outbox) == 1
    Client().post("/reset/1-set-password", {"password1": "another horse 77", "password2": "another horse 77"})
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)

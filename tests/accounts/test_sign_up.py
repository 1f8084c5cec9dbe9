"""Who may make an account: nobody, the invited, whoever asks, everybody; and the very first."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from limner.accounts import people
from limner.accounts.keys import digest
from limner.accounts.models import Account, Invitation, Plan
from limner.accounts.services import no_owner_can_sign_in
from limner.accounts.sign_in import owner
from limner.errors import LimnerError
from limner.moderation import audit
from tests.cast import PASSWORD, signed_in

pytestmark = pytest.mark.django_db

FORM = {"username": "dora", "email": "dora@example.com", "password1": PASSWORD}


@pytest.fixture(autouse=True)
def _accounts_on(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True
    settings.LIMNER_SIGN_UP = "invitation"
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def staff(alice: Account) -> Account:
    alice.is_staff = True
    alice.save()
    return alice


def sign_up(client: Client, **more: object) -> int:
    return client.post("/sign-up", {**FORM, **more}).status_code


@pytest.mark.parametrize("mode", ["off", "invitation"])
def test_without_an_invitation_nobody_gets_in(client: Client, settings: Settings, mode: str) -> None:
    settings.LIMNER_SIGN_UP = mode
    assert "You need an invitation" in client.get("/sign-up?invitation=guessed").content.decode()
    sign_up(client)
    assert not Account.objects.filter(username="dora").exists()


def test_an_invitation_lets_in_as_many_as_it_has_places_and_gives_its_plan(staff: Account) -> None:
    plan = Plan.objects.create(name="pupils")
    _, secret = people.invite(staff, "class 4b", plan, uses=1, days=1)
    first, second = Client(), Client()
    for client in (first, second):
        answer = client.get(f"/sign-up?invitation={secret}")
        assert (answer.status_code, answer["location"]) == (302, "/sign-up")  # the secret is out of the address
    assert sign_up(first) == 302
    assert sign_up(second, username="eve", email="") != 302
    dora = Account.objects.get(username="dora")
    assert dora.plan == plan
    assert first.session["_auth_user_id"] == str(dora.pk)
    assert not Account.objects.filter(username="eve").exists()


def test_the_last_place_is_given_once(staff: Account) -> None:
    _, secret = people.invite(staff)
    people.redeem(digest(secret))
    with pytest.raises(LimnerError, match="has been used"):
        people.redeem(digest(secret))


@pytest.mark.parametrize("end", ["revoked", "made by somebody who may not any more"])
def test_an_invitation_that_is_over_lets_nobody_in(client: Client, staff: Account, end: str) -> None:
    invitation, secret = people.invite(staff)
    if end == "revoked":
        people.revoke_invitation(staff, invitation)
    else:
        Account.objects.filter(pk=staff.pk).update(is_staff=False)
    assert "You need an invitation" in client.get(f"/sign-up?invitation={secret}").content.decode()


def test_what_the_form_does_not_ask_for_is_not_taken(client: Client, settings: Settings) -> None:
    settings.LIMNER_SIGN_UP = "open"
    school = Plan.objects.create(name="school", for_new_people=True)
    powers = {"is_staff": "on", "is_superuser": "on", "plan": "1", "first_name": "x", "is_active": "on"}
    assert sign_up(client, **powers) == 302
    dora = Account.objects.get(username="dora")
    assert (dora.is_staff, dora.is_superuser, dora.first_name, dora.plan) == (False, False, "", school)


@pytest.mark.parametrize("name", ["a@b.c", "<b>x</b>", "ab\u202ecd", "a b", "owner", "Owner", "al\u200bice"])
def test_a_name_is_letters_digits_and_three_signs(client: Client, settings: Settings, name: str) -> None:
    settings.LIMNER_SIGN_UP = "open"
    assert sign_up(client, username=name) == 400
    assert not Account.objects.filter(email=FORM["email"]).exists()


def test_by_approval_somebody_waits_until_they_are_let_in(settings: Settings, staff: Account, bob: Account) -> None:
    settings.LIMNER_SIGN_UP = "approval"
    newcomer = Client()
    assert newcomer.post("/sign-up", FORM)["location"] == "/sign-in/closed"
    dora = Account.objects.get(username="dora")
    assert not dora.is_active
    assert newcomer.post("/sign-in", {"login": "dora", "password": PASSWORD})["location"] == "/sign-in/closed"
    there = f"/admin/people/{dora.public_id}/change"
    assert signed_in(bob).post(there, {"do": "let-in"}).status_code == 404
    assert "dora@example.com" in signed_in(staff).get("/admin/people?kind=waiting").content.decode()
    assert signed_in(staff).post(there, {"do": "let-in"}).status_code == 302
    assert newcomer.post("/sign-in", {"login": "dora", "password": PASSWORD})["location"] == "/"


def test_who_is_turned_away_is_forgotten_and_nobody_else_can_be(settings: Settings, staff: Account) -> None:
    settings.LIMNER_SIGN_UP = "approval"
    sign_up(Client())
    browser = signed_in(staff)
    for account in (Account.objects.get(username="dora"), staff):
        browser.post(f"/admin/people/{account.public_id}/change", {"do": "turn-away"})
    assert [account.username for account in Account.objects.all()] == ["alice"]


def test_the_page_of_invitations_shows_a_link_once_and_is_for_staff(staff: Account, bob: Account) -> None:
    assert signed_in(bob).get("/admin/invitations").status_code == 404
    assert Client().get("/admin/invitations")["location"].startswith("/sign-in")
    browser = signed_in(staff)
    answer = browser.post("/admin/invitations", {"note": "<b>Eve</b>", "uses": 2, "days": 3}, follow=True)
    made = answer.content.decode()
    found = re.search(r"http://testserver/sign-up\?invitation=([\w-]{43})", made)
    assert found
    assert "<b>Eve" not in made
    assert found[1] not in browser.get("/admin/invitations").content.decode()
    invitation = Invitation.objects.get()
    assert invitation.digest == digest(found[1])
    browser.post(f"/admin/invitations/{invitation.public_id}/revoke")
    assert not people.lets_in(invitation.digest)
    assert list(audit.entries().values_list("verb", flat=True)) == ["revoke", "invite"]


class TestTheFirstOwner:
    def test_takes_over_the_personal_account_by_the_link(self, client: Client) -> None:
        personal, token = owner(), people.first_link_token()
        assert client.get(f"/sign-up?first={token}")["location"] == "/sign-up"
        assert "You are the first here" in client.get("/sign-up").content.decode()
        assert sign_up(client) == 302
        personal.refresh_from_db()
        assert (personal.username, personal.is_superuser) == ("dora", True)
        assert personal.check_password(PASSWORD)
        assert client.session["_auth_user_id"] == str(personal.pk)
        assert owner() == personal
        assert not no_owner_can_sign_in()

    def test_the_link_is_spent_and_of_two_browsers_one_wins(self) -> None:
        token = people.first_link_token()
        first, second = Client(), Client()
        for browser in (first, second):
            browser.get(f"/sign-up?first={token}")
        assert sign_up(first) == 302
        assert sign_up(second, username="eve") != 302
        assert Account.objects.count() == 1
        assert people.first_account(token) is None

    def test_two_who_passed_the_check_together_do_not_both_take_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        token = people.first_link_token()
        seen = people.first_account(token)
        people.take_over(token, "dora", "", "hash-of-dora")
        monkeypatch.setattr(people, "first_account", lambda token: seen)
        with pytest.raises(LimnerError, match="has been used"):
            people.take_over(token, "eve", "", "hash-of-eve")
        assert owner().username == "dora"

    def test_opens_nothing_where_an_owner_can_sign_in_already(self, client: Client, alice: Account) -> None:
        token = people.first_link_token()
        assert client.get(f"/sign-up?first={token}")["location"] == "/sign-up"  # alice is not one, and spends nothing
        client.logout()
        Account.objects.filter(pk=alice.pk).update(is_superuser=True)
        assert "You need an invitation" in client.get(f"/sign-up?first={token}").content.decode()

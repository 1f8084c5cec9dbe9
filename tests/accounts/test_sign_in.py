"""Personal mode has an owner and no sign-in; with accounts on, a plain page asks for name and password."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from limner.accounts.limits import SIGN_IN_TRIES, forget_counts
from limner.accounts.models import Account
from limner.accounts.sign_in import account_of, owner
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> Iterator[None]:
    forget_counts()
    yield
    forget_counts()


@pytest.fixture
def accounts_on(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True


def sign_in(client: Client, name: str = "alice", password: str = PASSWORD, **more: str) -> int:
    return client.post("/sign-in", {"login": name, "password": password, **more}).status_code


def test_in_personal_mode_everybody_at_the_machine_is_the_owner() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert account_of(request) == owner()


def test_the_owner_is_made_once_on_the_unlimited_plan_and_has_no_password() -> None:
    first, second = owner(), owner()
    assert first.pk == second.pk
    assert first.plan is not None
    assert first.plan.name == "unlimited"
    assert first.plan.credits_per_month is None
    assert not first.has_usable_password()


def test_in_personal_mode_there_is_nothing_to_sign_in_to(client: Client) -> None:
    answer = client.get("/sign-in")
    assert (answer.status_code, answer["location"]) == (302, "/")


@pytest.mark.usefixtures("accounts_on")
class TestWithAccountsOn:
    def test_a_stranger_is_nobody(self) -> None:
        request = RequestFactory().get("/")
        request.user = AnonymousUser()
        assert account_of(request) is None

    def test_a_closed_account_is_nobody(self, alice: Account) -> None:
        alice.is_active = False
        request = RequestFactory().get("/")
        request.user = alice
        assert account_of(request) is None

    def test_name_and_password_open_a_session(self, client: Client, alice: Account) -> None:
        assert sign_in(client) == 302
        cookie = client.cookies["limner_session"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["secure"]
        assert client.session["_auth_user_id"] == str(alice.pk)

    def test_over_https_the_cookies_stay_there(self, client: Client, alice: Account) -> None:
        client.get("/sign-in", secure=True)
        client.post("/sign-in", {"login": "alice", "password": PASSWORD}, secure=True)
        assert client.cookies["limner_session"]["secure"]
        assert client.cookies["limner_csrf"]["secure"]

    def test_a_wrong_password_says_nothing_about_which_half_was_wrong(self, client: Client, alice: Account) -> None:
        wrong = client.post("/sign-in", {"login": "alice", "password": "nonsense"})
        nobody = client.post("/sign-in", {"login": "zoe", "password": "nonsense"})
        assert wrong.status_code == nobody.status_code == 400
        assert "do not go together" in wrong.content.decode()
        assert "do not go together" in nobody.content.decode()

    def test_too_many_wrong_passwords_close_the_door_for_a_while(self, client: Client, alice: Account) -> None:
        for _ in range(SIGN_IN_TRIES):
            assert sign_in(client, password="nonsense") == 400
        answer = client.post("/sign-in", {"login": "Alice", "password": PASSWORD})
        assert answer.status_code == 429
        assert 1 <= int(answer["retry-after"]) <= 600
        assert "Too many attempts" in answer.content.decode()

    def test_one_persons_mistakes_do_not_shut_another_out(self, client: Client, alice: Account, bob: Account) -> None:
        for _ in range(SIGN_IN_TRIES):
            sign_in(client, password="nonsense")
        assert sign_in(client, "bob") == 302

    def test_a_form_of_another_page_is_refused(self, alice: Account) -> None:
        assert sign_in(Client(enforce_csrf_checks=True)) == 403

    def test_after_sign_in_nobody_is_sent_to_another_site(self, client: Client, alice: Account) -> None:
        answer = client.post("/sign-in", {"login": "alice", "password": PASSWORD, "next": "https://evil.example/"})
        assert answer["location"] == "/"

    def test_an_address_and_password_open_a_session_too(self, client: Client, alice: Account) -> None:
        Account.objects.filter(pk=alice.pk).update(email="alice@example.com")
        assert sign_in(client, "Alice@example.com") == 302
        assert client.session["_auth_user_id"] == str(alice.pk)

    def test_a_session_that_was_there_before_signing_in_is_another_afterwards(
        self, client: Client, alice: Account
    ) -> None:
        session = client.session
        session["planted"] = True
        session.save()
        assert sign_in(client) == 302
        assert client.session.session_key != session.session_key

    @pytest.mark.parametrize(
        "login", ["alice", "alice@example.com", "nobody", "nobody@example.com", "closed", "closed@example.com"]
    )
    def test_a_wrong_password_costs_one_hash_whoever_it_is_for(
        self, client: Client, alice: Account, bob: Account, login: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Account.objects.filter(pk=alice.pk).update(email="alice@example.com")
        Account.objects.filter(pk=bob.pk).update(username="closed", email="closed@example.com", is_active=False)
        hashed: list[str] = []
        encode = MD5PasswordHasher.encode

        def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
            hashed.append(password)
            return encode(self, password, salt)

        monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
        assert sign_in(client, login, "nonsense") == 400
        assert len(hashed) == 1

    @pytest.mark.parametrize("there", ["//evil.example", "https:evil.example", "http://localhost.evil.example/"])
    def test_nor_by_an_address_that_only_looks_like_ours(self, client: Client, alice: Account, there: str) -> None:
        assert client.post(f"/sign-in?next={there}", {"login": "alice", "password": PASSWORD})["location"] == "/"

    def test_signing_out_everywhere_else_leaves_this_browser_signed_in(self, client: Client, alice: Account) -> None:
        other = Client()
        assert sign_in(other) == sign_in(client) == 302
        assert client.get("/account/sessions").content.decode().count("<li>") == 2
        client.post("/account/sessions")
        assert other.get("/account/sessions")["location"].startswith("/sign-in")
        assert client.get("/account/sessions").status_code == 200

    def test_signing_out_takes_a_post(self, client: Client, alice: Account) -> None:
        client.force_login(alice)
        assert client.get("/sign-out").status_code == 405
        answer = client.post("/sign-out")
        assert (answer.status_code, answer["location"]) == (302, "/sign-in")
        assert "_auth_user_id" not in client.session

    def test_the_refusal_of_a_strange_form_is_a_page_of_ours(self, alice: Account) -> None:
        answer = Client(enforce_csrf_checks=True).post("/sign-in", {"login": "alice", "password": PASSWORD})
        assert "That page was too old" in answer.content.decode()
        assert "style=" not in answer.content.decode()

"""Accounts and keys from the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.process import Process, limner

PASSWORD = "seventeen green bottles"
ON = {"LIMNER_ACCOUNTS": "on"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("people") / "home"


def test_an_account_is_made_with_a_password_from_standard_input(home: Path) -> None:
    done = limner(home, "user", "add", "alice", "--password-stdin", given=PASSWORD + "\n", **ON)
    assert (done.returncode, done.stdout) == (0, "Account alice is made.\n")
    again = limner(home, "user", "add", "alice", "--password-stdin", given=PASSWORD + "\n", **ON)
    assert again.returncode == 2
    assert "already exists" in again.stderr
    listed = limner(home, "user", "list", **ON).stdout
    assert re.search(r"^alice +unlimited +\d{4}-\d\d-\d\d +never", listed, re.M)


def test_an_easy_password_is_refused(home: Path) -> None:
    done = limner(home, "user", "add", "bob", "--password-stdin", given="password\n", **ON)
    assert done.returncode == 2
    assert "too short" in done.stderr


def test_without_a_terminal_the_way_is_told(home: Path) -> None:
    done = limner(home, "user", "add", "carol", **ON)
    assert done.returncode == 2
    assert "--password-stdin" in done.stderr


def test_in_personal_mode_one_is_told_that_nobody_signs_in(home: Path) -> None:
    done = limner(home, "user", "add", "dora", "--password-stdin", given=PASSWORD + "\n")
    assert "LIMNER_ACCOUNTS=on" in done.stderr


@pytest.mark.extra
def test_a_key_is_shown_once_opens_the_api_and_is_revoked(home: Path) -> None:
    limner(home, "user", "add", "erin", "--password-stdin", given=PASSWORD + "\n", **ON)
    made = limner(home, "key", "add", "erin", "--name", "laptop", **ON)
    secret = made.stdout.strip()
    assert re.fullmatch(r"lim-[a-z0-9]{8}-[\w-]{43}", secret)
    listed = limner(home, "key", "list", "erin", **ON).stdout
    assert secret not in listed
    assert re.search(rf"^{secret[:12]}… +laptop +erin +all .*never +good *$", listed, re.M)
    with Process(home, "web", **ON) as web:
        web.wait_for("/livez")
        assert web.ask("GET", "/v1/models").status == 401
        assert web.ask("GET", "/v1/models", authorization=f"Bearer {secret}").status == 200
        revoked = limner(home, "key", "revoke", secret[:12], **ON)
        assert revoked.returncode == 0
        assert web.ask("GET", "/v1/models", authorization=f"Bearer {secret}").status == 401
        assert web.stop() == 0
    assert "revoked" in limner(home, "key", "list", **ON).stdout


def test_a_key_can_be_narrow_and_end(home: Path) -> None:
    limner(home, "user", "add", "fay", "--password-stdin", given=PASSWORD + "\n", **ON)
    narrow = ("--scope", "read", "--scope", "draw")
    made = limner(home, "key", "add", "fay", "--name", "kiosk", *narrow, "--expires", "2999-01-31", **ON)
    assert made.returncode == 0, made.stderr
    limner(home, "key", "add", "fay", "--name", "guest", "--expires", "30d", **ON)
    listed = limner(home, "key", "list", "fay", COLUMNS="120", **ON).stdout
    assert re.search(r"^lim-\w{8}… +kiosk +fay +draw read .* good until 2999-01-31 00:00 *$", listed, re.M)
    assert re.search(r"^lim-\w{8}… +guest +fay +all .* good until \d{4}-\d\d-\d\d \d\d:\d\d *$", listed, re.M)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scope", "paint"), "Scopes are: draw, read, admin"),
        (("--expires", "soon"), "2027-01-31"),
        (("--expires", "2001-01-01"), "expired already"),
    ],
)
def test_a_key_that_cannot_be_is_refused_in_plain_words(home: Path, words: tuple[str, ...], said: str) -> None:
    refused = limner(home, "key", "add", *words)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_key_is_revoked_by_the_whole_of_it_too(home: Path) -> None:
    secret = limner(home, "key", "add").stdout.strip()
    revoked = limner(home, "key", "revoke", secret)
    assert revoked.returncode == 0
    assert secret not in revoked.stdout
    assert limner(home, "key", "revoke", secret[:11]).returncode == 2


def test_a_key_needs_an_account_that_is_there(home: Path) -> None:
    assert limner(home, "key", "add", **ON).returncode == 2
    nobody = limner(home, "key", "add", "zoe", **ON)
    assert nobody.returncode == 2
    assert "limner user add zoe" in nobody.stderr
    nothing = limner(home, "key", "revoke", "lim-nothing", **ON)
    assert nothing.returncode == 2
    assert "No key begins with" in nothing.stderr


@pytest.mark.extra
def test_the_owner_can_be_given_a_password(home: Path) -> None:
    done = limner(home, "user", "password", "owner", "--password-stdin", given=PASSWORD + "\n")
    assert done.returncode == 0
    with Process(home, "web", **ON) as web:
        web.wait_for("/livez")
        page = web.ask("GET", "/sign-in")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        cookie = page.headers["set-cookie"].split(";")[0]
        assert token is not None
        form = f"login=owner&password={PASSWORD.replace(' ', '+')}&csrfmiddlewaretoken={token[1]}".encode()
        kind = "application/x-www-form-urlencoded"
        answer = web.ask("POST", "/sign-in", form, content_type=kind, cookie=cookie)
        assert (answer.status, answer.headers["location"]) == (302, "/")
        session = re.search(r"limner_session=\w+", answer.headers["set-cookie"])
        assert session is not None
        assert web.ask("GET", "/", cookie=session[0]).status == 200
        assert web.stop() == 0


def test_the_first_start_with_accounts_prints_a_link_for_the_owner_and_later_ones_do_not(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Process(home, "web", **ON) as web:
        web.wait_for("/livez")
        web.wait_until(lambda: "/sign-up?first=" in web.said())
        path = re.search(rf"http://127\.0\.0\.1:{web.port}(/sign-up\?first=\S+)", web.said())
        assert path is not None
        assert web.ask("GET", path[1]).headers["location"] == "/sign-up"
    limner(home, "user", "password", "owner", "--password-stdin", given=PASSWORD + "\n", **ON)
    with Process(home, "web", **ON) as web:
        web.wait_for("/livez")
        web.wait_until(lambda: "Limner is at" in web.said())
        assert "You need an invitation" in web.ask("GET", path[1]).text
        assert "Nobody owns" not in web.said()

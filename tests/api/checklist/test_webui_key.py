"""AUTOMATIC1111's API where people have accounts: the password is a key, and everybody's settings are their own."""

from __future__ import annotations

import base64

import httpx

from tests.api.checklist.conftest import PATIENCE, Accounts

SMALL = {"prompt": "a red boat on the sea", "width": 256, "height": 256, "steps": 4}


def signed_in(accounts: Accounts, user: str, password: str) -> httpx.Client:
    return httpx.Client(base_url=f"{accounts.url}/sdapi/v1", auth=(user, password), timeout=PATIENCE)


def test_120_a_wrong_password_is_refused_by_basic_sign_in(accounts: Accounts) -> None:
    for header in ({}, {"authorization": ""}, {"authorization": "Basic"}, basic("alice", "wrong")):
        answer = httpx.get(f"{accounts.url}/sdapi/v1/options", headers=header, timeout=PATIENCE)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic")
        assert answer.json()["detail"].startswith("Incorrect username or password")


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_120_the_password_is_a_key_whatever_the_name(accounts: Accounts) -> None:
    for user in ("alice", "anybody", ""):
        with signed_in(accounts, user, accounts.alice) as webui:
            assert webui.get("/options").status_code == 200


def test_120_what_one_person_sets_is_not_set_for_another(accounts: Accounts) -> None:
    with signed_in(accounts, "alice", accounts.alice) as hers, signed_in(accounts, "bob", accounts.bob) as his:
        assert hers.post("/options", json={"samples_format": "jpg"}).status_code == 200
        assert hers.get("/options").json()["samples_format"] == "jpg"
        assert his.get("/options").json()["samples_format"] == "png"
        image = hers.post("/txt2img", json=SMALL).json()["images"][0]
        assert base64.b64decode(image).startswith(b"\xff\xd8\xff")
        told = hers.post("/png-info", json={"image": image}).json()
        assert "Steps: 4," in told["info"]


def test_120_a_blocked_word_is_refused_in_plain_words(accounts: Accounts) -> None:
    with signed_in(accounts, "alice", accounts.alice) as webui:
        answer = webui.post("/txt2img", json={**SMALL, "prompt": "a basilisk"})
        assert answer.status_code == 400
        assert isinstance(answer.json()["detail"], str)

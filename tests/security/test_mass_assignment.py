"""What a form or a body does not ask for is not taken from it: standing, plan, credits, owner, price."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from limner.accounts import credits
from limner.accounts.keys import make_key
from limner.accounts.models import Account, ApiKey, Plan, Scope
from limner.gallery.models import Album, Picture
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.prompts.models import KeptStyle
from tests.cast import PASSWORD, signed_in
from tests.gallery.people import keep

ANOTHER = "a horse of another colour"


def powers(alice: Account) -> dict[str, str]:
    """Every column that would be worth something to Bob, by all names that it could go by."""
    return {
        "is_staff": "on", "is_superuser": "1", "is_active": "1", "is_guest": "", "user_permissions": "1",
        "plan": "unlimited", "plan_id": "1", "credits": "1000000", "millicredits": "1000000", "bytes_kept": "0",
        "account": str(alice.pk), "account_id": str(alice.pk), "user": str(alice.pk), "owner": str(alice.pk),
        "public": "1", "likes": "99", "state": "done", "price": "0", "predicted": "0", "priority": "9",
        "attempt": "7", "public_id": "00000000-0000-0000-0000-000000000007", "id": "7", "pk": "7",
        "blob": "etc/passwd", "job": "1", "everybody": "1", "taken_down_at": "", "waiting_since": "",
    }  # fmt: skip


def standing(account: Account) -> tuple[object, ...]:
    account.refresh_from_db()
    fresh = Account.objects.get(pk=account.pk)
    return fresh.is_staff, fresh.is_superuser, fresh.is_guest, fresh.plan, fresh.username, fresh.bytes_kept


@pytest.mark.django_db
def test_no_page_takes_more_than_its_form_asks_for(alice: Account, bob: Account) -> None:
    Account.objects.filter(pk=bob.pk).update(plan=Plan.objects.create(name="pupils", credits_per_month=10_000))
    bob.refresh_from_db()
    mine = keep(bob)
    before, left, more = standing(bob), credits.left(bob), powers(alice)
    browser = signed_in(bob)
    forms: dict[str, dict[str, str]] = {
        "/styles/add": {"name": "mine", "words": "{prompt}, mine"},
        "/albums": {"name": "boats"},
        "/account/keys": {"name": "laptop", "scopes": Scope.DRAW, "digest": "x", "prefix": "mine"},
        "/account/email": {"email": "bob@example.com", "action_add": ""},
        "/account/password": {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER},
        "/make": {"prompt": "a red boat"},
        f"/pictures/{mine.public_id}/share": {},
        f"/pictures/{mine.public_id}/trash": {},
        f"/pictures/{mine.public_id}/restore": {},
        "/history/selected": {"verb": "trash", "picture": str(mine.public_id)},
        "/begin-with": {"model": "storybook"},
    }
    for path, form in forms.items():
        assert browser.post(path, {**more, **form}).status_code < 500, path
    assert standing(bob) == before
    assert Job.objects.get().state == State.QUEUED
    assert Job.objects.get().price == (left or 0) - (credits.left(bob) or 0) > 0
    owned: list[KeptStyle | Album | ApiKey | Job] = [
        *KeptStyle.objects.all(),
        *Album.objects.all(),
        *ApiKey.objects.all(),
        *Job.objects.all(),
    ]
    assert len(owned) == 4
    assert {one.account_id for one in owned} == {bob.pk}
    assert ApiKey.objects.get().prefix != "mine"
    picture = Picture.objects.get()
    assert (picture.account, picture.public, picture.likes, picture.blob) == (bob, False, 0, mine.blob)


@pytest.mark.django_db(transaction=True)
def test_no_body_of_a_program_takes_more_than_is_documented(alice: Account, bob: Account) -> None:
    Account.objects.filter(pk=bob.pk).update(plan=Plan.objects.create(name="pupils", credits_per_month=10_000))
    bob.refresh_from_db()
    before, more = standing(bob), powers(alice)
    authorization = {"authorization": f"Bearer {make_key(bob, 'test')[1]}"}
    narrow = {"authorization": f"Bearer {make_key(bob, 'narrow', [Scope.DRAW])[1]}"}
    client = Client()
    for path, asked in {
        "/api/v1/jobs": {"prompt": "a red boat"},
        "/api/v1/keys": {"name": "another"},
    }.items():
        sent = client.post(
            path, json.dumps({**more, **asked}), content_type="application/json", headers=authorization
        )
        assert sent.status_code in (200, 201, 202, 400), (path, sent.content)
    made = client.post("/api/v1/keys", json.dumps({"name": "wide"}), content_type="application/json", headers=narrow)
    assert made.status_code == 403, "a key that may only draw makes none that may more"
    assert standing(bob) == before
    assert {key.account_id for key in ApiKey.objects.all()} == {bob.pk}
    assert {(job.account_id, job.state) for job in Job.objects.all()} <= {(bob.pk, State.QUEUED)}
    assert all(job.price > 0 for job in Job.objects.all())

"""What a moderator decides holds: for what comes later too, and for no more than was looked at."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from limner.accounts.models import Account
from limner.errors import NotAllowed
from limner.gallery import publishing
from limner.gallery.models import Picture
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.moderation.models import Flag, Rule
from limner.ops import people
from tests.cast import signed_in
from tests.gallery.people import keep
from tests.jobs.house import ask
from tests.storage.kept import pictures

__all__ = ["pictures"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pictures")]


@pytest.fixture(autouse=True)
def _accounts_on(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True


@pytest.fixture
def moderator(db: None) -> Client:
    return signed_in(Account.objects.create_user(username="mona", password="x", is_staff=True))


def flagged(account: Account, *, n: int = 1) -> Job:
    Rule.objects.create(name="robots", kind="words", pattern="robot", action="flag")
    return ask(account, n=n)


def decide(moderator: Client, kind: Flag.Kind, verb: str) -> None:
    flag = Flag.objects.get(kind=kind)
    moderator.post(f"/admin/moderation/flags/{flag.public_id}", {"do": verb, "reason": "Because."})


def publish(picture: Picture, account: Account, *, public: bool = True) -> Picture:
    asked = {"public": "1" if public else "", "shows_prompt": "on", "licence": "reserved"}
    signed_in(account).post(f"/pictures/{picture.public_id}/publish", asked)
    picture.refresh_from_db()
    return picture


def test_a_picture_that_comes_after_its_job_was_taken_down_is_not_public(
    moderator: Client, alice: Account, settings: Settings
) -> None:
    settings.LIMNER_GALLERY = "wall"
    job = flagged(alice, n=2)
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING)
    first = keep(alice, job=job.public_id, index=0)
    decide(moderator, Flag.Kind.RULE, "take_down")
    job.refresh_from_db()
    first.refresh_from_db()
    assert job.cancel_requested
    assert first.taken_down_at
    late = keep(alice, job=job.public_id, index=1)
    assert not late.public
    assert not publish(late, alice).public


def test_a_ban_that_ends_leaves_what_a_rule_found_to_be_looked_at(moderator: Client, alice: Account) -> None:
    picture = keep(alice, job=flagged(alice).public_id, index=0)
    decide(moderator, Flag.Kind.RULE, "ban")
    moderator.post(f"/admin/people/{alice.public_id}/change", {"do": "unban", "reason": "Because."})
    alice.refresh_from_db()
    assert alice.is_active
    assert publish(picture, alice).waiting_since


def test_who_dismisses_an_old_report_has_not_looked_at_what_waits_now(
    moderator: Client, alice: Account, bob: Account, settings: Settings
) -> None:
    picture = keep(alice, public=True)
    for client, reason in ((signed_in(bob), "spam"), (moderator, "hate")):
        client.post(f"/pictures/{picture.public_id}/report", {"reason": reason})
    publish(picture, alice, public=False)
    settings.LIMNER_GALLERY_APPROVE = True
    assert publish(picture, alice).waiting_since
    flag = Flag.objects.get(reason="spam")
    moderator.post(f"/admin/moderation/flags/{flag.public_id}", {"do": "dismiss"})
    still_open = Flag.objects.filter(settled_at=None).values_list("kind", "reason")
    assert set(still_open) == {("report", "hate"), ("waiting", "")}


@pytest.mark.parametrize("meanwhile", ["nothing", "taken back", "banned", "banned for a while"])
def test_what_is_put_back_is_as_public_as_was_decided_meanwhile(
    moderator: Client, alice: Account, bob: Account, meanwhile: str
) -> None:
    picture = publish(keep(alice), alice)
    signed_in(bob).post(f"/pictures/{picture.public_id}/report", {"reason": "spam"})
    decide(moderator, Flag.Kind.REPORT, "take_down")
    if meanwhile == "taken back":
        publish(picture, alice, public=False)
    for verb in {"banned": ["ban"], "banned for a while": ["ban", "unban"]}.get(meanwhile, []):
        moderator.post(f"/admin/people/{alice.public_id}/change", {"do": verb, "reason": "Because."})
    moderator.post(f"/admin/moderation/pictures/{picture.public_id}/put-back", {"reason": "A mistake."})
    picture.refresh_from_db()
    assert (picture.taken_down_at, picture.public) == (None, meanwhile == "nothing")


def test_who_is_banned_while_they_ask_shows_and_draws_nothing(alice: Account, bob: Account) -> None:
    picture = keep(alice)
    Account.objects.filter(pk=bob.pk).update(is_staff=True)
    people.ban(Account.objects.get(pk=bob.pk), alice.public_id, "Because.")
    with pytest.raises(NotAllowed):  # this Alice was read before
        publishing.publish(alice, picture.public_id, shows_prompt=True, licence="reserved", indexed=True)
    with pytest.raises(NotAllowed):
        ask(alice)

"""Visitors draw a little: known by a cookie at one address, with an allowance that the address has, and no API."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from limner.accounts.guests import GUESTS_A_DAY
from limner.accounts.keys import make_key
from limner.accounts.limits import forget_counts
from limner.accounts.models import Account, ApiKey, CreditEntry, Plan
from limner.accounts.plans import for_guests
from limner.errors import NotAllowed
from limner.gallery.models import Like, Picture, Upload
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.jobs.tidying import tidy
from limner.moderation.models import Flag, Rule
from limner.storage import blobs
from tests.api import files
from tests.gallery.people import keep
from tests.storage.kept import pictures
from tests.studio.conftest import HTMX
from tests.studio.test_make_page import ASK, text

__all__ = ["pictures"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("accounts_on")]
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.20"


@pytest.fixture(autouse=True)
def _guests_on(settings: Settings) -> None:
    settings.LIMNER_GUESTS = True
    forget_counts()  # every test comes from the same address


def browser(address: str = HERE) -> Client:
    return Client(REMOTE_ADDR=address)


def a_guest(client: Client) -> Account:
    """Who has just made their first job with this browser."""
    assert client.post("/make", {**ASK, "n": "1"}).status_code == 302
    return Job.objects.latest("pk").account


def drawn(job: Job) -> Picture:
    Job.objects.filter(pk=job.pk).update(state=State.DONE)
    return keep(job.account, job=job.public_id)


def test_looking_makes_nobody_a_guest_and_the_page_says_what_there_is(settings: Settings) -> None:
    client = browser()
    with CaptureQueriesContext(connection) as asked:
        page = text(client.get("/"))
    assert all(query["sql"].startswith("SELECT") for query in asked)
    assert "You draw as a guest, with 2.0 credits left today. Your pictures are kept for 7 days." in page
    assert ('href="/sign-in"' in page, "data-events" in page) == (True, False)
    for address in ("/settings", "/ahead", "/words?prompt=boat", "/upload"):
        assert client.get(address).status_code == 200
    assert not Account.objects.exists()
    for address in ("/history", "/usage", "/account/keys", "/styles"):
        assert client.get(address).headers["Location"].startswith("/sign-in")
    settings.LIMNER_GUESTS = False
    assert client.get("/").status_code == 302


def test_whoever_makes_something_is_known_again_by_a_cookie_at_that_address_only(pictures: Path) -> None:
    client = browser()
    guest = a_guest(client)
    cookie = client.cookies["limner_guest"]
    assert (cookie["httponly"], cookie["samesite"], HERE in cookie.value) == (True, "Lax", False)
    assert (guest.is_guest, guest.has_usable_password(), HERE in guest.came_from) == (True, False, False)
    picture = drawn(Job.objects.get())
    assert str(picture.public_id) in text(client.get("/history"))
    assert client.get(f"/pictures/{picture.public_id}").status_code == 200
    elsewhere, stranger = browser(ELSEWHERE), browser()
    elsewhere.cookies = client.cookies
    for other in (elsewhere, stranger):
        assert other.get(f"/pictures/{picture.public_id}").status_code == 404
        assert other.get("/history").status_code == 302
    client.cookies["limner_guest"] = cookie.value[:-1] + ("a" if cookie.value[-1] != "a" else "b")
    assert client.get("/history").status_code == 302


def test_the_first_press_brings_a_page_that_follows_its_jobs(client: Client) -> None:
    answer = client.post("/make", {**ASK, "first": "1"}, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/")
    assert "data-events" in text(client.get("/"))
    assert client.post("/make", ASK, headers=HTMX).status_code == 200
    assert Account.objects.filter(is_guest=True).count() == 1


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        (HERE, HERE, True),
        (HERE, ELSEWHERE, False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        (HERE, "::ffff:" + HERE, True),
    ],
    ids=["same", "another", "household", "in-other-clothes"],
)
def test_a_cookie_thrown_away_gives_the_address_no_new_allowance(first: str, second: str, shared: bool) -> None:
    a_guest(browser(first))
    Plan.objects.update(credits_per_day=Job.objects.get().price)
    answer = browser(second).post("/make", {**ASK, "n": "1"})
    assert (answer.status_code == 429, Job.objects.count()) == ((True, 1) if shared else (False, 2))
    assert "with 0.0 credits left today" in text(browser(second).get("/"))


def test_jobs_under_way_and_bytes_are_counted_by_the_address_too(pictures: Path) -> None:
    one, other = browser(), browser()
    a_guest(one)
    Plan.objects.update(running_jobs=1, storage_bytes=1000)
    assert "1 jobs at the same time" in text(other.post("/make", ASK))
    drawn(Job.objects.get())
    Account.objects.filter(pk=Job.objects.get().account_id).update(bytes_kept=1000)
    brought = other.post("/upload", {"image": SimpleUploadedFile("a.png", files.picture((40, 30)))}, headers=HTMX)
    assert (brought.status_code, Upload.objects.count()) == (429, 0)
    assert "The guests from your address keep 0 MB together" in text(brought)


def test_the_usage_page_shows_what_the_address_has_used() -> None:
    client = browser()
    guest = a_guest(client)
    Account.objects.create(username="guest-2", is_guest=True, came_from=guest.came_from, bytes_kept=99_000_000)
    assert a_guest(browser()) != guest
    page = text(client.get("/usage"))
    assert "<dd>99 MB / 100 MB</dd>" in page
    assert "<dd>2 / 2</dd>" in page
    assert "for all guests from your address together" in page


def test_the_requests_of_a_minute_are_counted_by_the_address_too() -> None:
    a_guest(browser())
    Plan.objects.update(requests_per_minute=1)
    assert browser().post("/make", ASK).status_code == 302
    answer = browser().post("/make", ASK)
    assert (answer.status_code, Job.objects.count()) == (429, 2)
    assert "your plan allows 1 requests a minute. Try again in" in text(answer)


def test_an_address_has_so_many_guests_a_day_and_none_once_one_is_banned() -> None:
    guest = a_guest(browser())
    for number in range(GUESTS_A_DAY - 1):
        Account.objects.create(username=f"guest-{number}", is_guest=True, came_from=guest.came_from)
    answer = browser().post("/make", ASK)
    assert (answer.status_code, "Sign in, or come back tomorrow" in text(answer)) == (429, True)
    Account.objects.filter(pk=guest.pk).update(banned_at=timezone.now(), is_active=False)
    assert browser().post("/make", ASK).status_code == 403
    assert Account.objects.count() == GUESTS_A_DAY


def test_the_owner_decides_what_guests_have(alice: Account) -> None:
    Plan.objects.create(name="visitors", for_guests=True, credits_per_day=250_000)
    page = text(browser().get("/"))
    assert "250.0 credits" in page
    assert a_guest(browser()).plan == Plan.objects.get(name="visitors")


def test_guests_have_no_keys_show_nothing_and_like_nothing(alice: Account, pictures: Path) -> None:
    client = browser()
    guest = a_guest(client)
    picture, public = drawn(Job.objects.get()), keep(alice, public=True)
    client.post(f"/pictures/{picture.public_id}/publish", {"public": "1", "licence": "reserved"})
    assert not Picture.objects.get(pk=picture.pk).public
    assert client.post(f"/pictures/{public.public_id}/like").headers["Location"].startswith("/sign-in")
    assert client.post("/account/keys", {"name": "x"}).status_code in (302, 403, 404)
    assert client.post("/account/data/delete", {"again": guest.username}).status_code == 403
    assert client.get("/api/v1/jobs").status_code == 401
    with pytest.raises(NotAllowed):
        make_key(guest, "x")
    assert (Like.objects.count(), ApiKey.objects.count(), Account.objects.filter(pk=guest.pk).count()) == (0, 0, 1)


def test_a_guest_who_does_not_come_back_goes_with_their_pictures(pictures: Path, settings: Settings) -> None:
    a_guest(browser())
    gone = drawn(Job.objects.get())
    back = a_guest(browser(ELSEWHERE))
    Account.objects.update(date_joined=timezone.now() - timedelta(days=8))
    Job.objects.filter(account=gone.account).update(created_at=timezone.now() - timedelta(days=8))
    tidy()
    assert not blobs.exists(gone.blob)
    assert Job.objects.get().account == back
    # What their address has used this month still counts.
    assert CreditEntry.objects.filter(account=gone.account_id).exists()
    CreditEntry.objects.filter(account=gone.account_id).update(created_at=timezone.now() - timedelta(days=32))
    tidy()
    assert list(Account.objects.all()) == [back]


def test_a_banned_guest_stays_banned_however_long_ago_they_came(pictures: Path) -> None:
    a_guest(browser())
    banned = drawn(Job.objects.get())
    long_ago = timezone.now() - timedelta(days=400)
    Account.objects.update(date_joined=long_ago, banned_at=long_ago, is_active=False)
    Job.objects.update(created_at=long_ago)
    CreditEntry.objects.update(created_at=long_ago)
    tidy()
    assert not blobs.exists(banned.blob)
    assert browser().post("/make", ASK).status_code == 403


def test_whoever_signs_up_keeps_what_they_made_and_the_address_its_balance(pictures: Path, settings: Any) -> None:
    settings.LIMNER_SIGN_UP = "open"
    Rule.objects.create(name="robots", kind="words", pattern="robot", action="flag")
    client = browser()
    guest = a_guest(client)
    picture = drawn(Job.objects.get())
    client.post("/make", ASK)  # under way: it stays the guest's
    form = {"username": "dora", "password1": "correct horse battery staple", "email": ""}
    assert client.post("/sign-up", form).status_code == 302
    dora = Account.objects.get(username="dora")
    assert str(picture.public_id) in text(client.get("/history"))
    assert str(picture.public_id) in text(client.get("/history?q=boat"))
    assert (dora.bytes_kept, Account.objects.get(pk=guest.pk).bytes_kept) == (picture.bytes, 0)
    assert Job.objects.filter(account=dora).count() == Job.objects.filter(account=guest).count() == 1
    assert not CreditEntry.objects.exclude(account=guest).exists()
    assert for_guests() == guest.plan != dora.plan
    flagged = dict(Flag.objects.values_list("target", "account__username"))
    assert flagged == {str(job.public_id): job.account.username for job in Job.objects.all()}
    assert "dora" in flagged.values()

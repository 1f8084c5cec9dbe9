"""The pages of whoever runs the studio: what they show and do, to whom, and what they never let happen."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from limner.accounts.keys import account_for_key, make_key
from limner.accounts.models import Account, Plan
from limner.gallery import publishing, search, words
from limner.gallery.models import Picture
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.moderation import audit
from limner.moderation.flags import raise_flag, report
from limner.moderation.models import Action, AuditEntry, Flag, PlanAction, Rule, Target
from tests.cast import PASSWORD, signed_in
from tests.jobs.house import ask

pytestmark = pytest.mark.django_db
MARKUP = '<script>alert(1)</script><b title="x">'


@pytest.fixture(autouse=True)
def _accounts_on(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True


@pytest.fixture
def owner(alice: Account) -> Client:
    Account.objects.filter(pk=alice.pk).update(is_superuser=True, is_staff=True)
    alice.refresh_from_db()
    return signed_in(alice)


@pytest.fixture
def moderator(db: None) -> Client:
    mona = Account.objects.create_user(username="mona", password="x", is_staff=True)
    return signed_in(mona)


def text(client: Client, path: str, **kwargs: str) -> str:
    answer = client.get(path, kwargs)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def a_picture(account: Account, **columns: object) -> Picture:
    usual: dict[str, object] = {
        "job": uuid4(), "attempt": 1, "index": 0, "blob": "x", "sha256": "0" * 64,
        "bytes": 1, "width": 8, "height": 8,
        "prompt": "a boat", "model": "storybook", "seed": 1,
    }  # fmt: skip
    return Picture.objects.create(account=account, **{**usual, **columns})


def paths(person: Account, flag: Flag) -> list[str]:
    here = [f"/admin/{name}" for name in ("overview", "people", "plans", "moderation")]
    here += [f"/admin/moderation/{name}" for name in ("rules", "log")]
    return [*here, f"/admin/people/{person.public_id}"]


def pressed(person: Account, flag: Flag) -> list[str]:
    return [
        f"/admin/people/{person.public_id}/change",
        f"/admin/moderation/flags/{flag.public_id}",
        f"/admin/moderation/pictures/{flag.target}/put-back",
        "/admin/plans",
        "/admin/moderation/rules",
    ]


DJANGOS = [
    "",
    "accounts/account/",
    "gallery/picture/",
    "login/",
    "logout/",
    "jsi18n/",
    "nowhere",
    "accounts/account/add/",
]


def test_nothing_of_it_is_there_for_bob_and_charlie_is_asked_to_sign_in(alice: Account, bob: Account) -> None:
    flag = report(None, Target.PICTURE, uuid4(), alice, "other")
    bobs, charlies = signed_in(bob), Client()
    for path in [*paths(alice, flag), *(f"/admin/django/{path}" for path in DJANGOS)]:
        assert bobs.get(path).status_code == 404, path
        assert charlies.get(path).status_code == 302, path
    for path in pressed(alice, flag):
        sent = {"do": "ban", "reason": "x", "name": "mine", "is_superuser": "1"}
        assert bobs.post(path, sent).status_code == 404, path
        assert charlies.post(path, sent)["Location"].startswith("/sign-in"), path
    assert not AuditEntry.objects.exists()


def test_a_form_of_another_page_is_refused(owner: Client, alice: Account, bob: Account) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post(f"/admin/people/{bob.public_id}/change", {"do": "ban", "reason": "x"}).status_code == 403


def test_plans_rules_and_moderators_are_the_owners(moderator: Client, bob: Account) -> None:
    for path in ("/admin/plans", "/admin/moderation/rules", "/admin/django/"):
        assert moderator.get(path).status_code == 404
    for sent in ({"do": "moderator"}, {"do": "plan", "plan": "unlimited"}):
        assert moderator.post(f"/admin/people/{bob.public_id}/change", sent).status_code == 403
    bob.refresh_from_db()
    assert not bob.is_staff
    for path in ("/admin/overview", "/admin/people", "/admin/moderation", "/admin/moderation/log"):
        text(moderator, path)


def test_the_overview_tells_what_waits_and_what_failed(owner: Client, bob: Account) -> None:
    ask(bob)
    failed = ask(bob)
    Job.objects.filter(pk=failed.pk).update(state=State.FAILED, error_message=MARKUP, error_code="engine_error")
    page = text(owner, "/admin/overview")
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "storybook" in page
    assert "s of work" in page


def test_people_are_found_and_paged(owner: Client) -> None:
    for number in range(60):
        Account.objects.create(username=f"pupil-{number:02}", email=f"p{number}@school.example")
    first = text(owner, "/admin/people")
    assert "pupil-59" in first
    assert "pupil-05" not in first
    before = Account.objects.get(username="pupil-10").pk
    assert "pupil-05" in text(owner, "/admin/people", before=str(before))
    assert "pupil-07" in text(owner, "/admin/people", q="P7@school")
    for garbage in ("\0", "%", "'\"", "٣", "9" * 40):
        text(owner, "/admin/people", q=garbage, before=garbage)


def test_a_ban_keeps_out_and_hides_and_stops(owner: Client, bob: Account) -> None:
    bobs, (_, secret) = signed_in(bob), make_key(bob, "laptop")
    shown, job = a_picture(bob, public=True), ask(bob)
    search.index([shown])
    assert search.find(search.everybodys(), words.tokens("boat"), limit=1) == [shown.pk]
    assert owner.post(f"/admin/people/{bob.public_id}/change", {"do": "ban"}).status_code == 400
    owner.post(f"/admin/people/{bob.public_id}/change", {"do": "ban", "reason": f"spam {MARKUP}"})
    bob.refresh_from_db()
    shown.refresh_from_db()
    job.refresh_from_db()
    assert (bob.is_active, shown.public, job.state) == (False, False, State.CANCELLED)
    assert search.find(search.everybodys(), words.tokens("boat"), limit=1) == []
    assert account_for_key(secret) is None
    assert bobs.get("/")["Location"].startswith("/sign-in")
    page = text(owner, f"/admin/people/{bob.public_id}")
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    owner.post(f"/admin/people/{bob.public_id}/change", {"do": "unban", "reason": "a mistake"})
    assert account_for_key(secret) is not None
    assert bobs.get("/").status_code == 302  # the old session does not come back
    assert list(AuditEntry.objects.order_by("id").values_list("verb", "actor_name")) == [
        ("ban", "alice"), ("unban", "alice"),
    ]  # fmt: skip


def test_nobody_bans_the_owner_themselves_or_as_a_moderator_another(
    moderator: Client, owner: Client, alice: Account, db: None
) -> None:
    other = Account.objects.create_user(username="other", password="x", is_staff=True)
    mona = Account.objects.get(username="mona")
    for client, banned in ((moderator, alice), (moderator, mona), (moderator, other), (owner, alice)):
        sent = {"do": "ban", "reason": "I want to"}
        assert client.post(f"/admin/people/{banned.public_id}/change", sent).status_code == 403
    flag = report(None, Target.PICTURE, uuid4(), alice, "other")
    assert (
        moderator.post(f"/admin/moderation/flags/{flag.public_id}", {"do": "ban", "reason": "x"}).status_code == 403
    )
    assert not Account.objects.filter(banned_at__isnull=False).exists()
    assert Flag.objects.get().settled_at is None


def test_what_a_form_does_not_ask_for_is_not_changed(owner: Client, bob: Account) -> None:
    Plan.objects.create(name="pupils")
    sent = {"do": "plan", "plan": "pupils", "is_superuser": "1", "is_staff": "1", "username": "root"}
    owner.post(f"/admin/people/{bob.public_id}/change", sent)
    bob.refresh_from_db()
    assert bob.plan is not None
    assert (bob.plan.name, bob.is_superuser, bob.is_staff, bob.username) == ("pupils", False, False, "bob")
    owner.post(f"/admin/people/{bob.public_id}/change", {"do": "moderator", "is_superuser": "1"})
    bob.refresh_from_db()
    assert (bob.is_superuser, bob.is_staff) == (False, True)


def test_an_owner_gives_a_link_for_another_password_and_deletes_an_account(bob: Account, owner: Client) -> None:
    there = f"/admin/people/{bob.public_id}"
    page = owner.post(f"{there}/change", {"do": "reset"}, follow=True).content.decode()
    found = re.search(r"http://testserver(/reset/[\w-]+)", page)
    assert found
    assert "/reset/" not in text(owner, there)
    browser = Client()
    form = browser.get(found[1])["location"]
    browser.post(form, {"password1": "a horse of another colour", "password2": "a horse of another colour"})
    bob.refresh_from_db()
    assert bob.check_password("a horse of another colour")
    gone = {"do": "delete", "reason": "left school", "name": "bob"}
    assert owner.post(f"{there}/change", gone | {"name": "rob"}).status_code == 400
    assert owner.post(f"{there}/change", gone).status_code == 302
    assert not Account.objects.filter(username="bob").exists()
    assert audit.entries()[0].reason == "left school"


def test_who_is_banned_reads_why_once_the_password_was_right(bob: Account, owner: Client) -> None:
    owner.post(f"/admin/people/{bob.public_id}/change", {"do": "ban", "reason": "Unkind pictures."})
    browser = Client()
    assert browser.post("/sign-in", {"login": "bob", "password": "wrong"}).status_code == 400
    assert "Unkind" not in text(browser, "/sign-in/closed")
    browser.post("/sign-in", {"login": "bob", "password": PASSWORD})
    assert "Unkind pictures." in text(browser, "/sign-in/closed")


def test_an_owner_makes_another_and_the_last_one_stays(alice: Account, bob: Account, owner: Client) -> None:
    there = "/admin/people/{}/change"
    assert signed_in(bob).post(there.format(bob.public_id), {"do": "owner"}).status_code == 404
    assert owner.post(there.format(alice.public_id), {"do": "no-owner"}).status_code == 403
    owner.post(there.format(bob.public_id), {"do": "owner"})
    bob.refresh_from_db()
    assert (bob.is_superuser, bob.is_staff) == (True, True)
    owner.post(there.format(alice.public_id), {"do": "no-owner"})
    alice.refresh_from_db()
    assert (alice.is_superuser, alice.is_staff) == (False, False)


def test_in_djangos_admin_no_account_is_deleted_nor_made_an_owner(bob: Account, owner: Client) -> None:
    there = f"/admin/django/accounts/account/{bob.pk}"
    assert owner.post(f"{there}/delete/", {"post": "yes"}).status_code == 403
    owner.post(f"{there}/change/", {"username": "bob", "email": "bob@example.com", "is_superuser": "on"})
    bob.refresh_from_db()
    assert (bob.email, bob.is_superuser) == ("bob@example.com", False)
    assert owner.get("/admin/django/password_change/")["location"] == "/account/password"


def test_whoever_waits_is_let_in_or_turned_away(moderator: Client, bob: Account, charlie: Account) -> None:
    Account.objects.filter(pk__in=[bob.pk, charlie.pk]).update(waiting_since=timezone.now(), is_active=False)
    assert "bob" in text(moderator, "/admin/people", kind="waiting")
    moderator.post(f"/admin/people/{bob.public_id}/change", {"do": "let-in"})
    moderator.post(f"/admin/people/{charlie.public_id}/change", {"do": "turn-away"})
    bob.refresh_from_db()
    assert bob.is_active
    assert not Account.objects.filter(username="charlie").exists()
    assert moderator.post(f"/admin/people/{bob.public_id}/change", {"do": "turn-away"}).status_code == 404


def test_a_plan_is_made_in_the_units_people_think_in(owner: Client) -> None:
    sent = {"name": "pupils", "weight": "1", "requests_per_minute": "30", "month": "12.5", "megabytes": "200",
            "models": "storybook", "for_new_people": "on"}  # fmt: skip
    assert owner.post("/admin/plans", sent).status_code == 302
    plan = Plan.objects.get(name="pupils")
    assert (plan.credits_per_month, plan.storage_bytes, plan.allowed_models) == (12_500, 200_000_000, ["storybook"])
    assert plan.running_jobs is None
    owner.post("/admin/plans", {**sent, "name": "others"})
    assert Plan.objects.get(for_new_people=True).name == "others"
    for wrong in ({"month": "-1"}, {"models": "nothing"}, {"weight": "0"}, {"weight": "nan"}, {"name": "pupils"}):
        assert owner.post("/admin/plans", {**sent, "name": "third", **wrong}).status_code == 400, wrong
    assert 'value="12.5"' in text(owner, "/admin/plans", plan="pupils")
    assert owner.get("/admin/plans?plan=nowhere").status_code == 404


def test_a_rule_is_made_tried_and_deleted(owner: Client, bob: Account) -> None:
    plan = Plan.objects.create(name="pupils")
    sent = {"name": "no beasts", "kind": "words", "pattern": "basilisk", "action": "flag", "active": "on"}
    assert owner.post("/admin/moderation/rules", {**sent, f"plan-{plan.pk}": "block"}).status_code == 302
    assert PlanAction.objects.get().action == Action.BLOCK
    tried = owner.post("/admin/moderation/rules", {"do": "try", "prompt": "a Basilisk"}).content.decode()
    assert "Flag: it is drawn" in tried
    wrong = owner.post("/admin/moderation/rules", {**sent, "name": "slow", "kind": "regex", "pattern": "(a+)+"})
    assert wrong.status_code == 400
    assert "too long for some prompts" in wrong.content.decode()
    owner.post("/admin/moderation/rules?rule=no+beasts", {"do": "delete"})
    assert not Rule.objects.exists()


def test_the_queue_shows_what_it_is_about_and_settles_it(moderator: Client, bob: Account, charlie: Account) -> None:
    picture = a_picture(bob, public=True, prompt=MARKUP)
    report(charlie, Target.PICTURE, picture.public_id, bob, "rights", f"mine {MARKUP}")
    report(charlie, Target.PICTURE, picture.public_id, bob, "rights", "again")
    page = text(moderator, "/admin/moderation")
    assert page.count("ops-case") == 1
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "/files/" in page
    flag = Flag.objects.get()
    at = f"/admin/moderation/flags/{flag.public_id}"
    assert moderator.post(at, {"do": "take_down"}).status_code == 400
    moderator.post(at, {"do": "take_down", "reason": "Not yours."})
    picture.refresh_from_db()
    flag.refresh_from_db()
    assert (picture.public, picture.taken_down_reason, flag.outcome) == (False, "Not yours.", "take_down")
    assert moderator.post(at, {"do": "dismiss"}).status_code == 404
    assert "Not yours." in text(moderator, "/admin/moderation/log")
    moderator.post(f"/admin/moderation/pictures/{picture.public_id}/put-back", {"reason": "It is."})
    picture.refresh_from_db()
    assert picture.taken_down_at is None


def test_what_waits_is_approved_and_what_a_rule_flagged_is_looked_at(moderator: Client, bob: Account) -> None:
    waits = a_picture(bob, waiting_since=timezone.now())
    raise_flag(Flag.Kind.WAITING, Target.PICTURE, waits.public_id, bob)
    Rule.objects.create(name="robots", kind="words", pattern="robot", action="flag")
    ask(bob)
    page = text(moderator, "/admin/moderation")
    assert "a red robot" in page
    for flag in Flag.objects.all():
        moderator.post(f"/admin/moderation/flags/{flag.public_id}", {"do": "approve"})
    waits.refresh_from_db()
    assert waits.public
    assert not Flag.objects.filter(settled_at=None).exists()


def test_a_page_asks_as_little_for_many_as_for_one(
    moderator: Client, bob: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(25):
        picture = a_picture(bob)
        report(None, Target.PICTURE, picture.public_id, bob, "spam")
    with django_assert_max_num_queries(8):
        page = text(moderator, "/admin/moderation")
    assert page.count("ops-case") == 20
    assert "before=" in page


def test_in_personal_mode_the_owner_has_the_overview_and_rules(db: None, client: Client, settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = False
    assert "/admin/people" not in text(client, "/admin/overview")
    assert "Try a prompt" in text(client, "/admin/moderation/rules")
    assert "Limner" in text(client, "/admin/django/")


def test_djangos_admin_shows_every_table_and_no_secret(owner: Client, bob: Account) -> None:
    key, secret = make_key(bob, "laptop")
    a_picture(bob)
    ask(bob)
    index = text(owner, "/admin/django/")
    for table in ("accounts/account", "accounts/apikey", "gallery/picture", "jobs/job", "moderation/auditentry"):
        assert f"/admin/django/{table}/" in index
        text(owner, f"/admin/django/{table}/")
    shown = text(owner, f"/admin/django/accounts/apikey/{key.pk}/change/")
    assert key.digest not in shown
    assert secret not in shown
    mine = text(owner, f"/admin/django/accounts/account/{bob.pk}/change/")
    assert bob.password not in mine
    assert "<style" not in mine
    assert 'style="' not in mine
    assert not any("src=" not in part.split(">")[0] for part in mine.split("<script")[1:])
    for path in (
        "accounts/creditentry/add/",
        "moderation/auditentry/add/",
        f"jobs/job/{Job.objects.get().pk}/delete/",
    ):
        assert owner.get(f"/admin/django/{path}").status_code == 403, path


def test_an_unknown_person_or_flag_is_not_there(owner: Client) -> None:
    nobody = UUID(int=7)
    assert owner.get(f"/admin/people/{nobody}").status_code == 404
    assert owner.post(f"/admin/people/{nobody}/change", {"do": "ban", "reason": "x"}).status_code == 404
    assert owner.post(f"/admin/moderation/flags/{nobody}", {"do": "dismiss"}).status_code == 404


def test_a_picture_that_is_not_let_in_waits_no_longer(moderator: Client, bob: Account) -> None:
    waits = a_picture(bob, waiting_since=timezone.now())
    flag = raise_flag(Flag.Kind.WAITING, Target.PICTURE, waits.public_id, bob)
    moderator.post(f"/admin/moderation/flags/{flag.public_id}", {"do": "dismiss", "reason": "no\0t here"})
    waits.refresh_from_db()
    assert (waits.public, waits.waiting_since) == (False, None)


def test_a_picture_drawn_for_somebody_banned_is_not_hung(bob: Account, settings: Settings) -> None:
    settings.LIMNER_GALLERY = "wall"
    late = a_picture(bob)
    publishing.hang(late)
    assert late.public
    bob.is_active = False
    bob.save()
    later = a_picture(bob)
    publishing.hang(later)
    assert not later.public

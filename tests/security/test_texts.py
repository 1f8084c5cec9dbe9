"""What people write is text on every page that shows it: no markup, and no turning of what stands beside."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from django.utils import timezone

from limner.accounts import people
from limner.accounts.keys import make_key
from limner.accounts.models import Account, Plan
from limner.gallery import albums
from limner.gallery.models import Lineage, Picture
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.moderation import audit
from limner.moderation.flags import raise_flag, report
from limner.moderation.models import Flag, Rule, Target
from limner.prompts.models import KeptStyle
from tests.cast import signed_in
from tests.gallery.people import keep, wish
from tests.jobs.house import ask
from tests.security.things import ruled_by
from tests.studio.people import done

pytestmark = pytest.mark.django_db

TURNED = "\u202e"
"""It turns the letters after it around, as far as its block goes."""
EVIL = f"{TURNED}live</title></textarea><img src=x onerror=alert(1)>'\""
INLINE = {
    "a",
    "abbr",
    "b",
    "bdi",
    "cite",
    "code",
    "del",
    "em",
    "i",
    "ins",
    "q",
    "s",
    "small",
    "span",
    "strong",
    "time",
}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Reader(HTMLParser):
    """Reads a page for markup that somebody wrote, and for text that a sign of theirs could turn around.

    A sign reaches as far as its block, or as what holds it apart: so it stands in a block alone, or apart.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool, list[str]]] = []
        self.wrong: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "onerror" in given:
            self.wrong.append(f"markup: {self.get_starttag_text()}")
        unseen = "visually-hidden" in (given.get("class") or "")  # voices read in the order of the text
        if tag not in VOID:
            self.open.append((tag, tag == "bdi" or given.get("dir") == "auto" or unseen, []))

    def handle_data(self, data: str) -> None:
        for tag, apart, texts in reversed(self.open):
            if apart:
                return
            if data.strip():
                texts.append(data.strip())
            if tag not in INLINE:
                return

    def handle_endtag(self, tag: str) -> None:
        while tag in [name for name, _, _ in self.open]:
            name, _, texts = self.open.pop()
            turned = [text for text in texts if TURNED in text]
            if name not in INLINE and turned and (len(texts) > 1 or not re.match(rf"\w*{TURNED}", texts[0])):
                self.wrong.append(f"beside others: {texts}")
            if name == "title" and turned:
                self.wrong.append(f"in a title: {texts}")
            if name == tag:
                return


@pytest.fixture
def written(alice: Account, bob: Account, charlie: Account) -> dict[str, str]:
    """Everything that somebody can name is named so, and Alice looks after it all."""
    things = ruled_by(alice)
    bob.username, bob.email = f"bob{TURNED}<b>", f"{TURNED}bob@example.com"
    bob.save()
    plan = Plan.objects.create(name=EVIL[:40], for_new_people=False)
    Account.objects.filter(username="dora").update(
        username=f"dora{TURNED}", email=f"d{TURNED}@example.com", plan=plan
    )
    picture, other = keep(alice, wish(EVIL), public=True), keep(bob, wish(EVIL), public=True)
    child = keep(alice, wish("a blue boat"))
    trashed = keep(alice, wish(EVIL))
    album = albums.make(alice, EVIL)
    albums.put(alice, album, [picture.public_id])
    Picture.objects.filter(pk=trashed.pk).update(trashed_at=timezone.now())
    Lineage.objects.create(child=child, parent_picture=picture, kind=Lineage.Kind.REFINE)
    make_key(alice, EVIL[:60])
    KeptStyle.objects.create(account=alice, name=EVIL[:40], words="{prompt}, " + EVIL)
    KeptStyle.objects.create(account=None, name=EVIL[:40], words="{prompt}, " + EVIL)
    people.invite(alice, EVIL)
    rule = Rule.objects.create(name=EVIL[:40], kind="words", pattern=EVIL, action="flag")
    report(bob, Target.PICTURE, picture.public_id, alice, "other", EVIL)
    raise_flag(Flag.Kind.RULE, Target.PICTURE, other.public_id, bob, rule=rule.name, words=EVIL)
    audit.record(alice, "ban", Target.ACCOUNT, bob.public_id, EVIL)
    Account.objects.filter(username="charlie").update(banned_at=timezone.now(), ban_reason=EVIL)
    Picture.objects.filter(pk=other.pk).update(taken_down_reason=EVIL)
    done(alice, EVIL)
    failed = ask(alice)
    Job.objects.filter(pk=failed.pk).update(
        state=State.FAILED, error_code="engine_error", error_message=EVIL, request={**failed.request, "prompt": EVIL}
    )
    return things | {
        "picture": str(picture.public_id),
        "other": str(other.public_id),
        "child": str(child.public_id),
        "trashed": str(trashed.public_id),
        "album": str(album.public_id),
        "bob": str(bob.public_id),
        "charlie": str(Account.objects.get(username="charlie").public_id),
        "mine": str(KeptStyle.objects.get(account=alice).public_id),
        "evil": quote(EVIL),
        "rule": quote(rule.name),
        "plan": quote(plan.name),
        "account": str(alice.public_id),
    }


PAGES = [
    "/", "/?from={picture}", "/gallery", "/gallery.atom", "/pictures/{picture}", "/pictures/{other}",
    "/pictures/{child}", "/pictures/{child}?against={picture}", "/pictures/{picture}/beside", "/pictures/{trashed}",
    "/history", "/history?q={evil}", "/history?show=failed", "/trash", "/albums", "/albums/{album}", "/styles",
    "/styles/{mine}", "/usage", "/account/keys", "/account/data", "/edit/{picture}", "/admin/invitations",
    "/admin/overview", "/admin/people", "/admin/people?q={evil}", "/admin/people/{bob}", "/admin/people/{charlie}",
    "/admin/people/{waiting}", "/admin/plans", "/admin/plans?plan={plan}", "/admin/moderation", "/admin/models",
    "/admin/moderation/rules", "/admin/moderation/rules?rule={rule}", "/admin/moderation/log", "/admin/styles",
    "/admin/django/gallery/picture/", "/sign-in", "/sign-up", "/account/sessions", "/account/email",
]  # fmt: skip


def test_what_people_write_stays_text_and_turns_nothing_around(
    charlie: Account, written: dict[str, str], alice: Account
) -> None:
    browser = signed_in(alice)
    wrong = {}
    shown = set()
    for address in PAGES:
        answer = browser.get(address.format(**written))
        page = answer.content.decode()
        found = Reader(page).wrong if not address.endswith(".atom") else []
        if answer.status_code not in (200, 302) or "<img src=x" in page or found:
            wrong[address] = [answer.status_code, *found]
        if TURNED in page:
            shown.add(address)
    assert not wrong, "\n".join(f"WRONG {a} {x}" for a, y in wrong.items() for x in y)
    assert len(shown) > 20, "the pages are about what people wrote"

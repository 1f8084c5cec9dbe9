"""The pages of people and pictures, of accounts and of their owner: what axe-core finds on them, whether every word
is marked and has room, and how somebody who was invited comes in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.accounts.letterbox import Letterbox, letterbox
from tests.browser import people
from tests.browser.conftest import Visit, serving
from tests.browser.test_axe import UNFOLD, found
from tests.browser.test_language import OVER
from tests.browser.translated import in_pseudo, unmarked
from tests.cast import PASSWORD
from tests.language.pseudo import CODE
from tests.parts import gettext
from tests.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 850}
STRANGERS = [
    "/sign-in", "/sign-up", "/reset", "/reset/sent", "/reset/done", "/reset/3-made-up", "/sign-in/closed",
    "/sign-in/cancelled", "/sign-in/error", "/sign-up/confirm", "/sign-up/confirm/made-up", "/gallery",
]  # fmt: skip
OWNERS = [
    "/account/email", "/account/password", "/account/second", "/account/second/app", "/account/second/passkeys",
    "/account/second/passkeys/add", "/account/sessions", "/account/again", "/account/again/code", "/account/keys",
    "/account/data", "/history", "/history?q=nothing-has-it", "/albums", "/trash", "/usage", "/gallery",
    "/admin/overview", "/admin/people", "/admin/plans", "/admin/moderation", "/admin/moderation/rules",
    "/admin/moderation/log", "/admin/models", people.INVITATIONS,
]  # fmt: skip
STRANGE = {"/reset/3-made-up", "/sign-up/confirm/made-up"}
"""Links that are over."""


@pytest.fixture(scope="module")
def mail() -> Iterator[Letterbox]:
    with letterbox() as here:
        yield here


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, mail: Letterbox) -> Iterator[Server]:
    """People come by invitation, and confirm their address."""
    gettext()
    told = {"LIMNER_ACCOUNTS": "on", "LIMNER_MAIL_URL": mail.url, "LIMNER_HOSTS": "limner.example"}
    with serving(tmp_path_factory.mktemp("pages"), program="tests.scripted", **told, **in_pseudo()) as running:
        yield running


@dataclass
class House:
    """What Alice has set up."""

    cookies: StorageState
    pages: list[str]
    """Of pictures, albums and people."""


@pytest.fixture(scope="module")
def house(browser: Browser, server: Server) -> House:
    """Alice took over; a picture is public and reported, another in an album, a third in the trash."""
    with closing(browser.new_context(base_url=server.url)) as context:
        page = context.new_page()
        page.goto(people.first_link(server))
        people.become_the_owner(page, "alice", email="alice@example.com")
        people.say_it_again(page)
        shown, kept, gone = [people.drawn(page, f"a {colour} house") for colour in ("red", "green", "blue")]
        people.publish(page, shown)
        page.goto(gone)
        page.get_by_role("button", name="Put into the trash").click()
        page.goto("/history?q=green")
        page.get_by_label("All that is found").check()
        page.get_by_text("Put into an album").click()
        page.get_by_label("A new album").fill("Houses")
        page.get_by_role("button", name="Put in", exact=True).click()
        page.goto("/albums")
        album = str(page.get_by_role("link", name="Houses").get_attribute("href"))
        page.goto("/admin/people")
        person = page.get_by_role("link", name="alice").get_attribute("href")
        with closing(browser.new_context(base_url=server.url)) as others:
            stranger = others.new_page()
            stranger.goto(shown)
            people.report(stranger, "It is my house.")
        return House(context.storage_state(), [shown, kept, gone, album, str(person)])


@pytest.fixture
def visits(browser: Browser, server: Server) -> Iterator[Visit]:
    visit = Visit(browser, server)
    yield visit
    for context in visit.contexts:
        context.close()
    assert [said for said in visit.troubles if " 4" not in said] == []  # links that are over


def walk(page: Page, paths: list[str]) -> Iterator[str]:
    """Each page in turn, with all that can be unfolded."""
    for path in paths:
        page.goto(path)
        assert page.evaluate("location.pathname + location.search") == path or path in STRANGE, page.url
        page.evaluate(UNFOLD)
        yield path
        assert page.evaluate("ears.breaches") == [], path


@pytest.mark.parametrize(
    ("size", "scheme"),
    [pytest.param(PHONE, "dark", id="phone-dark"), pytest.param(DESKTOP, "light", id="desktop-light")],
)
def test_axe_finds_nothing_on_them(visits: Visit, house: House, size: dict[str, int], scheme: str) -> None:
    objections = []
    for who, paths in (("a stranger", [*STRANGERS, house.pages[0]]), ("alice", OWNERS + house.pages)):
        page = visits.page(viewport=size, color_scheme=scheme)
        if who == "alice":
            page.goto("/sign-in")
            people.come_in(page, "alice")
            people.say_it_again(page)
        for path in walk(page, paths):
            objections += [f"{who} at {path}: {one}" for one in found(page)]
            if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                objections.append(f"{who} at {path} goes over the side")
    assert not objections, "\n".join(objections)


@pytest.mark.parametrize("size", [pytest.param(PHONE, id="phone"), pytest.param(DESKTOP, id="desktop")])
def test_every_word_of_them_is_marked_and_has_room(visits: Visit, house: House, size: dict[str, int]) -> None:
    wrong = []
    spoken = {"viewport": size, "extra_http_headers": {"Accept-Language": CODE}}
    for paths, cookies in (([*STRANGERS, house.pages[0]], None), (OWNERS + house.pages, house.cookies)):
        page = visits.page(storage_state=cookies, **spoken)
        for path in walk(page, [one for one in paths if not one.startswith("/account/again")]):
            wrong += [f"{path}: {one}" for one in unmarked(page)]
            wrong += [f"{path} goes over the side: {one}" for one in page.evaluate(OVER)]
            assert page.evaluate("document.documentElement.matches('[dir=rtl]')")
    assert not wrong, "\n".join(wrong)


def code_of(secret: str) -> str:
    """What an app with that secret shows now."""
    return str(totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))))


def test_an_invitation_lets_one_person_in_who_confirms_an_address_and_takes_a_second_factor(
    visits: Visit, house: House, mail: Letterbox
) -> None:
    owner = visits.page(storage_state=house.cookies)
    people.choose(owner, "Administration")
    owner.get_by_role("link", name="Invitations").click()
    owner.get_by_label("Whom it is for").fill("Dora of class 4b")
    owner.get_by_role("button", name="Make an invitation").click()
    link = owner.get_by_label("The link, shown only now").input_value()
    expect(owner.get_by_role("row", name="Dora of class 4b")).to_be_visible()

    dora = visits.page()
    dora.goto(link)
    assert "invitation" not in dora.url
    people.sign_up(dora, "dora", email="dora@example.com")
    expect(dora.get_by_role("heading", name="Look into your mail")).to_be_visible()
    letter = next(one for one in mail.letters if one["to"] == "dora@example.com")
    found_link = re.search(r"http://\S+", letter.get_content())
    assert found_link
    dora.goto(found_link[0])
    assert found(dora) == []
    dora.get_by_role("button", name="Yes, it is mine").click()
    people.come_in(dora, "dora")

    late = visits.page()
    late.goto(link)
    expect(late.get_by_role("heading", name="You need an invitation")).to_be_visible()
    assert found(late) == []
    owner.goto(people.INVITATIONS)
    expect(owner.get_by_text("Dora of class 4b")).to_have_count(0)

    people.choose(dora, "Sign-in and safety")
    dora.get_by_role("link", name="Second factor").click()
    dora.get_by_role("link", name="Set it up").click()
    dora.get_by_label("Password").fill(PASSWORD)
    dora.get_by_role("button", name="Go on").click()
    secret = dora.get_by_label("The secret").input_value()
    dora.get_by_label("Code of the app").fill(code_of(secret))
    dora.get_by_role("button", name="Set it up").click()
    expect(dora.get_by_text("From now on signing in takes a code of the app.")).to_be_visible()
    assert found(dora) == []
    spare = dora.locator(".account-codes code").first.inner_text()
    people.choose(dora, "Sign out")
    people.give_password(dora, "dora")
    expect(dora.get_by_role("heading", name="The second factor")).to_be_visible()
    assert found(dora) == []
    dora.get_by_label("Code").fill(spare)
    dora.get_by_role("button", name="Sign in", exact=True).click()
    people.is_in(dora, "dora")

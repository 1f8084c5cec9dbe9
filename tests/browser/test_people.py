"""Stories of people and pictures, in a real browser: shown and taken down, out of credits, gone, and in by the word
of another place. Who is invited comes in in `test_people_pages.py`, where invitations are needed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.accounts.openid import CLIENT, DORA, SECRET, Provider, provider
from tests.browser import people
from tests.browser.conftest import Visit, serving
from tests.browser.test_make_page import ask, finished
from tests.cast import PASSWORD
from tests.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

OPEN = {"LIMNER_ACCOUNTS": "on", "LIMNER_SIGN_UP": "open", "LIMNER_CREDITS_PER_SECOND": "1000"}


@pytest.fixture(scope="module")
def school() -> Iterator[Provider]:
    with provider() as here:
        yield here


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, school: Provider) -> Iterator[Server]:
    """A Limner that whoever comes may sign up to, by their own word or by the school's."""
    elsewhere = {"LIMNER_OIDC": school.url, "LIMNER_OIDC_NAME": "School", "LIMNER_OIDC_ID": CLIENT}
    home = tmp_path_factory.mktemp("open")
    with serving(home, program="tests.scripted", **OPEN, **elsewhere, LIMNER_OIDC_SECRET=SECRET) as running:
        yield running


@pytest.fixture(scope="module")
def alice(browser: Browser, server: Server) -> StorageState:
    """Alice's cookies: she opened the link of the first start."""
    with closing(browser.new_context(base_url=server.url)) as context:
        page = context.new_page()
        page.goto(people.first_link(server))
        people.become_the_owner(page, "alice")
        return context.storage_state()


def newcomer(visit: Visit, name: str) -> Page:
    """A page of somebody who has just made an account."""
    page = visit.page()
    page.get_by_role("link", name="Sign up").click()
    people.sign_up(page, name)
    people.is_in(page, name)
    return page


def nothing_there(visit: Visit, page: Page, picture: str) -> None:
    """Neither the page of a picture nor its files are to be had."""
    answer = page.goto(picture)
    assert answer
    assert answer.status == 404
    assert page.request.get(f"{picture}.png").status == 404
    assert page.request.get(f"{picture}/thumb-640.webp").status == 404
    visit.troubles[:] = [said for said in visit.troubles if "404" not in said]  # the browser notes it


def test_a_picture_is_made_found_shown_liked_reported_and_taken_down(visit: Visit, alice: StorageState) -> None:
    bob = newcomer(visit, "bob")
    picture = people.drawn(bob, "a red kite")
    people.drawn(bob, "a green boat")
    bob.get_by_role("link", name="History").click()
    bob.get_by_role("searchbox", name="Words of the prompt").fill("kite")
    bob.get_by_role("button", name="Search").click()
    expect(bob.locator(".library-wall a[href^='/pictures/']")).to_have_count(1)
    bob.locator(".library-wall a[href^='/pictures/']").click()
    expect(bob).to_have_url(re.compile(picture))
    stranger = visit.page()
    nothing_there(visit, stranger, picture)
    people.publish(bob, picture)

    stranger.get_by_role("link", name="Gallery").click()
    stranger.get_by_role("link", name="a red kite").click()
    expect(stranger.get_by_role("heading", name="a red kite")).to_be_visible()
    expect(stranger.get_by_text("Made by bob")).to_be_visible()
    stranger.get_by_role("button", name="Like").click()
    expect(stranger.get_by_role("heading", name="Sign in")).to_be_visible()

    dora = newcomer(visit, "dora")
    dora.get_by_role("link", name="Gallery").click()
    dora.get_by_role("link", name="a red kite").click()
    dora.get_by_role("button", name="Like").click()
    expect(dora.get_by_role("button", name="You like it 1")).to_be_visible()
    people.report(dora, "It is my kite.")

    owner = visit.page(storage_state=alice)
    people.choose(owner, "Administration")
    owner.get_by_role("link", name="Moderation").click()
    case = owner.get_by_role("article").filter(has_text="It is my kite.")
    expect(case).to_contain_text("reported by dora")
    case.get_by_label("Reason").fill("The kite is Dora's.")
    case.get_by_role("button", name="Take down").click()
    expect(owner.get_by_text("It was settled.")).to_be_visible()
    expect(case).to_have_count(0)

    bob.reload()
    expect(bob.get_by_text("A moderator took this picture down")).to_contain_text("The kite is Dora's.")
    expect(bob.get_by_role("button", name="Show it to everybody")).to_have_count(0)
    stranger.get_by_role("link", name="Gallery").click()
    expect(stranger.get_by_role("link", name="a red kite")).to_have_count(0)
    nothing_there(visit, stranger, picture)
    nothing_there(visit, dora, picture)
    owner.get_by_role("link", name="Log").click()
    expect(owner.get_by_role("row").filter(has_text="The kite is Dora's.")).to_contain_text("alice")


def test_credits_run_out_and_the_page_says_what_and_until_when(visit: Visit, alice: StorageState) -> None:
    bob = newcomer(visit, "bob.the.busy")
    finished(ask(bob, "a house", model="puppet"))
    owner = visit.page(storage_state=alice)
    people.choose(owner, "Administration")
    owner.get_by_role("link", name="Plans").click()
    owner.get_by_label("Name", exact=True).fill("a taste")
    owner.get_by_label("Credits a day").fill("1")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("It was saved.")).to_be_visible()
    owner.get_by_role("link", name="People").click()
    owner.get_by_role("link", name="bob.the.busy").click()
    owner.get_by_label("Plan", exact=True).select_option("a taste")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("It was saved.")).to_be_visible()

    bob.get_by_role("textbox", name="What should the picture show?").fill("one house more")
    bob.get_by_role("button", name="Draw", exact=True).click()
    said = bob.locator("#problem")
    expect(said).to_contain_text(re.compile(r"needs [\d.]+ credits and you have 0 left today"))
    expect(said).to_contain_text("h), when the day's credits are renewed")
    visit.troubles[:] = [one for one in visit.troubles if "status of 4" not in one]  # the browser notes the refusal
    people.choose(bob, "Usage")
    today = bob.locator(".usage-facts div").filter(has_text="Credits left today")
    expect(today.get_by_role("definition")).to_have_text(re.compile(r"^0(\.0)?$"))


def test_everything_about_somebody_is_deleted_and_nothing_of_it_is_left(visit: Visit, server: Server) -> None:
    bob = newcomer(visit, "bob.who.leaves")
    before = files(server)
    picture = people.drawn(bob, "a last house")
    people.publish(bob, picture)
    assert files(server) > before
    people.choose(bob, "My data")
    with bob.expect_download() as taken:
        bob.get_by_role("link", name="Download everything").click()
    assert taken.value.suggested_filename.startswith("limner-bob.who.leaves")
    bob.get_by_label("Your password, again").fill("not this one")
    bob.get_by_role("button", name="Delete everything for good").click()
    expect(bob.get_by_text("That is not your password. Nothing was deleted.")).to_be_visible()
    bob.get_by_label("Your password, again").fill(PASSWORD)
    bob.get_by_role("button", name="Delete everything for good").click()
    expect(bob.get_by_role("heading", name="Sign in")).to_be_visible()
    visit.troubles[:] = [one for one in visit.troubles if "400" not in one]

    bob.goto("/history")
    expect(bob.get_by_role("heading", name="Sign in")).to_be_visible()
    nothing_there(visit, visit.page(), picture)
    assert files(server) == before
    assert rows_about(server, "bob.who.leaves") == {}
    people.give_password(bob, "bob.who.leaves")
    expect(bob.get_by_text("Name and password do not go together.")).to_be_visible()
    visit.troubles[:] = [one for one in visit.troubles if "400" not in one]


def test_the_word_of_another_place_opens_an_account(visit: Visit) -> None:
    page = visit.page()
    page.get_by_role("link", name="Sign in with School").click()
    page.get_by_role("link", name="I am Dora").click()
    expect(page.get_by_role("heading", name="Make an account")).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_have_value(str(DORA["email"]))
    page.get_by_label("Name", exact=True).fill("dora.of.school")
    page.get_by_role("button", name="Make an account").click()
    people.is_in(page, "dora.of.school")
    picture = people.drawn(page, "a school")
    people.choose(page, "Sign out")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    page.goto("/history")
    page.get_by_role("link", name="Sign in with School").click()
    page.get_by_role("link", name="I am Dora").click()
    people.is_in(page, "dora.of.school")
    expect(page.locator(f".library-wall a[href='{picture}']")).to_be_visible()


def files(server: Server) -> set[Path]:
    """What lies among the pictures of a server."""
    return {path for path in (server.home / "pictures").rglob("*") if path.is_file()}


def rows_about(server: Server, name: str) -> dict[str, int]:
    """In which tables somebody of that name, or anything of theirs, still is, and how often."""
    found: dict[str, int] = {}
    with closing(sqlite3.connect(f"file:{server.home / 'limner.sqlite3'}?mode=ro", uri=True)) as database:
        tables = [table for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        people = {key for (key,) in database.execute("SELECT id FROM accounts_account")}
        for table in tables:
            for _, _, parent, column, *_ in database.execute(f"PRAGMA foreign_key_list({table})"):
                if parent == "accounts_account":
                    owners = [owner for (owner,) in database.execute(f"SELECT {column} FROM {table}")]
                    found |= {table: 1} if set(owners) - people - {None} else {}
        count = database.execute("SELECT count(*) FROM accounts_account WHERE username = ?", [name]).fetchone()[0]
    return found | ({"accounts_account": count} if count else {})

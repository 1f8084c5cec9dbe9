"""People who come to a Limner with accounts through its pages, as every person does."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.test_make_page import ask, finished
from tests.cast import PASSWORD
from tests.serving import Server

INVITATIONS = "/admin/invitations"
FIRST = re.compile(r"http://[\w.:]+(/sign-up\?first=\S+)")


def first_link(server: Server) -> str:
    """The way in that the first start prints, for the first owner."""
    end = time.monotonic() + 10
    while not (found := FIRST.search(server.log.read_text())):
        assert time.monotonic() < end, server.log.read_text()
        time.sleep(0.1)
    return found[1]


def become_the_owner(page: Page, name: str, *, email: str = "") -> None:
    """Take over the personal account. The page stands on the link."""
    expect(page.get_by_text("You are the first here.")).to_be_visible()
    sign_up(page, name, email=email)
    is_in(page, name)


def sign_up(page: Page, name: str, *, email: str = "") -> None:
    """Fill the form that the page stands on. The password is `PASSWORD`."""
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make an account").click()


def come_in(page: Page, name: str) -> None:
    """Sign in with name and password; the page that was asked for comes next."""
    give_password(page, name)
    is_in(page, name)


def give_password(page: Page, name: str) -> None:
    """Fill the form of the page of sign-in. The password is `PASSWORD`, right or wrong."""
    page.get_by_label("Name or e-mail address").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def is_in(page: Page, name: str) -> None:
    expect(page.get_by_role("banner").get_by_text(name, exact=True)).to_be_visible()


def choose(page: Page, item: str) -> None:
    """Something of the menu in the head of the page."""
    page.get_by_role("banner").get_by_role("button").click()
    page.locator("#masthead-menu").get_by_text(item, exact=True).click()


def say_it_again(page: Page) -> None:
    """Give the password once more: the pages of a second factor ask, and believe it for some minutes."""
    page.goto("/account/again")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(re.compile(r":\d+/$"))


def drawn(page: Page, prompt: str) -> str:
    """The path of the page of a new picture."""
    page.goto("/")
    card = ask(page, prompt, model="puppet")
    finished(card)
    return str(card.locator(".tile-link").get_attribute("href"))


def publish(page: Page, picture: str) -> None:
    """Its owner shows it to everybody."""
    page.goto(picture)
    page.get_by_role("button", name="Show it to everybody").click()
    expect(page.get_by_text("Everybody: it is in the public gallery.")).to_be_visible()


def report(page: Page, words: str) -> None:
    """Tell the moderators about the picture that the page shows."""
    page.get_by_text("Report this picture").click()
    page.get_by_label("In your words").fill(words)
    page.get_by_role("button", name="Report", exact=True).click()
    expect(page.get_by_text("Thank you. A moderator will look at it.")).to_be_visible()

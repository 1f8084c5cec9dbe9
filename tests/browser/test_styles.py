"""Styles of one's own, as somebody with a browser keeps and picks them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_axe import UNFOLD
from tests.browser.test_make_page import ask, finished

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


def keep(page: Page, name: str, words: str) -> None:
    page.goto("/styles")
    if not page.get_by_label("Name").is_visible():
        page.get_by_text("Add a style").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Words").fill(words)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="The style was added.")).to_be_visible()


def test_a_style_is_kept_picked_and_drawn(slow_visit: Visit) -> None:
    page = slow_visit.page()
    keep(page, "Evening", "{prompt} by candlelight")
    page.goto("/?model=puppet")
    page.get_by_role("button", name="Style and colour").click()
    expect(page.get_by_role("radio", name="Evening")).to_be_hidden()
    page.locator("summary", has_text="Your own").click()
    page.get_by_role("radio", name="Evening").check(force=True)
    expect(page.get_by_role("button", name="Style and colour: Evening")).to_be_visible()
    card = ask(page, "a red boat", model="puppet")
    finished(card)
    expect(card.get_by_role("heading")).to_have_text("a red boat by candlelight")
    page.evaluate("ears.shifts.length = 0")  # what was unfolded


def test_a_phone_finds_a_style_among_many_without_scrolling_sideways(slow_visit: Visit) -> None:
    page = slow_visit.page(**PHONE)
    keep(page, "w" * 80, "word " * 300)
    for path in ("/styles", "/admin/styles", "/?model=puppet"):
        page.goto(path)
        if "model" in path:
            page.get_by_role("button", name="Style and colour").click()
        page.evaluate(UNFOLD)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.evaluate("ears.smallTargets(44)") == []
    page.evaluate("ears.shifts.length = 0")  # what was unfolded

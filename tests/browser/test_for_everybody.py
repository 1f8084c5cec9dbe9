"""The make page on a phone, in the dark, by keyboard, with little motion, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE, Visit
from tests.browser.test_make_page import ask, finished

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def reach(page: Page, name: str) -> None:
    """Press Tab until the control called `name` has the focus, and see that it shows."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("ears.focusName()").startswith(name):
            assert page.evaluate("ears.focusIsToBeSeen()"), f"the focus on {name} is not to be seen"
            return
    raise AssertionError(f"Tab never came to {name}")


def test_the_keyboard_alone_makes_a_picture_and_cancels_another(visit: Visit) -> None:
    page = visit.page()
    expect(page.get_by_role("textbox", name="What should the picture show?")).to_be_focused()
    skip = page.get_by_role("link", name="Skip to content")
    head = page.get_by_role("banner")
    for _ in (*head.get_by_role("link").all(), *head.get_by_role("button").all()):  # back over all that it leads to
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    reach(page, "What should the picture show?")
    page.keyboard.type("a blue rocket")
    reach(page, "Size")
    page.keyboard.press("ArrowDown")
    reach(page, "Pictures")
    reach(page, "Style and colour")
    page.keyboard.press("Enter")
    reach(page, "Draw")
    reach(page, "None")
    page.keyboard.press("ArrowRight")
    page.get_by_role("textbox", name="What should the picture show?").focus()
    page.keyboard.press("Control+Enter")
    card = page.locator(".card-job").first
    finished(card)
    reach(page, "Download the picture")

    page.get_by_role("textbox", name="What should the picture show?").focus()
    page.get_by_label("Pictures", exact=True).fill("10")
    page.get_by_role("textbox", name="What should the picture show?").focus()
    for count in range(2, 6):  # the last one waits for those before it, longer than a finger needs to the key
        page.keyboard.press("Meta+Enter")
        expect(page.locator(".card-job")).to_have_count(count)
    page.locator(".card-job").first.focus()
    reach(page, "Cancel")
    page.keyboard.press("Enter")
    expect(page.locator(".card-job").first).to_have_attribute("data-state", "cancelled")
    assert page.evaluate("document.activeElement.closest('.card-job') !== null"), "the focus was lost"
    # The next test would wait for them. All at once: they go one by one, and their numbers with them.
    page.evaluate("document.querySelectorAll('.going form button').forEach((button) => button.click())")


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_shows_everything_without_scrolling_sideways(visit: Visit, width: int) -> None:
    page = visit.page(**{**PHONE, "viewport": {"width": width, "height": 844}})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.get_by_role("textbox", name="What should the picture show?").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 422, "the prompt box is not in the first half of the screen"
    page.get_by_role("button", name="Style and colour").tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Style and colour").tap()
    card = ask(page, "a" + " very" * 12 + " friendly robot " + "x" * 80, n=4, size="256x256")
    finished(card, 4)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("ears.smallTargets(44)") == []


def test_a_mouse_has_targets_of_at_least_24_pixels(visit: Visit) -> None:
    assert visit.page().evaluate("ears.smallTargets(24)") == []


def test_light_and_dark_follow_the_system(visit: Visit) -> None:
    shade = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)"
    page = visit.page(color_scheme="light")
    assert page.evaluate(shade) > 700
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(shade) < 90
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_little_motion_means_none(visit: Visit) -> None:
    page = visit.page(reduced_motion="reduce")
    card = ask(page, "a cat", size="256x256")
    finished(card)
    assert page.evaluate("ears.longestMotion()") < 0.001


def test_without_scripts_a_picture_is_a_reload_away(visit: Visit) -> None:
    page = visit.page(java_script_enabled=False)
    page.get_by_role("textbox", name="What should the picture show?").fill("a house in a meadow")
    page.get_by_label("Size").select_option("256x256")
    page.get_by_role("button", name="Draw", exact=True).click()
    card = page.locator(".card-job").first
    expect(card.get_by_role("heading")).to_have_text("a house in a meadow")
    for _ in range(PATIENCE // 500):
        if card.locator(".tile-picture").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(card.locator(".tile-picture")).to_have_count(1)
    assert re.fullmatch(r"/pictures/.*/thumb-640\.webp", card.locator("img.tile-picture").get_attribute("src") or "")

"""Every page in a language that is long, in brackets and from right to left: all is marked, and has room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE, Visit, serving
from tests.browser.translated import in_pseudo, unmarked
from tests.language.pseudo import CODE
from tests.parts import gettext
from tests.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


OVER = """document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")].filter(
    (one) => one.getBoundingClientRect().left < 0 || one.getBoundingClientRect().right > innerWidth
).map((one) => one.outerHTML.slice(0, 120))"""
"""What goes over the side of the page, where something does."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    gettext()
    with serving(tmp_path_factory.mktemp("pseudo"), program="tests.scripted", **in_pseudo()) as running:
        yield running


@pytest.fixture(params=[360, 768, 1280, 1920])
def page(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Page]:
    visit = Visit(browser, server)
    yield visit.page(viewport={"width": request.param, "height": 900}, extra_http_headers={"Accept-Language": CODE})
    for context in visit.contexts:
        context.close()
    assert [said for said in visit.troubles if " 4" not in said] == []


def good(page: Page) -> None:
    """Nothing is unmarked, and nothing goes over the side."""
    assert unmarked(page) == []
    assert page.evaluate(OVER) == []
    assert page.evaluate("document.documentElement.matches('[dir=rtl]')")


def asked(page: Page, prompt: str, **fields: str) -> Locator:
    """The card of what was asked for."""
    count = page.locator(".card-job").count()
    shown = page.locator("#settings [name=shown]")
    if shown.input_value() != "puppet":  # or the same settings come once more, and replace what is filled in below
        page.locator("#model").select_option("puppet")
        expect(shown).to_have_value("puppet")
    for name, value in {"size": "512x512", "n": "1", **fields}.items():
        field = page.locator(f"#make [name={name}]")
        field.select_option(value) if name == "size" else field.fill(value)
    page.locator("#prompt").fill(prompt)
    page.locator(".draw").click()
    expect(page.locator(".card-job")).to_have_count(count + 1)
    return page.locator(".card-job").first


def test_the_make_page_and_its_cards(page: Page) -> None:
    good(page)
    for toggle in ("#picks-toggle", "#more-toggle"):
        page.locator(toggle).click()
    page.locator("#prompt").fill("a red zeppelin in the rain")
    expect(page.locator(".hint-unknown")).to_be_visible()
    good(page)
    drawing = asked(page, "a red boat sleep 0.3", n="2")
    waiting = asked(page, "a green tree sleep 0.3")
    expect(drawing.locator(".going-text")).to_be_visible()
    good(page)
    waiting.locator(".going button").click()
    expect(waiting).to_have_attribute("data-state", "cancelled")
    failed = asked(page, "a tower at 2 raise")
    expect(failed).to_have_attribute("data-state", "failed", timeout=PATIENCE)
    good(page)
    page.locator("#prompt").fill("x" * 3990)
    page.locator("#random").click()
    good(page)


def test_a_picture_and_all_that_is_done_with_it(page: Page) -> None:
    card = asked(page, "a house")
    expect(card).to_have_attribute("data-state", "done", timeout=PATIENCE)
    card.locator(".tile-link").click()
    expect(page.locator(".beside-facts")).to_be_visible()
    good(page)
    page.locator("#lightbox").press("Escape")
    picture = str(card.locator(".tile-link").get_attribute("href"))
    name = picture.rpartition("/")[2]
    page.goto(f"/?from={name}")
    good(page)
    refined = asked(page, "a red house")
    expect(refined).to_have_attribute("data-state", "done", timeout=PATIENCE)
    page.goto(picture)
    page.locator(".downloads summary").click()
    good(page)
    page.goto(f"/edit/{name}")
    page.locator(".keys summary").click()
    good(page)
    for there in ("/upload", "/nowhere", "/admin/upstreams"):
        page.goto(there)
        good(page)
    page.goto(picture)
    page.locator(".made-away button").click()
    good(page)

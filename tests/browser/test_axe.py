"""Every page in every state, read by axe-core: nothing that it knows to shut people out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE, Visit
from tests.browser.test_make_page import ask, finished

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
SHAPES = [
    pytest.param({"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}, id="phone-dark"),
    pytest.param({"viewport": {"width": 1280, "height": 850}, "color_scheme": "light"}, id="desktop-light"),
]
ASK = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.flatMap(
    ({id, nodes}) => nodes.map(({target, failureSummary}) => `${id}: ${target} (${failureSummary.split("\\n")[1]})`)
)"""


def found(page: Page) -> list[str]:
    """What axe-core objects to, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    objections: list[str] = page.evaluate(ASK)
    return objections


@pytest.fixture(params=SHAPES)
def page(request: pytest.FixtureRequest, slow_visit: Visit) -> Iterator[Page]:
    page = slow_visit.page(**request.param)
    yield page
    page.evaluate("ears.shifts.length = 0")  # what may not jump has tests of its own
    slow_visit.troubles[:] = [said for said in slow_visit.troubles if "404" not in said]


def test_the_make_page_queued_drawing_cancelled_done_and_refused(page: Page) -> None:
    assert found(page) == []
    page.get_by_role("button", name="Style and colour").click()
    assert found(page) == []
    drawing = ask(page, "a red boat sleep 0.5", n=4, model="puppet")
    waiting = ask(page, "a green tree", model="puppet")
    expect(drawing).to_have_attribute("data-state", "running")
    expect(drawing.get_by_role("progressbar")).to_be_visible()
    assert found(page) == []
    waiting.get_by_role("button", name="Cancel").click()
    expect(waiting).to_have_attribute("data-state", "cancelled")
    drawing.get_by_role("button", name="Cancel").click()
    expect(drawing).to_have_attribute("data-state", "cancelled")
    finished(ask(page, "a house", model="puppet"))
    failed = ask(page, "a tower at 2 raise", model="puppet")
    expect(failed).to_have_attribute("data-state", "failed", timeout=PATIENCE)
    assert found(page) == []


def test_a_pictures_page_its_trash_and_a_page_that_is_not_there(page: Page) -> None:
    card = ask(page, "a house", model="puppet")
    finished(card)
    page.goto(str(card.locator(".tile-link").get_attribute("href")))
    assert found(page) == []
    page.get_by_role("button", name="Put into the trash").click()
    assert found(page) == []
    page.goto("/nowhere")
    assert found(page) == []


@pytest.mark.parametrize("path", ["/api/docs", "/admin/upstreams"])
def test_pages_for_programmers_and_operators(page: Page, path: str) -> None:
    page.goto(path)
    assert found(page) == []

"""Every page in every state, read by axe-core: nothing that it knows to shut people out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import PATIENCE, Visit
from tests.browser.edit_page import picture, sweep
from tests.browser.test_make_page import ask, finished
from tests.provenance.files import A1111, png

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
SHAPES = [
    pytest.param({"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}, id="phone-dark"),
    pytest.param({"viewport": {"width": 768, "height": 1024}, "color_scheme": "light"}, id="tablet-light"),
    pytest.param({"viewport": {"width": 1280, "height": 850}, "color_scheme": "light"}, id="desktop-light"),
    pytest.param({"viewport": {"width": 1920, "height": 1080}, "color_scheme": "dark"}, id="wide-dark"),
]
ASK = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.flatMap(
    ({id, nodes}) => nodes.map(({target, failureSummary}) => `${id}: ${target} (${failureSummary.split("\\n")[1]})`)
)"""

UNFOLD = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"


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
    refused = ("400 (Bad Request)", "404 (Not Found)")  # the browser notes what a test asks for on purpose
    slow_visit.troubles[:] = [said for said in slow_visit.troubles if not any(status in said for status in refused)]


def test_the_make_page_queued_drawing_cancelled_done_and_refused(page: Page) -> None:
    assert found(page) == []
    page.get_by_role("button", name="Style and colour").click()
    page.get_by_role("button", name="More options").click()
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


def test_a_picture_looked_at_closely_refined_and_its_family(page: Page) -> None:
    card = ask(page, "a house", model="puppet")
    finished(card)
    card.locator(".tile-link").click()
    box = page.get_by_role("dialog")
    expect(box.get_by_role("heading", name="a house")).to_be_visible()
    assert found(page) == []
    box.get_by_text("Download", exact=True).click()
    assert found(page) == []
    box.get_by_role("link", name="Refine").click()
    expect(page.get_by_text("Refining this picture.")).to_be_visible()
    assert found(page) == []
    second = ask(page, "a blue house", model="puppet")
    finished(second)
    page.goto(str(second.locator(".tile-link").get_attribute("href")))
    expect(page.locator(".kin")).to_have_count(2)
    assert found(page) == []


def test_a_picture_brought_edited_and_compared(page: Page) -> None:
    page.goto("/upload")
    assert found(page) == []
    page.locator("#bring-file").set_input_files([picture(data=png(parameters=A1111)), picture("no.png", b"x")])
    expect(page.get_by_role("button", name="Use its settings")).to_be_visible()
    assert found(page) == []
    page.locator(".brought-item").get_by_role("link", name="Edit").click()
    stage = page.get_by_role("application")
    expect(stage).to_be_visible()
    assert found(page) == []
    sweep(page, stage)
    page.get_by_text("Keys", exact=True).click()
    assert found(page) == []
    page.get_by_text("Keys", exact=True).click()
    page.get_by_label("What should be there?").fill("a boat")
    page.get_by_role("button", name="Draw", exact=True).click()
    card = page.locator(".card-job").first
    finished(card)
    page.goto(str(card.locator(".tile-link").get_attribute("href")).replace("/pictures/", "/compare/"))
    assert found(page) == []


@pytest.mark.parametrize("path", ["/api/docs", "/admin/upstreams", "/styles", "/admin/styles"])
def test_pages_for_programmers_and_operators(page: Page, path: str) -> None:
    page.goto(path)
    page.evaluate(UNFOLD)
    assert found(page) == []


def test_styles_imported_changed_and_picked(page: Page) -> None:
    page.goto("/styles")
    page.get_by_text("Import a file").click()
    file = b"name,prompt\nKitchen,warm light\n,nameless\n"
    page.get_by_label("styles.csv").set_input_files(FilePayload(name="styles.csv", mimeType="text/csv", buffer=file))
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("status").filter(has_text="left out")).to_be_visible()
    assert found(page) == []
    page.get_by_role("link", name="Kitchen").click()
    assert found(page) == []
    page.goto("/?model=puppet")
    page.get_by_role("button", name="Style and colour").click()
    page.locator("summary", has_text="Your own").click()
    expect(page.get_by_role("radio", name="Kitchen")).to_be_visible()
    assert found(page) == []

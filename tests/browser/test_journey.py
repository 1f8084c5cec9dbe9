"""The whole way, make → refine → edit → vary → download, by keyboard alone and by finger alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Download, Page, expect

from tests.browser.conftest import PATIENCE, Visit
from tests.browser.edit_page import painted
from tests.browser.test_for_everybody import PHONE, reach
from tests.browser.test_make_page import finished

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def saved(download: Download, folder: Path) -> tuple[int, int]:
    """The size of what was downloaded, which opens as a picture."""
    download.save_as(folder / download.suggested_filename)
    with Image.open(folder / download.suggested_filename) as image:
        image.load()
        return image.size


def test_by_keyboard_alone(visit: Visit, tmp_path: Path) -> None:
    page = visit.page()
    newest = page.locator(".card-job").first
    page.keyboard.type("a red boat")
    page.keyboard.press("Control+Enter")
    finished(newest)

    look_closely(page, "a red boat")
    reach(page, "Refine")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Refining this picture.")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("a blue boat")
    page.keyboard.press("Control+Enter")
    expect(newest.get_by_role("heading")).to_have_text("a blue boat")
    finished(newest)

    look_closely(page, "a blue boat")
    reach(page, "Use as reference")
    page.keyboard.press("Enter")
    expect(page.get_by_role("application")).to_be_visible()
    reach(page, "The picture. Paint where it should change.")
    page.keyboard.down("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.up("Space")
    assert painted(page) > 0
    reach(page, "What should be there?")
    page.keyboard.press("Control+a")
    page.keyboard.type("a green boat")
    reach(page, "Draw")
    page.keyboard.press("Enter")
    expect(newest.get_by_role("heading")).to_have_text("a green boat")
    finished(newest)

    look_closely(page, "a green boat")
    reach(page, "Use as reference")
    page.keyboard.press("Enter")
    expect(page.get_by_role("application")).to_be_visible()
    reach(page, "How different")
    page.keyboard.press("ArrowLeft")
    reach(page, "Vary")
    page.keyboard.press("Enter")
    expect(newest.locator(".tile")).to_have_count(4, timeout=PATIENCE)
    finished(newest, 4)

    reach(page, "Download picture 1")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert saved(download.value, tmp_path) == (1024, 1024)


def look_closely(page: Page, prompt: str) -> None:
    reach(page, prompt)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("heading", name=prompt)).to_be_visible()


def test_by_finger_alone(visit: Visit, tmp_path: Path) -> None:
    page = visit.page(**PHONE)
    newest = page.locator(".card-job").first
    dialog = page.get_by_role("dialog")
    words = page.get_by_role("textbox", name="What should the picture show?")
    words.tap()
    words.fill("a red boat")
    page.get_by_role("button", name="Draw", exact=True).tap()
    finished(newest)

    newest.locator(".tile-link").tap()
    dialog.get_by_role("link", name="Refine").tap()
    expect(page.get_by_text("Refining this picture.")).to_be_visible()
    words.fill("a blue boat")
    page.get_by_role("button", name="Draw", exact=True).tap()
    expect(newest.get_by_role("heading")).to_have_text("a blue boat")
    finished(newest)

    newest.locator(".tile-link").tap()
    dialog.get_by_role("link", name="Use as reference").tap()
    expect(page.get_by_role("application")).to_be_visible()
    stage = page.get_by_role("application").bounding_box()
    assert stage is not None
    page.touchscreen.tap(stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2)
    assert painted(page) > 0
    page.get_by_label("What should be there?").fill("a green boat")
    page.get_by_role("button", name="Draw", exact=True).tap()
    expect(newest.get_by_role("heading")).to_have_text("a green boat", timeout=PATIENCE)
    finished(newest)

    newest.locator(".tile-link").tap()
    dialog.get_by_role("link", name="Use as reference").tap()
    page.get_by_role("button", name="Vary").tap()
    expect(newest.locator(".tile")).to_have_count(4)
    finished(newest, 4)

    newest.locator(".tile-link").first.tap()
    dialog.get_by_text("Download", exact=True).tap()
    with page.expect_download() as download:
        dialog.get_by_role("link", name="JPEG", exact=True).tap()
    assert download.value.suggested_filename.endswith(".jpg")
    assert saved(download.value, tmp_path) == (1024, 1024)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

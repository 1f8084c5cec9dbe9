"""The refine loop in a real browser: from a picture to its next version, its family, and settings out of a file."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_for_everybody import PHONE
from tests.browser.test_make_page import ask, finished
from tests.provenance.files import A1111, png

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WORDS = "What should the picture show?"


DROP = """async ([bytes, type]) => {
    const carried = new DataTransfer();
    carried.items.add(new File([new Uint8Array(bytes)], "cat.png", { type: "image/png" }));
    const options = { dataTransfer: carried, bubbles: true, cancelable: true };
    document.getElementById("prompt").dispatchEvent(new DragEvent(type, options));
}"""


def file(data: bytes) -> list[FilePayload]:
    return [{"name": "cat.png", "mimeType": "image/png", "buffer": data}]


def drop(page: Page, event: str, data: bytes) -> None:
    page.evaluate(DROP, [list(data), event])


def test_a_picture_is_refined_and_its_page_shows_where_it_comes_from(visit: Visit) -> None:
    page = visit.page()
    card = ask(page, "a red boat", size="256x256")
    finished(card)
    card.locator(".tile-link").press("Enter")
    page.get_by_role("link", name="Refine", exact=True).click()
    expect(page.get_by_text("Refining this picture.")).to_be_visible()
    expect(page.get_by_role("textbox", name=WORDS)).to_have_value("a red boat")
    expect(page.get_by_label("Size")).to_have_value("256x256")
    second = ask(page, "a blue boat", size="256x256")
    finished(second)
    second.locator(".tile-link").press("Enter")
    page.get_by_role("link", name="Open its page").click()
    tree = page.locator(".tree")
    expect(tree.locator(".kin")).to_have_count(2)
    expect(tree.locator("[aria-current=page]")).to_contain_text("Refined from 1")
    expect(page.locator(".diff ins")).to_contain_text("blue")
    expect(page.locator(".diff del")).to_contain_text("red")
    page.get_by_role("link", name="Refine picture 1").click()
    third = ask(page, "a red boat at night", size="256x256")
    finished(third)
    third.locator(".tile-link").press("Enter")
    page.get_by_role("link", name="Open its page").click()
    expect(page.locator(".kin")).to_have_count(3)
    page.get_by_label("This picture against").select_option(index=1)
    expect(page.locator(".diff del")).to_contain_text("blue")
    page.set_viewport_size({"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_letting_go_keeps_the_words_and_a_reload_stays_free(visit: Visit) -> None:
    page = visit.page()
    finished(ask(page, "a cat", size="256x256"))
    picture = page.locator(".tile-link").first.get_attribute("href") or ""
    page.goto(f"/?from={picture.rpartition('/')[2]}")
    page.get_by_role("textbox", name=WORDS).fill("a cat with a balloon")
    page.get_by_role("link", name="Let go").click()
    expect(page.get_by_text("Refining this picture.")).to_have_count(0)
    expect(page.get_by_role("textbox", name=WORDS)).to_have_value("a cat with a balloon")
    assert page.evaluate("new FormData(document.getElementById('make')).has('from')") is False
    assert page.url.endswith("/")


def test_a_picture_that_is_dropped_brings_its_settings(visit: Visit) -> None:
    page = visit.page()
    drop(page, "dragover", b"x")
    expect(page.get_by_text("Drop it to begin with this picture")).to_be_visible()
    drop(page, "drop", png(parameters=A1111))
    expect(page.locator(".brought-said")).to_contain_text("made with AUTOMATIC1111")
    with page.expect_navigation():
        page.get_by_role("button", name="Use its settings").click()
    expect(page.get_by_role("textbox", name=WORDS)).to_have_value("masterpiece, (a cat:1.2), on a roof")
    expect(page.locator("#start-notes")).to_contain_text("made with AUTOMATIC1111")
    assert page.url.endswith("/")


def test_a_file_without_settings_offers_none(visit: Visit) -> None:
    page = visit.page()
    page.locator("#bring-file").set_input_files(file(png()))
    expect(page.locator(".brought-item").get_by_role("link", name="Edit")).to_be_visible()
    expect(page.get_by_role("button", name="Use its settings")).to_have_count(0)


def test_without_scripts_a_file_is_chosen_and_read_on_a_phone(visit: Visit) -> None:
    page = visit.page(**PHONE, java_script_enabled=False)
    page.get_by_label("Choose a picture").set_input_files(file(png(parameters=A1111)))
    page.get_by_role("button", name="Read its settings").click()
    expect(page.get_by_role("textbox", name=WORDS)).to_have_value("masterpiece, (a cat:1.2), on a roof")
    expect(page.locator("#start-notes li").first).to_contain_text("AUTOMATIC1111")

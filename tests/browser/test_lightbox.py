"""A picture looked at closely, by mouse, keyboard and finger."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from limner.provenance.mark import read
from tests.browser.conftest import Visit, towards_the_end
from tests.browser.test_for_everybody import PHONE, reach
from tests.browser.test_make_page import ask, finished

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

CLIPBOARD = ["clipboard-read", "clipboard-write"]


def with_pictures(visit: Visit, n: int = 3, **options: object) -> Page:
    """A page whose newest job has `n` pictures."""
    page = visit.page(**options)
    finished(ask(page, "a red boat", n=n, size="256x256"), n)
    return page


def opened(page: Page, place: int = 0) -> Locator:
    page.locator(".tile-link").nth(place).click()
    box = page.get_by_role("dialog")
    expect(box).to_be_visible()
    expect(box.get_by_role("heading", name="a red boat")).to_be_visible()
    return box


def scaled(page: Page, condition: str) -> None:
    scale = "new DOMMatrix(getComputedStyle(document.querySelector('.lightbox-picture')).transform).a"
    for _ in range(50):  # not `wait_for_function`, whose text the page's policy forbids
        if page.evaluate(f"{scale} {condition}"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the picture's scale is {page.evaluate(scale)}, not {condition}")


def test_a_tile_opens_its_picture_with_how_it_was_made(visit: Visit) -> None:
    page = with_pictures(visit)
    box = opened(page)
    for words in ("Storybook", "256 × 256", "Seed"):
        expect(box.get_by_text(words).first).to_be_visible()
    whole = re.compile(r"/pictures/[0-9a-f-]{36}\.png$")
    expect(box.locator(".lightbox-picture")).to_have_attribute("src", whole)
    expect(box.get_by_role("link", name="Refine")).to_have_attribute("href", re.compile(r"^/\?from=[0-9a-f-]{36}$"))
    edit = re.compile(r"^/edit/[0-9a-f-]{36}(#vary)?$")
    for name in ("Edit", "Vary"):
        expect(box.get_by_role("link", name=name)).to_have_attribute("href", edit)
    reference = box.get_by_role("link", name="Use as reference")
    expect(reference).to_have_attribute("href", re.compile(r"^/edit/[0-9a-f-]{36}$"))
    assert page.url.endswith("/"), "the page was left"
    box.get_by_role("link", name="Open its page").click()
    expect(page.get_by_role("heading", name="How it was made")).to_be_visible()


def test_the_keyboard_opens_turns_zooms_and_comes_back_to_where_it_was(visit: Visit) -> None:
    page = with_pictures(visit)
    tiles = page.locator(".tile-link")
    tiles.first.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("dialog")
    expect(box).to_be_visible()
    expect(box.locator(".lightbox-place")).to_have_text(re.compile(r"^1 of \d+$"))
    expect(box.get_by_role("button", name="Previous picture")).to_be_hidden()
    page.keyboard.press(f"Arrow{towards_the_end(page)}")
    expect(box.locator(".lightbox-place")).to_have_text(re.compile(r"^2 of"))
    page.keyboard.press("+")
    scaled(page, "> 1.4")
    before = page.locator(".lightbox-picture").bounding_box()
    for _ in range(20):
        page.keyboard.press("+")
    scaled(page, "> 7.9")
    page.keyboard.press("ArrowRight")  # pans now
    expect(box.locator(".lightbox-place")).to_have_text(re.compile(r"^2 of"))
    assert page.locator(".lightbox-picture").bounding_box() != before
    page.keyboard.press("0")
    scaled(page, "== 1")
    reach(page, "Download")
    page.keyboard.press("Enter")
    expect(box.get_by_role("link", name="PNG (original)")).to_be_visible()
    page.keyboard.press("Escape")  # the menu first, then the box
    expect(box.get_by_role("link", name="PNG (original)")).to_be_hidden()
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(tiles.nth(1)).to_be_focused()


def test_a_mouse_zooms_where_it_points_and_drags(visit: Visit) -> None:
    page = with_pictures(visit, 1)
    box = opened(page)
    stage = box.locator(".lightbox-stage").bounding_box()
    assert stage is not None
    x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
    page.mouse.dblclick(x + 40, y + 40)
    scaled(page, "== 2")
    page.mouse.move(x, y)
    page.mouse.wheel(0, -600)
    scaled(page, "> 4")
    before = page.locator(".lightbox-picture").bounding_box()
    page.mouse.down()
    page.mouse.move(x + 90, y + 30, steps=4)
    page.mouse.up()
    after = page.locator(".lightbox-picture").bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] - before["x"] == pytest.approx(90, abs=3)
    page.mouse.wheel(0, 3000)
    scaled(page, "== 1")
    box.get_by_role("button", name="Zoom in").click()
    scaled(page, "> 1.4")
    box.get_by_role("button", name="Show all of it").click()
    scaled(page, "== 1")
    box.get_by_role("button", name="Close").click()
    expect(box).to_be_hidden()


def test_a_finger_swipes_between_pictures_and_two_pinch(visit: Visit) -> None:
    page = with_pictures(visit, 2, **PHONE)
    page.locator(".tile-link").first.tap()
    box = page.get_by_role("dialog")
    expect(box.get_by_role("heading", name="a red boat")).to_be_visible()
    place = box.locator(".lightbox-place")
    expect(place).to_have_text(re.compile("^1 of"))
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def swipe(start: int, end: int) -> None:
        touch("touchStart", (start, 250))
        for step in range(1, 6):
            touch("touchMove", (start + (end - start) * step / 5, 252))
        touch("touchEnd")

    near, far = (120, 300) if towards_the_end(page) == "Left" else (300, 120)
    swipe(near, far)
    expect(place).to_have_text(re.compile("^2 of"))
    swipe(far, near)
    expect(place).to_have_text(re.compile("^1 of"))
    touch("touchStart", (180, 250), (210, 250))
    for step in range(1, 6):
        touch("touchMove", (180 - 12 * step, 250), (210 + 12 * step, 250))
    touch("touchEnd")
    scaled(page, "> 3")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("ears.smallTargets(44)") == []


def test_a_download_comes_in_every_format_with_and_without_its_settings(visit: Visit) -> None:
    page = with_pictures(visit, 1)
    box = opened(page)
    box.get_by_text("Download", exact=True).click()
    for name, format, bare in (("PNG (original)", "PNG", False), ("JPEG", "JPEG", False), ("WebP", "WEBP", True)):
        with page.expect_download() as saving:
            box.get_by_role("link", name=f"{name}, only the picture" if bare else name, exact=True).click()
        file = saving.value.path().read_bytes()
        made = read(file)
        assert Image.open(io.BytesIO(file)).format == format
        assert made is not None
        assert made.made_by_a_model
        assert made.prompt == ("" if bare else "a red boat")
        assert saving.value.suggested_filename.startswith("picture" if bare else "a-red-boat")


def test_picture_prompt_and_link_go_onto_the_clipboard(visit: Visit) -> None:
    page = with_pictures(visit, 1, permissions=CLIPBOARD)
    box = opened(page)
    box.get_by_role("button", name="Copy prompt").click()
    expect(box.get_by_role("status")).to_have_text("The prompt is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "a red boat"
    box.get_by_role("button", name="Copy picture").click()
    expect(box.get_by_role("status")).to_have_text("The picture is copied.")
    assert page.evaluate("navigator.clipboard.read().then(([item]) => item.types)") == ["image/png"]
    box.get_by_role("button", name="Copy a link").click()
    expect(box.get_by_role("status")).to_contain_text("for 7 days.")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{visit.server.url}/files/")
    assert page.context.request.get(link).headers["content-type"] == "image/png"


def test_where_the_clipboard_is_closed_the_words_can_be_taken_by_hand(visit: Visit) -> None:
    page = with_pictures(visit, 1)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    box = opened(page)
    box.get_by_role("button", name="Copy a link").click()
    field = box.get_by_role("status").get_by_role("textbox")
    expect(field).to_have_value(re.compile(r"^http://.*/files/"))
    expect(field).to_be_focused()
    box.get_by_role("button", name="Copy picture").click()
    expect(box.get_by_role("status")).to_contain_text("Download it instead.")


def test_without_scripts_a_tile_leads_to_the_pictures_page(visit: Visit) -> None:
    with_pictures(visit, 1)
    page = visit.page(java_script_enabled=False)
    page.locator(".tile-link").first.click()
    expect(page.get_by_role("heading", name="How it was made")).to_be_visible()

"""The studio in every state, on a phone and on a desk, light and dark, as pictures to be looked at.

$ python -m tests.browser.portraits [folder, else docs/images/studio]
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import serving
from tests.browser.conftest import FLAGS, PATIENCE
from tests.browser.edit_page import picture, sweep
from tests.browser.test_make_page import ask, finished
from tests.parts import chromium
from tests.provenance.files import A1111, png

SHAPES: dict[str, dict[str, object]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "desk": {"viewport": {"width": 1280, "height": 850}},
}
KEPT = 640
"""Pixels that a kept picture is wide: enough to see by, small enough for a repository."""


def empty(page: Page) -> None:
    """Nothing was made yet."""


def options(page: Page) -> None:
    page.get_by_label("Model").select_option("storybook")
    page.get_by_role("button", name="Style and colour").click()
    page.get_by_role("button", name="More options").click()
    page.get_by_role("textbox", name="What should the picture show?").fill("a fox with a kazoo in the snow")
    expect(page.locator("#hint")).to_contain_text("kazoo")


def written(page: Page) -> None:
    page.get_by_role("textbox", name="What should the picture show?").fill("a red boat")
    page.get_by_role("button", name="Writer", exact=True).click()
    page.get_by_role("button", name="Improve this").click()
    expect(page.locator(".added mark")).to_have_count(1)
    page.wait_for_timeout(1000)


def drawing(page: Page) -> None:
    page.get_by_role("button", name="Writer", exact=True).click()
    finished(ask(page, "a lighthouse by the sea at sunset", model="storybook", n=2), 2)
    ask(page, "a red boat sleep 2", n=2, model="puppet")
    ask(page, "a green tree sleep 2", model="puppet")
    waiting = ask(page, "a house sleep 2", model="puppet")
    expect(waiting).to_contain_text("ahead")
    page.wait_for_timeout(2500)


def queued(page: Page) -> None:
    page.evaluate("document.querySelectorAll('.card-job')[3].scrollIntoView()")
    page.wait_for_timeout(600)


def failed(page: Page) -> None:
    cancel = page.locator(".card-job").get_by_role("button", name="Cancel")
    while cancel.count():
        cancel.first.click()
        page.wait_for_timeout(500)
    card = ask(page, "a tower at 2 raise", model="puppet")
    expect(card).to_have_attribute("data-state", "failed", timeout=PATIENCE)
    page.evaluate("scrollTo(0, 0)")


def offline(page: Page) -> None:
    page.context.set_offline(True)
    page.evaluate("document.getElementById('away').hidden = false")  # what stands there when the stream has ended


def done(page: Page) -> None:
    page.context.set_offline(False)
    page.reload()
    finished(ask(page, "a friendly robot holding a flower", model="storybook", n=4), 4)
    page.wait_for_timeout(1200)


def closely(page: Page) -> None:
    page.locator(".tile-link").first.click()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_be_visible()
    page.wait_for_timeout(500)


def refining(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("link", name="Refine").click()
    page.get_by_label("Model").select_option("storybook")
    finished(ask(page, "a friendly robot holding a balloon", model="storybook"))


def family(page: Page) -> None:
    page.goto(str(page.locator(".tile-link").first.get_attribute("href")))
    page.wait_for_timeout(300)


def editing(page: Page) -> None:
    page.locator(".picture-page").get_by_role("link", name="Edit", exact=True).click()
    stage = page.get_by_role("application")
    expect(stage).to_be_visible()
    sweep(page, stage)


def brought(page: Page) -> None:
    page.goto("/")
    page.locator("#bring-file").set_input_files([picture(data=png(parameters=A1111)), picture("words.png", b"x")])
    expect(page.locator(".brought-item").nth(1)).to_contain_text("not a whole")


STATES: tuple[Callable[[Page], None], ...] = (
    empty, options, written, drawing, queued, failed, offline, done, closely, refining, family, editing, brought,
)  # fmt: skip


def take(browser: Browser, folder: Path, shape: str, scheme: str, **more: object) -> None:
    """Every state, one after the other, in a studio of its own."""
    with tempfile.TemporaryDirectory() as home, serving.serving(Path(home), program="tests.scripted") as server:
        context = browser.new_context(base_url=server.url, color_scheme=scheme, **SHAPES[shape], **more)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/")
        for state in STATES:
            state(page)
            whole = state in (options, written, refining, family, editing)
            with Image.open(io.BytesIO(page.screenshot(full_page=whole))) as shot:
                shot.thumbnail((KEPT, 4 * KEPT))
                shot.save(folder / f"{state.__name__}-{shape}-{scheme}.webp", quality=70)
        context.close()


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images/studio")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS])
        for shape in SHAPES:
            for scheme in ("light", "dark"):
                take(browser, folder, shape, scheme)
        browser.close()


if __name__ == "__main__":
    main()

"""Take docs/images/studio.png of a running Limner: `limner serve`, then `python docs/images/take.py [URL]`."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright

WORDS = (
    ("An orange cat in the city at night", 4),
    ("A red boat on the sea at sunset", 1),
    ("A yellow castle in the snow", 1),
    ("A friendly robot holding a flower", 1),
)


def ask(page: Page, prompt: str, n: int) -> Locator:
    """Ask for `n` pictures of `prompt`; the new card."""
    before = page.locator(".card-job").count()
    page.get_by_role("textbox", name="What should the picture show?").fill(prompt)
    page.get_by_label("Pictures", exact=True).fill(str(n))
    page.keyboard.press("Control+Enter")
    expect(page.locator(".card-job")).to_have_count(before + 1)
    card = page.locator(f"#{page.locator('.card-job').first.get_attribute('id')}")
    expect(card.locator(".actions")).to_be_visible(timeout=180_000)
    return card


def main() -> None:
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1360, "height": 930}).new_page()
        page.goto(url)
        for prompt, n in WORDS:
            ask(page, prompt, n)
        page.wait_for_timeout(2000)  # the last picture fades in
        page.get_by_role("textbox", name="What should the picture show?").focus()
        page.evaluate("scrollTo(0, 0)")
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        browser.close()
    target = Path(__file__).with_name("studio.png")
    shot.save(target, optimize=True)
    print(f"{target}: {target.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()

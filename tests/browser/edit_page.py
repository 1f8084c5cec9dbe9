"""The edit page: a picture is brought to it, painted on with the mouse, and its mask is read."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import PATIENCE

# A copy is read, so that the page's own canvas stays one that is only drawn on.
COPY = """
  const mask = document.getElementById("mask");
  const copy = new OffscreenCanvas(mask.width, mask.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(mask, 0, 0);
"""
# How much of the mask is painted.
PAINTED = f"""() => {{ {COPY}
  const {{ data }} = copy.getImageData(0, 0, mask.width, mask.height);
  let painted = 0;
  for (let i = 3; i < data.length; i += 4) painted += data[i] > 127;
  return painted / (mask.width * mask.height);
}}"""
# Whether a point of it is, by shares of its width and height.
POINT = f"""([x, y]) => {{ {COPY}
  return copy.getImageData(x * mask.width, y * mask.height, 1, 1).data[3] > 127;
}}"""
NEARLY = 0.001
"""A stroke that is drawn anew in one piece differs by a few pixels at its edge."""


def drawing(size: tuple[int, int] = (512, 512)) -> bytes:
    image = Image.new("RGB", size, "#9cc7e8")
    image.paste("#5a9a4a", (0, size[1] // 2, *size))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def picture(name: str = "drawing.png", data: bytes | None = None) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": drawing() if data is None else data}


def bring(page: Page, *pictures: FilePayload) -> Locator:
    """Choose these on the page; the rows of the dialog."""
    page.locator("#bring-file").set_input_files(list(pictures))
    expect(page.get_by_role("dialog", name="Your pictures")).to_be_visible(timeout=PATIENCE)
    return page.locator(".brought-item")


def edit(page: Page, size: tuple[int, int] = (512, 512)) -> Locator:
    """The stage of the edit page of a picture that was just brought."""
    row = bring(page, picture(data=drawing(size)))
    row.get_by_role("link", name="Edit").click()
    stage = page.get_by_role("application", name="The picture. Paint where it should change.")
    expect(stage).to_be_visible(timeout=PATIENCE)
    return stage


def middle(stage: Locator) -> tuple[float, float]:
    box = stage.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def sweep(page: Page, stage: Locator, *, by: float = 90) -> None:
    """One stroke through the middle, with the mouse."""
    x, y = middle(stage)
    page.mouse.move(x - by, y)
    page.mouse.down()
    page.mouse.move(x, y, steps=5)
    page.mouse.move(x + by, y, steps=5)
    page.mouse.up()


def painted(page: Page) -> float:
    share: float = page.evaluate(PAINTED)
    return share

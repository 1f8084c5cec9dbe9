"""The make page in a browser: its weight, when it is first seen, and how busy it is while eight jobs stream previews.

python -m benchmarks.studio [--runs 7]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Generator
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measure.player import AT_ONCE
from benchmarks.measure.server import limner
from benchmarks.measure.table import Row, show
from tests.browser.conftest import FLAGS

PLAYER = (sys.executable, "-m", "benchmarks.measure.player", "serve")
EARS = """
window.heard = { long: [], shift: 0, previews: 0 };
new PerformanceObserver((list) => heard.long.push(...list.getEntries().map((one) => one.duration)))
  .observe({ type: "longtask", buffered: true });
new PerformanceObserver((list) => {
  heard.shift += list.getEntries().filter((one) => !one.hadRecentInput).reduce((sum, one) => sum + one.value, 0);
}).observe({ type: "layout-shift", buffered: true });
new MutationObserver((changes) => {
  heard.previews += changes.filter((change) => change.target.classList?.contains("tile-preview")).length;
}).observe(document, { childList: true, subtree: true });
"""
FIRST_PAINT = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const paint = list.getEntriesByName("first-contentful-paint")[0];
    if (paint) resolve(paint.startTime);
  }).observe({ type: "paint", buffered: true });
})"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    weights: dict[str, float] = {}
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])  # the server runs in a folder of its own
    with (
        tempfile.TemporaryDirectory() as folder,
        limner(Path(folder) / "home", PLAYER) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS])
        weights["the make page"] = weighed(browser, f"{server.url}/")
        weights["the page to bring a picture"] = weighed(browser, f"{server.url}/upload")
        ours, plain = [], []
        with copy_of(server.url) as still:
            for _ in range(runs + 1):
                ours.append(first_paint(browser, server.url))
                plain.append(first_paint(browser, still))
        ours, plain = ours[1:], plain[1:]  # the first finds cold caches on one side only
        busy = watched(browser, server.url)
        browser.close()
    show(
        "The studio in a browser",
        [
            *[Row(f"{page}, cold, as it travels", [kilobytes], "kB", 250) for page, kilobytes in weights.items()],
            Row("first contentful paint", ours, "ms"),
            Row("the same bytes from a plain file server", plain, "ms"),
            Row("ratio", [a / b for a, b in zip(ours, plain, strict=True)], "×", 1.5),
            Row(f"longest task while {AT_ONCE} jobs stream previews", [max(busy.long, default=0.0)], "ms", 100),
            Row("previews shown meanwhile", [busy.previews], "", least=AT_ONCE * 20),
            Row("layout shift meanwhile", [busy.shift], "", 0),
        ],
    )


class Busy:
    """What a page was heard to do."""

    def __init__(self, page: Page) -> None:
        heard = page.evaluate("heard")
        self.long: list[float] = heard["long"]
        self.shift: float = heard["shift"]
        self.previews: int = heard["previews"]


def weighed(browser: Browser, url: str) -> float:
    """Kilobytes of everything that a first visit fetches, headers left out."""
    page = browser.new_context().new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(url)
    page.wait_for_timeout(1500)
    page.context.close()
    return sum(sizes) / 1000


def first_paint(browser: Browser, url: str) -> float:
    """Milliseconds until a new profile sees something."""
    page = browser.new_context().new_page()
    page.goto(url, wait_until="commit")
    seen: float = page.evaluate(FIRST_PAINT)
    page.context.close()
    return seen


def watched(browser: Browser, url: str) -> Busy:
    """A page, opened after eight jobs were asked for, until they are done."""
    page = browser.new_context(viewport={"width": 1280, "height": 2400}).new_page()
    page.add_init_script(EARS)
    for number in range(AT_ONCE):
        asked = {"prompt": f"a boat, number {number}", "model": "player"}
        httpx.post(f"{url}/api/v1/jobs", json=asked, timeout=60).raise_for_status()
    page.goto(url)
    page.locator('.card-job[data-state="done"]').nth(AT_ONCE - 1).wait_for(timeout=120_000)
    page.wait_for_timeout(500)
    return Busy(page)


@contextlib.contextmanager
def copy_of(url: str) -> Generator[str]:
    """The make page and all that it asks for, as packed bytes out of memory. Yields its address."""
    kept: dict[str, tuple[HTTPMessage, bytes]] = {}

    class Files(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path != "/" and not self.path.startswith("/static/"):
                self.send_error(404)
                return
            if self.path not in kept:  # httpx would unpack it
                with urlopen(Request(url + self.path, headers={"Accept-Encoding": "gzip"})) as answer:
                    kept[self.path] = answer.headers, answer.read()
            headers, body = kept[self.path]
            self.send_response(200)
            for name in ("Content-Type", "Content-Encoding", "Content-Length", "Cache-Control"):
                if name in headers:
                    self.send_header(name, headers[name])
            self.end_headers()
            with contextlib.suppress(BrokenPipeError):  # who has painted hangs up
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the table is all there is to read."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()


if __name__ == "__main__":
    main()

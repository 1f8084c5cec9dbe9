"""A real browser against a real `limner serve` with an empty home and the bundled model."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests import serving as outside
from tests.browser import translated
from tests.parts import chromium
from tests.serving import Server

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 30_000
"""Milliseconds after which something that should be on the page is not."""
EARS = Path(__file__).with_name("ears.js")


def pytest_configure(config: pytest.Config) -> None:
    expect.set_options(timeout=PATIENCE)
    if config.getoption("--language") == "pseudo":
        translated.speak_pseudo()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def with_puppet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a model more, which draws as slowly as its prompts say."""
    with serving(tmp_path_factory.mktemp("scripted"), program="tests.scripted") as running:
        yield running


@contextmanager
def serving(home: Path, *, program: str = "limner", **more: str) -> Generator[Server]:
    """A server whose log, at the end, names nothing that a browser was forbidden.

    It finds the static files that the first one here gave their hashed names: that takes two seconds."""
    static = home.parent / "static"
    static.mkdir(mode=0o700, exist_ok=True)
    (home / "static").symlink_to(static)
    with outside.serving(home, program=program, **translated.environment(), **more) as running:
        yield running
    assert "content security policy:" not in running.log.read_text(), "a browser met something forbidden"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a module: while Playwright's synchronous door is open, this thread looks like an event loop to Django."""
    path = chromium()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield running
        running.close()


@dataclass
class Visit:
    """A fresh visit to the studio, with ears for everything that must not happen."""

    browser: Browser
    server: Server
    troubles: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    without_scripts: list[BrowserContext] = field(default_factory=list)

    def page(self, **options: object) -> Page:
        """A page in a profile of its own."""
        context = self.browser.new_context(
            base_url=self.server.url,
            accept_downloads=True,
            **{"viewport": {"width": 1280, "height": 850}, **options},  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        if options.get("java_script_enabled") is False:
            self.without_scripts.append(context)
        return self.another(context)

    def another(self, context: BrowserContext) -> Page:
        """One more tab of the same profile."""
        page = context.new_page()
        page.add_init_script(path=EARS)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.goto("/")
        return page

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console {message.type}: {message.text}")


def towards_the_end(page: Page) -> str:
    """The side that reading goes to: `Right`, or `Left`."""
    return "Left" if page.evaluate("document.dir") == "rtl" else "Right"


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    yield from _visit(browser, server)


@pytest.fixture
def slow_visit(browser: Browser, with_puppet: Server) -> Iterator[Visit]:
    """A visit to a studio that can draw slowly: the prompts of `Puppet` say how."""
    yield from _visit(browser, with_puppet)


def _visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """Every test ends with: no breach of the policy, no error in the console, nothing that jumped."""
    visit = Visit(browser, server)
    yield visit
    for context in visit.contexts:
        for page in context.pages:
            if context in visit.without_scripts:
                continue
            assert page.evaluate("ears.breaches") == []
            if translated.environment():
                assert translated.unmarked(page) == []
            # The pseudo-language's long lines break in other places with each number that changes in them.
            still = 0.05 if translated.environment() else 0.01
            assert page.evaluate("ears.jumps()") < still, page.evaluate("[ears.arrivals, ears.shifts]")
        context.close()
    assert visit.troubles == []

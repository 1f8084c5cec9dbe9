"""The model picker, the price beside the button, the question about a key and the owner's page, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, serving
from tests.browser.test_for_everybody import PHONE, reach
from tests.browser.test_make_page import ask, finished
from tests.serving import Server
from tests.upstream.running import StandIn, stand_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

BRUSH = "gpt-image-2"


@pytest.fixture(scope="module")
def openai() -> Iterator[StandIn]:
    with stand_in() as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, openai: StandIn) -> Iterator[Server]:
    """A Limner that found a key for the stand-in."""
    home = tmp_path_factory.mktemp("home")
    with serving(home, OPENAI_API_KEY=openai.key, OPENAI_BASE_URL=openai.url) as running:
        yield running


def price(page: Page) -> str:
    return page.locator("#price [data-price]").inner_text()


def choose(page: Page, model: str) -> None:
    page.get_by_label("Model").select_option(model)
    expect(page.locator("#settings input[name=shown]")).to_have_value(model)


# The question comes first: it is asked until it is answered.


def test_a_found_key_is_asked_about_and_the_answer_is_kept(visit: Visit, openai: StandIn) -> None:
    page = visit.page()
    asked = page.get_by_role("form", name="An OpenAI key was found")
    expect(asked).to_contain_text("about 5.3 cents a picture, or keep drawing with Storybook for nothing?")
    expect(page.get_by_label("Model")).to_have_value("storybook")
    narrow = visit.page(**PHONE)
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
    assert narrow.evaluate("ears.smallTargets(44)") == []
    reach(page, "Use GPT Image 2")
    reach(page, "Keep Storybook")
    page.keyboard.press("Enter")
    expect(asked).to_have_count(0)
    expect(page.get_by_label("Model")).to_have_value("storybook")
    page.reload()
    expect(page.get_by_role("textbox", name="What should the picture show?")).to_be_visible()
    expect(asked).to_have_count(0)
    assert openai.calls == []


def test_settings_and_price_follow_the_model_and_the_words_stay(visit: Visit) -> None:
    page = visit.page()
    expect(page.locator("#price")).to_contain_text("costs nothing")
    page.get_by_role("textbox", name="What should the picture show?").fill("a red robot")
    choose(page, BRUSH)
    expect(page.get_by_role("textbox", name="What should the picture show?")).to_have_value("a red robot")
    assert price(page) == "about 5.3 cents"
    page.get_by_role("button", name="One picture more").click()
    assert price(page) == "about 10.6 cents"
    page.get_by_label("Quality").select_option("high")
    assert price(page) == "about 42.2 cents"
    page.get_by_label("Pictures", exact=True).fill("6")
    assert price(page) == "about $1.27"
    page.get_by_label("Size").select_option("3840x2160")
    total = price(page)
    page.reload()
    expect(page.get_by_label("Model")).to_have_value(BRUSH)
    said = page.evaluate(
        "fetch('/settings?model=gpt-image-2&size=3840x2160&quality=high&n=6').then((answer) => answer.text())"
    )
    assert f"data-price>{total}<" in said, "the script and the server say different prices"
    choose(page, "storybook")
    expect(page.locator("#price")).to_contain_text("costs nothing")
    expect(page.get_by_label("Quality")).to_have_count(0)


def test_a_chosen_model_draws_for_the_price_that_was_shown(visit: Visit, openai: StandIn) -> None:
    page = visit.page()
    choose(page, BRUSH)
    page.get_by_label("Quality").select_option("low")
    card = ask(page, "a red robot", n=2, size="1024x1024")
    finished(card, 2)
    assert {call.fields["quality"] for call in openai.calls} == {"low"}
    expect(card.get_by_role("button", name="Draw again")).to_contain_text("about 1.2 cents")


def test_the_keyboard_alone_chooses_a_model_and_stays_where_it_is(visit: Visit) -> None:
    page = visit.page()
    reach(page, "Model")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#settings input[name=shown]")).not_to_have_value("storybook")
    expect(page.get_by_label("Model")).to_be_focused()
    reach(page, "Size")
    reach(page, "Quality")
    reach(page, "Pictures")
    reach(page, "Style and colour")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Sunset")).to_be_visible()
    reach(page, "Draw")


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_shows_the_picker_without_scrolling_sideways(visit: Visit, width: int) -> None:
    page = visit.page(**{**PHONE, "viewport": {"width": width, "height": 844}})
    choose(page, BRUSH)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("ears.smallTargets(44)") == []
    page.evaluate("ears.shifts.length = 0")  # a model with qualities has a row more: whoever chose it waits for that


def test_without_scripts_a_price_is_shown_before_anything_is_spent(visit: Visit, openai: StandIn) -> None:
    before = len(openai.calls)
    page = visit.page(java_script_enabled=False)
    page.get_by_role("textbox", name="What should the picture show?").fill("a red boat")
    page.get_by_label("Model").select_option(BRUSH)
    page.get_by_label("Size").select_option("1024x1024")
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("costs about 5.3 cents a picture")
    expect(page.locator("#price")).to_contain_text("about 5.3 cents")
    assert len(openai.calls) == before
    visit.troubles.clear()  # the browser notes every answer that is an error
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.locator(".card-job").first.get_by_role("heading")).to_have_text("a red boat")
    expect(page.get_by_label("Model")).to_have_value(BRUSH)


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_owners_page_shows_how_upstreams_are_doing(visit: Visit, openai: StandIn, width: int) -> None:
    page = visit.page(viewport={"width": width, "height": 844})
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Administration").click()
    page.get_by_role("link", name="Upstreams").click()
    expect(page.get_by_role("heading", name="Upstreams", exact=True)).to_be_visible()
    expect(page.locator(".ops-upstream")).to_contain_text("accepted · OPENAI_API_KEY in the environment")
    expect(page.get_by_role("table", name="Spend by month and model")).to_contain_text(BRUSH)
    expect(page.get_by_role("heading", name="Uncertain calls")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert openai.key not in page.content()

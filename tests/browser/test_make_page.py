"""From words to a picture on the wall, as somebody with a browser sees it."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import time
from urllib.request import Request, urlopen

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE, Visit
from tests.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURE = ".tile-picture[data-hung]"


def ask(page: Page, prompt: str, *, n: int = 1, size: str = "512x512", model: str = "") -> Locator:
    """Fill the box and draw; the new card, which is the first on the wall."""
    if model and page.get_by_label("Model").input_value() != model:
        with page.expect_response(re.compile("/settings")):
            page.get_by_label("Model").select_option(model)
        expect(page.locator("#settings [name=shown]")).to_have_value(model)
    before = page.locator(".card-job").count()
    page.get_by_role("textbox", name="What should the picture show?").fill(prompt)
    page.get_by_label("Size").select_option(size)
    page.get_by_label("Pictures", exact=True).fill(str(n))
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.locator(".card-job")).to_have_count(before + 1)
    return page.locator(f"#{page.locator('.card-job').first.get_attribute('id')}")


def finished(card: Locator, n: int = 1) -> None:
    expect(card).to_have_attribute("data-state", "done", timeout=PATIENCE * 3)
    expect(card.locator(PICTURE)).to_have_count(n)


def test_a_prompt_becomes_a_picture_and_a_second_job_is_cancelled(visit: Visit) -> None:
    page = visit.page()
    expect(page.get_by_text("The wall is still empty")).to_be_visible()
    page.get_by_role("button", name="A friendly robot holding a flower").click()
    expect(page.get_by_role("textbox", name="What should the picture show?")).to_have_value(
        "A friendly robot holding a flower"
    )
    page.keyboard.press("Control+Enter")

    card = page.locator(".card-job")
    expect(card).to_have_count(1)
    expect(card.get_by_text(re.compile(r"Step \d+ of \d+ · about \d+ s left"))).to_be_visible()
    expect(card.get_by_role("progressbar")).to_be_visible()
    finished(card)
    assert page.evaluate("ears.previews.size") >= 3
    expect(card.locator(".tile-preview img")).to_have_count(0)
    expect(page.locator("#announcer")).to_have_text("The picture is done: A friendly robot holding a flower")

    with page.expect_download() as saving:
        card.get_by_role("link", name="Download the picture").click()
    assert re.fullmatch(r"a-friendly-robot-holding-a-flower.*\.png", saving.value.suggested_filename)
    with Image.open(io.BytesIO(saving.value.path().read_bytes())) as picture:
        assert (picture.format, picture.size) == ("PNG", (1024, 1024))

    second = ask(page, "a red boat on the sea", n=10)
    second.get_by_role("button", name="Cancel").click()
    expect(second).to_have_attribute("data-state", "cancelled")
    expect(second.get_by_text("Cancelled")).to_be_visible()
    expect(card.locator(PICTURE)).to_have_count(1)


def test_a_job_is_cancelled_while_it_is_drawn(slow_visit: Visit) -> None:
    page = slow_visit.page()
    second = ask(page, "a red boat sleep 0.5", n=10, model="puppet")
    expect(second).to_have_attribute("data-state", "running")
    expect(second.get_by_text(re.compile(r"Picture \d+ of 10 · step \d+ of \d+"))).to_be_visible()
    second.get_by_role("button", name="Cancel").click()
    expect(second).to_have_attribute("data-state", "cancelled")
    expect(second.get_by_text("Cancelled")).to_be_visible()


def test_a_reload_in_the_middle_finds_everything_again(slow_visit: Visit) -> None:
    page = slow_visit.page()
    first = ask(page, "a purple castle sleep 0.3", n=3, model="puppet")
    second = ask(page, "a yellow moon", model="puppet")
    expect(first).to_have_attribute("data-state", "running")
    page.reload()
    expect(first.locator(".tile")).to_have_count(3)
    expect(first.locator(".going-text")).to_contain_text("left")
    finished(first, 3)
    finished(second)


def test_several_jobs_wait_their_turn_and_say_so(slow_visit: Visit) -> None:
    page = slow_visit.page()
    first = ask(page, "a white lighthouse sleep 0.2", n=4, model="puppet")
    second = ask(page, "a green tree", model="puppet")
    expect(second.get_by_text(re.compile(r"(Next in line|\d+ ahead in line) · .*(s|min) left"))).to_be_visible()
    finished(first, 4)
    finished(second)


def test_the_strip_and_the_title_say_how_the_queue_stands(slow_visit: Visit) -> None:
    page = slow_visit.page()
    first = ask(page, "a red lighthouse sleep 0.7", n=2, model="puppet")
    second = ask(page, "a green tree sleep 0.1", model="puppet")
    third = ask(page, "a blue house", model="puppet")
    strip = page.get_by_role("region", name="In the queue")
    chips = strip.get_by_role("listitem")
    expect(strip).to_contain_text("3 in the queue")
    expect(chips.nth(0)).to_contain_text(re.compile(r"lighthouse.*[1-9]\d* % · \d+ s left"))
    expect(chips.nth(0).locator("img")).to_have_count(1)
    expect(chips.nth(1)).to_contain_text(re.compile(r"tree.*1 ahead · \d+ s left"))
    expect(chips.nth(2)).to_contain_text(re.compile(r"house.*2 ahead · \d+ s left"))
    expect(page).to_have_title(re.compile(r"^\(3\) \d+ % · Limner$"))
    chips.nth(2).get_by_role("button", name="Cancel").click()
    expect(third).to_have_attribute("data-state", "cancelled")
    expect(chips).to_have_count(2)
    chips.nth(1).get_by_role("link").press("Enter")
    expect(second).to_be_focused()
    expect(second).to_be_in_viewport()
    finished(first, 2)
    finished(second)
    expect(strip.get_by_role("list")).to_be_hidden()
    expect(page).to_have_title("Limner")


def test_one_job_before_ones_eyes_is_not_told_twice(slow_visit: Visit) -> None:
    page = slow_visit.page()
    for number in range(3):
        finished(ask(page, f"a house {number}", model="puppet"))
    card = ask(page, "a red boat sleep 0.6", model="puppet")
    expect(card).to_have_attribute("data-state", "running")
    jobs = page.get_by_role("region", name="In the queue").get_by_role("list")
    expect(jobs).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 500})
    page.mouse.wheel(0, 3000)
    expect(jobs).to_contain_text("a red boat")
    page.evaluate("ears.shifts.length = 0")  # another window is another layout
    finished(card)


def test_a_hidden_tab_hangs_up_and_catches_up_when_shown(visit: Visit) -> None:
    page = visit.page()
    card = ask(page, "a blue fish in the sea", n=2)
    assert page.evaluate("ears.openStreams()") == 1
    page.evaluate("ears.hide(true)")
    assert page.evaluate("ears.openStreams()") == 0
    _until_done(visit.server, str(card.get_attribute("data-job")))
    expect(page).to_have_title("✓ Limner", timeout=PATIENCE)  # it asks now and then
    page.evaluate("ears.hide(false)")
    assert page.evaluate("ears.openStreams()") == 1
    expect(page).to_have_title("Limner")
    finished(card, 2)


def test_what_another_tab_or_a_program_asks_for_appears_too(visit: Visit) -> None:
    page = visit.page()
    other = visit.another(page.context)
    card = ask(other, "a pink balloon by day")
    finished(page.locator(f"#{card.get_attribute('id')}"))
    count = page.locator(".card-job").count()
    _generate(visit.server, "a red car in the city")
    expect(page.locator(".card-job")).to_have_count(count + 1)
    finished(page.locator(".card-job").first)
    page.wait_for_timeout(1000)
    for tab in (page, other):  # new cards took their places, in a tab behind another one whenever it got to it
        tab.evaluate("ears.shifts.length = 0")


def test_unknown_words_are_named_while_typing_and_on_the_card(visit: Visit) -> None:
    page = visit.page()
    page.get_by_role("textbox", name="What should the picture show?").press_sequentially("a red zeppelin")
    expect(page.locator("#hint")).to_contain_text("Storybook does not know “zeppelin” yet and passes over it.")
    card = ask(page, "a red zeppelin", size="256x256")
    expect(card.get_by_text("Storybook does not know “zeppelin” yet and passes over it.")).to_be_visible()
    finished(card)


def test_style_and_colour_unfold_and_are_said_in_the_prompt(visit: Visit) -> None:
    page = visit.page()
    fold = page.get_by_role("button", name="Style and colour")
    expect(page.get_by_role("radio", name="Sunset")).to_be_hidden()
    fold.click()
    page.get_by_role("radio", name="Sunset").check()
    page.get_by_role("radio", name="Red").check()
    expect(fold).to_have_text(re.compile("Sunset, Red"))
    card = ask(page, "a robot", size="256x256")
    expect(card.get_by_role("heading")).to_have_text("a red robot, at sunset")
    finished(card)


def test_a_wish_that_is_refused_says_why_and_the_next_one_clears_it(visit: Visit) -> None:
    page = visit.page()
    page.get_by_role("textbox", name="What should the picture show?").fill("   ")
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Write a few words first")
    visit.troubles.clear()  # the browser notes every answer that is an error
    finished(ask(page, "a house", size="256x256"))
    expect(page.get_by_role("alert")).to_be_empty()


def test_a_failure_is_shown_in_plain_words_and_tried_again(slow_visit: Visit) -> None:
    page = slow_visit.page()
    card = ask(page, "a mushroom sleep 0.3", n=10, model="puppet")
    end = time.monotonic() + 120
    while card.get_attribute("data-state") in ("queued", "running"):
        assert time.monotonic() < end
        if card.locator(".going-text", has_text="tep ").count():
            for pid in slow_visit.server.model_processes():
                os.kill(pid, signal.SIGKILL)
        page.wait_for_timeout(200)
    expect(card).to_have_attribute("data-state", "failed")
    expect(card.get_by_text("The model stopped while it was drawing, more than once.")).to_be_visible()
    chip = page.get_by_role("region", name="In the queue").get_by_role("listitem").filter(has_text="a mushroom")
    expect(chip).to_contain_text("Not drawn: see why")
    chip.get_by_role("link").click()
    expect(card).to_be_focused()
    expect(chip).to_have_count(0)
    count = page.locator(".card-job").count()
    card.get_by_role("button", name="Try again").click()
    expect(page.locator(".card-job")).to_have_count(count + 1)
    again = page.locator(f"#{page.locator('.card-job').first.get_attribute('id')}")
    expect(again.locator(".tile-picture")).not_to_have_count(0, timeout=PATIENCE * 2)
    again.get_by_role("button", name="Cancel").click()
    expect(again).to_have_attribute("data-state", "cancelled")


def test_a_lost_connection_is_said_and_mends_itself(visit: Visit) -> None:
    page = visit.page()
    card = ask(page, "a tree in the snow", n=2)
    page.context.set_offline(True)
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Limner does not answer")
    _until_done(visit.server, str(card.get_attribute("data-job")))
    page.context.set_offline(False)
    finished(card, 2)
    expect(page.get_by_text("Connection lost")).to_be_hidden()
    visit.troubles.clear()  # the browser notes every request that found nobody


def _generate(server: Server, prompt: str) -> None:
    body = json.dumps({"prompt": prompt, "size": "256x256"}).encode()
    request = Request(f"{server.url}/v1/images/generations", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        assert json.load(answer)["data"]


def _until_done(server: Server, job: str) -> None:
    end = time.monotonic() + 60
    while True:
        with urlopen(f"{server.url}/jobs/{job}/card") as answer:
            if 'data-state="done"' in answer.read().decode():
                return
        assert time.monotonic() < end
        time.sleep(0.1)

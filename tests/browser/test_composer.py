"""The prompt box and its options, as somebody with a browser uses them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_make_page import ask, finished

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="What should the picture show?")


def writer(page: Page) -> Locator:
    return page.locator("#random")


def test_a_draft_outlives_a_reload_until_it_is_drawn(visit: Visit) -> None:
    page = visit.page()
    box(page).fill("a red boat with a zep")
    page.reload()
    expect(box(page)).to_have_value("a red boat with a zep")
    expect(page.locator("#hint")).to_contain_text("“zep”")
    finished(ask(page, "a red boat", size="256x256"))
    page.reload()
    expect(box(page)).to_have_value("")


def test_earlier_prompts_come_back_by_arrow_and_so_does_what_was_typed(visit: Visit) -> None:
    page = visit.page()
    for prompt in ("a blue cat", "a yellow moon"):
        ask(page, prompt, size="256x256")
    box(page).fill("a pink")
    page.keyboard.press("Home")
    for key, shown in (
        ("ArrowUp", "a yellow moon"),
        ("ArrowUp", "a blue cat"),
        ("ArrowDown", "a yellow moon"),
        ("ArrowDown", "a pink"),
    ):
        if key == "ArrowDown":
            page.keyboard.press("End")
        page.keyboard.press(key)
        expect(box(page)).to_have_value(shown)


def idle(page: Page) -> None:
    """Nothing is being written."""
    expect(page.get_by_role("button", name="Random prompt")).to_be_visible()


def test_a_prompt_is_written_word_by_word_and_another_takes_its_place(visit: Visit) -> None:
    page = visit.page()
    page.evaluate(
        """() => {
          const box = document.querySelector("#prompt");
          window.seen = [];
          box.addEventListener("input", () => seen.push(box.value));
          const announcer = document.querySelector("#announcer");
          window.told = [];
          new MutationObserver(() => told.push(announcer.textContent)).observe(announcer, {childList: true});
        }"""
    )
    writer(page).click()
    expect(page.get_by_role("button", name="Stop writing")).to_be_visible()
    idle(page)
    first = box(page).input_value()
    assert len(first.split()) > 2
    seen = page.evaluate("seen")
    assert [len(words.split()) for words in seen] == list(range(1, len(first.split()) + 1))
    # Among others: a picture of another test may be announced right after it.
    page.wait_for_function("first => told.includes(first)", arg=first)
    writer(page).click()
    expect(box(page)).not_to_have_value(first)
    idle(page)
    assert not box(page).input_value().startswith(first)
    page.get_by_role("button", name="Take it back").click()
    expect(box(page)).to_have_value(first)
    page.get_by_role("button", name="Take it back").click()
    expect(box(page)).to_have_value("")
    expect(page.get_by_role("button", name="Take it back")).to_be_hidden()
    page.evaluate("ears.shifts.length = 0")  # the box grew with its words, which no finger had typed


@pytest.mark.parametrize("wish", ["Finish this sentence", "Improve this"])
def test_what_is_typed_stays_and_what_is_added_is_marked_and_can_be_taken_back(visit: Visit, wish: str) -> None:
    page = visit.page()
    expect(page.get_by_role("button", name=wish)).to_be_disabled()
    box(page).fill("a red boat")
    page.get_by_role("button", name=wish).click()
    expect(box(page)).to_have_value(re.compile("^a red boat.+"))
    idle(page)
    words = box(page).input_value()
    expect(page.locator(".added mark")).to_have_text(words.removeprefix("a red boat"), use_inner_text=False)
    expect(page.locator("#announcer")).to_contain_text(words.removeprefix("a red boat").strip(", "))
    page.evaluate("ears.shifts.length = 0")  # the box grew with its words, which no finger had typed
    page.get_by_role("button", name="Take it back").click()
    expect(box(page)).to_have_value("a red boat")
    expect(page.locator(".added mark")).to_have_count(0)


def test_surprise_me_writes_and_draws(visit: Visit) -> None:
    page = visit.page()
    before = page.locator(".card-job").count()
    page.get_by_role("button", name="Surprise me").click()
    expect(page.locator(".card-job")).to_have_count(before + 1)
    page.evaluate("ears.shifts.length = 0")  # the box grew with its words, which no finger had typed


def test_a_prompt_is_about_what_was_chosen(visit: Visit) -> None:
    page = visit.page()
    page.get_by_role("button", name="Writer", exact=True).click()
    page.get_by_label("About", exact=True).select_option("science")
    page.get_by_label("Length").select_option("long")
    page.get_by_label("Vocabulary").select_option("on")
    expect(page.get_by_role("button", name="Writer (3)")).to_be_visible()
    with page.expect_request("**/write") as asked:
        writer(page).click()
    assert all(f'"{name}"\r\n\r\n{value}' in (asked.value.post_data or "") for name, value in (
        ("theme", "science"), ("length", "long"), ("any_words", "on"), ("wish", "random"),
    ))  # fmt: skip
    idle(page)
    page.evaluate("ears.shifts.length = 0")  # the box grew with its words, which no finger had typed


def test_typing_stops_the_writer_and_both_are_kept(visit: Visit) -> None:
    page = visit.page()
    box(page).focus()
    writer(page).dispatch_event("click")
    expect(box(page)).not_to_have_value("")
    box(page).press("End")
    page.keyboard.type(" MINE")
    idle(page)
    kept = box(page).input_value()
    assert re.fullmatch(r"\S.* MINE", kept)
    page.wait_for_timeout(400)  # several words' time
    expect(box(page)).to_have_value(kept)


def test_a_writer_that_does_not_answer_says_so_and_leaves_the_box_alone(visit: Visit) -> None:
    page = visit.page()
    box(page).fill("a red")
    page.route("**/write", lambda route: route.fulfill(status=503, body="away"))
    writer(page).click()
    expect(page.get_by_role("alert")).to_contain_text("could not write a prompt")
    expect(box(page)).to_have_value("a red")
    visit.troubles.clear()  # the browser notes every answer that is an error


def test_a_writer_that_breaks_off_leaves_what_it_wrote_and_says_what_happened(visit: Visit) -> None:
    page = visit.page()
    broken = 'event: text\ndata: {"text": "a cat"}\n\nevent: error\ndata: {"message": "The writer went away."}\n\n'
    page.route("**/write", lambda route: route.fulfill(body=broken, content_type="text/event-stream"))
    writer(page).click()
    expect(page.get_by_role("alert")).to_have_text("The writer went away.")
    expect(box(page)).to_have_value("a cat")
    page.evaluate("document.querySelector('#problem').replaceChildren()")  # no catalogue knows that sentence


@pytest.mark.parametrize("how", ["Stop writing", "Escape"])
def test_the_writer_is_stopped_at_once_and_what_it_wrote_stays(visit: Visit, how: str) -> None:
    page = visit.page()
    page.evaluate(
        """() => document.querySelector("#prompt").addEventListener("input", ({ target }) => {
          if (target.value.split(" ").length === 3) document.dispatchEvent(new CustomEvent("third"));
        })"""
    )
    press = "key" if how == "Escape" else "button"
    page.evaluate(
        """(how) => document.addEventListener("third", () => {
          if (how === "key") document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
          else document.querySelector("#random").click();
        }, { once: true })""",
        press,
    )
    writer(page).click()
    expect(box(page)).not_to_have_value("")
    idle(page)
    kept = box(page).input_value()
    assert len(kept.split()) == 3
    page.wait_for_timeout(400)  # many words' time
    expect(box(page)).to_have_value(kept)


def test_whoever_waits_for_a_writer_is_told_the_place(visit: Visit) -> None:
    page = visit.page()
    waiting = 'event: waiting\ndata: {"ahead": 2}\n\n'
    page.route("**/write", lambda route: route.fulfill(body=waiting, content_type="text/event-stream"))
    writer(page).click()
    expect(page.locator("#hint")).to_contain_text("2 before you")


def test_the_length_is_counted_once_it_matters(visit: Visit) -> None:
    page = visit.page()
    count = page.locator("#length")
    box(page).fill("a" * 100)
    expect(count).to_be_empty()
    box(page).fill("a" * 2100)
    expect(count).to_have_text("2100 / 4000")
    box(page).fill("a" * 3900)
    expect(count).to_have_attribute("data-loud", "")
    expect(page.locator("#announcer")).to_have_text("The prompt is nearly full: 3900 of 4000 characters.")
    page.evaluate("ears.shifts.length = 0")  # the box grew with its words, which no finger had typed


def test_what_it_takes_follows_the_options_and_nothing_moves(slow_visit: Visit) -> None:
    page = slow_visit.page()
    before = page.locator("#ahead").inner_text()
    with page.expect_response(re.compile("/ahead")):
        page.get_by_label("Pictures", exact=True).fill("10")
        page.get_by_label("Pictures", exact=True).blur()
    expect(page.locator("#ahead")).not_to_have_text(before)
    with page.expect_response(re.compile("/settings")):
        page.get_by_label("Model").select_option("puppet")
    expect(page.locator("#settings [name=shown]")).to_have_value("puppet")


def test_a_typed_size_a_kept_seed_and_a_format_are_drawn(visit: Visit) -> None:
    page = visit.page()
    expect(page.get_by_label("Width")).to_be_hidden()
    page.get_by_role("button", name="More options").click()
    page.get_by_label("Seed", exact=True).fill("77")
    page.get_by_label("Format").select_option("webp")
    expect(page.get_by_role("button", name="More options (2)")).to_be_visible()
    card = ask(page, "a green tree", size="custom")
    finished(card)
    page.evaluate("ears.shifts.length = 0")  # width and height came with a choice that no finger had made
    page.get_by_role("button", name="Shuffle").click()
    expect(page.get_by_label("Seed", exact=True)).to_have_value("")
    page.get_by_role("button", name="Keep the last").click()
    expect(page.get_by_label("Seed", exact=True)).to_have_value("77")
    page.get_by_label("Width").fill("320")
    page.get_by_label("Height").fill("256")
    count = page.locator(".card-job").count()
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.locator(".card-job")).to_have_count(count + 1)
    expect(page.locator(".card-job").first).to_contain_text("320 × 256")


def test_a_folded_field_that_is_wrong_unfolds(visit: Visit) -> None:
    page = visit.page()
    page.get_by_role("button", name="More options").click()
    count = page.locator(".card-job").count()
    page.get_by_label("Steps").fill("5000")
    page.get_by_role("button", name="More options").click()
    expect(page.get_by_label("Steps")).to_be_hidden()
    box(page).fill("a red cat")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Steps")).to_be_visible()
    expect(page.locator(".card-job")).to_have_count(count)


def test_examples_of_styles_are_small_and_say_nothing_twice(visit: Visit) -> None:
    page = visit.page()
    page.get_by_role("button", name="Style and colour").click()
    night = page.get_by_role("radio", name="Night", exact=True)
    expect(night).to_be_visible()
    picture = page.locator(".chip", has=night).locator("img")
    expect(picture).to_have_attribute("alt", "")
    expect(picture).to_have_js_property("naturalWidth", 96)

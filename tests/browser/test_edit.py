"""Bringing, editing, varying and enlarging, as somebody with a mouse, a finger, a pen or a keyboard does it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import PATIENCE, Visit
from tests.browser.edit_page import NEARLY, POINT, bring, edit, middle, painted, picture, sweep
from tests.browser.test_for_everybody import PHONE, reach
from tests.browser.test_make_page import finished

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_painted_part_is_drawn_anew_and_compared_with_what_it_was(visit: Visit) -> None:
    page = visit.page()
    stage = edit(page)
    expect(page.get_by_text("Nothing is painted: the whole picture may change.")).to_be_visible()
    sweep(page, stage)
    expect(page.get_by_text("Only the painted part changes.")).to_be_visible()
    page.get_by_label("What should be there?").fill("a red boat on the sea")
    page.get_by_role("button", name="Draw", exact=True).click()
    card = page.locator(".card-job").first
    finished(card)
    public_id = str(card.locator(".tile-link").get_attribute("href")).rpartition("/")[2]

    page.goto(f"/edit/{public_id}")
    page.get_by_role("link", name="Before and after").click()
    slider = page.get_by_role("slider", name="How much of the picture before is shown")
    slider.focus()
    page.keyboard.press("Home")
    assert page.locator("#before").evaluate("image => image.style.clipPath").startswith("inset(0px 100%")
    page.keyboard.press("End")
    assert page.locator("#before").evaluate("image => image.style.clipPath").startswith("inset(0px 0%")
    sizes = page.evaluate("[...document.querySelectorAll('.compare-pictures img')].map(i => i.naturalWidth)")
    assert sizes == [512, 512]


def test_strokes_rectangles_and_the_eraser_are_undone_and_done_again(visit: Visit) -> None:
    page = visit.page()
    stage = edit(page)
    undo, redo = (page.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo"))
    expect(undo).to_be_disabled()
    sweep(page, stage)
    one = painted(page)
    assert one > 0.02
    page.get_by_text("Rectangle", exact=True).check(force=True)
    x, y = middle(stage)
    page.mouse.move(x - 120, y - 120)
    page.mouse.down()
    page.mouse.move(x + 120, y + 120, steps=3)
    page.mouse.up()
    two = painted(page)
    assert two > one
    page.get_by_text("Eraser", exact=True).check(force=True)
    sweep(page, stage, by=60)
    assert painted(page) < two
    page.get_by_role("button", name="Invert").click()
    assert page.evaluate(POINT, [0.02, 0.02])
    for _ in range(2):
        undo.click()
    assert painted(page) == pytest.approx(two, abs=NEARLY)
    undo.click()
    assert painted(page) == pytest.approx(one, abs=NEARLY)
    redo.click()
    assert painted(page) == pytest.approx(two, abs=NEARLY)
    page.get_by_role("button", name="Clear").click()
    assert painted(page) == 0
    expect(page.get_by_text("Nothing is painted")).to_be_visible()
    undo.click()
    assert painted(page) == pytest.approx(two, abs=NEARLY)


def test_the_keyboard_alone_paints_sizes_and_draws(visit: Visit) -> None:
    page = visit.page()
    stage = edit(page)
    stage.focus()
    page.keyboard.down("Space")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.up("Space")
    assert page.evaluate(POINT, [0.5, 0.5])
    assert page.evaluate(POINT, [0.57, 0.5])
    one = painted(page)
    for _ in range(4):
        page.keyboard.press("]")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    two = painted(page)
    assert two > one
    page.keyboard.press("Control+z")
    assert painted(page) == pytest.approx(one, abs=NEARLY)
    page.keyboard.press("r")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Space")
    assert painted(page) > one
    reach(page, "What should be there?")
    page.keyboard.type("a blue rocket")
    reach(page, "Draw")
    page.keyboard.press("Enter")
    finished(page.locator(".card-job").first)


def test_a_finger_paints_and_two_fingers_zoom(visit: Visit) -> None:
    page = visit.page(**PHONE)
    stage = edit(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate(
        """([x, y]) => {
          const stage = document.getElementById("stage");
          const touch = (type, id, dx, dy) => stage.dispatchEvent(new PointerEvent(type, {
            bubbles: true, pointerId: id, pointerType: "touch", clientX: x + dx, clientY: y + dy, isPrimary: id === 1,
          }));
          touch("pointerdown", 1, -40, 0);
          touch("pointermove", 1, 40, 0);
          touch("pointerup", 1, 40, 0);
          window.before = document.getElementById("board").style.transform;
          touch("pointerdown", 1, -20, 40);
          touch("pointerdown", 2, 20, 40);
          touch("pointermove", 2, 100, 40);
          touch("pointerup", 1, -20, 40);
          touch("pointerup", 2, 100, 40);
        }""",
        middle(stage),
    )
    assert painted(page) > 0.01
    assert page.evaluate("window.before !== document.getElementById('board').style.transform")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Undo", exact=True).tap()
    assert painted(page) == 0, "the pinch has painted"


def test_a_pointer_event_takes_less_than_8_ms_on_a_large_mask(visit: Visit) -> None:
    page = visit.page()
    stage = edit(page, (1024, 1024))
    assert page.evaluate("document.getElementById('mask').width") == 1024
    times = page.evaluate(
        """([x, y]) => {
          const stage = document.getElementById("stage");
          const tell = (type, dx, dy) => {
            const event = new PointerEvent(type, {
              bubbles: true, pointerId: 1, pointerType: "pen", buttons: 1, clientX: x + dx, clientY: y + dy,
            });
            const begun = performance.now();
            stage.dispatchEvent(event);
            return performance.now() - begun;
          };
          tell("pointerdown", 0, 0);
          const times = [];
          return new Promise((resolve) => {
            const next = (i) => {
              for (let at = i; at < i + 1; at += 0.25) {
                times.push(tell("pointermove", 200 * Math.sin(at), 200 * Math.cos(1.7 * at)));
              }
              if (i < 100) return requestAnimationFrame(() => next(i + 1));
              tell("pointerup", 0, 0);
              resolve(times);
            };
            next(0);
          });
        }""",
        middle(stage),
    )
    p95 = sorted(times)[int(len(times) * 0.95)]
    assert p95 <= 8, f"{p95:.1f} ms"


def test_the_frame_is_dragged_and_the_picture_grows(visit: Visit) -> None:
    page = visit.page()
    edit(page)
    page.get_by_text("Let the picture grow", exact=True).check(force=True)
    handle = page.locator(".frame-right").bounding_box()
    assert handle is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y, steps=4)
    page.mouse.up()
    grown = int(page.get_by_label("Right").input_value())
    assert grown >= 100
    expect(page.locator("#grown")).to_have_text(f"{512 + grown} × 512")
    page.get_by_label("Right").fill("256")
    expect(page.locator("#grown")).to_have_text("768 × 512")
    expect(page.get_by_text("The picture grows; what is there stays.")).to_be_visible()
    page.get_by_label("What should be there?").fill("a tree in a meadow")
    page.get_by_role("button", name="Draw", exact=True).click()
    card = page.locator(".card-job").first
    finished(card)
    expect(card.get_by_text("768 × 512")).to_be_visible()


def test_variations_and_an_enlarged_one_hang_on_the_wall(visit: Visit) -> None:
    page = visit.page()
    edit(page)
    address = page.url
    page.get_by_label("How different").fill("30")
    page.locator("#vary-count").fill("2")
    page.get_by_role("button", name="Vary").click()
    finished(page.locator(".card-job").first, 2)
    page.goto(address)
    page.get_by_role("button", name="2 times as large").click()
    card = page.locator(".card-job").first
    finished(card)
    expect(card.get_by_text("1024 × 1024")).to_be_visible()


def test_a_lost_connection_keeps_the_file_and_what_was_painted(visit: Visit) -> None:
    page = visit.page()
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.request.url)
        route.abort("connectionreset")

    page.route("**/upload", lose, times=1)
    row = bring(page, picture())
    expect(row.get_by_text("The connection was lost. The picture is still here.")).to_be_visible()
    row.get_by_role("button", name="Try again").click()
    row.get_by_role("link", name="Edit").click()
    stage = page.get_by_role("application")
    expect(stage).to_be_visible(timeout=PATIENCE)
    sweep(page, stage)
    page.get_by_label("What should be there?").fill("a boat")
    page.route("**/edit/**", lose, times=1)
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("What you painted and wrote is still here")
    assert painted(page) > 0
    page.get_by_role("button", name="Draw", exact=True).click()
    finished(page.locator(".card-job").first)
    assert len(lost) == 2
    visit.troubles[:] = [trouble for trouble in visit.troubles if "ERR_CONNECTION_RESET" not in trouble]


def test_a_session_that_has_ended_loses_nothing(visit: Visit) -> None:
    page = visit.page()
    stage = edit(page)
    sweep(page, stage)
    page.get_by_label("What should be there?").fill("a red boat")
    ended = [(204, {"HX-Redirect": "/sign-in?next=%2F"}), (403, {})]

    def end(route: Route) -> None:
        if not ended or route.request.method != "POST":
            return route.continue_()
        status, headers = ended.pop(0)
        return route.fulfill(status=status, headers=headers)

    page.route("**/edit/*", end)
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("You are no longer signed in.")
    assert painted(page) > 0
    page.get_by_role("button", name="Draw", exact=True).click()  # the token of the session before, then a fresh one
    finished(page.locator(".card-job").first)
    visit.troubles[:] = [trouble for trouble in visit.troubles if "403" not in trouble]


def test_what_is_no_picture_and_too_many_are_refused_with_a_way_on(visit: Visit) -> None:
    page = visit.page()
    row = bring(page, picture("words.png", b"these are words"))
    expect(row.get_by_text("This file is not a whole PNG, JPEG or WebP picture. Try another one.")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    rows = bring(page, *[picture(f"{number}.png") for number in range(11)])
    expect(page.get_by_text("You gave 11 pictures; Limner takes up to 10 at a time.")).to_be_visible()
    expect(rows).to_have_count(0)
    page.get_by_role("button", name="Close").click()
    rows = bring(page, picture("one.png"), picture("two.png"))
    expect(rows.get_by_role("link", name="Vary")).to_have_count(2)
    visit.troubles[:] = [trouble for trouble in visit.troubles if "400 (Bad Request)" not in trouble]


def test_a_picture_is_pasted_and_another_is_dropped(visit: Visit, tmp_path: Path) -> None:
    page = visit.page()
    for how in ("paste", "drop"):
        page.evaluate(
            """async (how) => {
              const canvas = new OffscreenCanvas(60, 40);
              canvas.getContext("2d").fillRect(0, 0, 60, 40);
              const data = new DataTransfer();
              data.items.add(new File([await canvas.convertToBlob()], "pasted.png", { type: "image/png" }));
              const given = how === "paste" ? { clipboardData: data } : { dataTransfer: data };
              const event = how === "paste" ? new ClipboardEvent(how, { bubbles: true, cancelable: true, ...given })
                : new DragEvent(how, { bubbles: true, cancelable: true, ...given });
              document.getElementById("bring").dispatchEvent(event);
            }""",
            how,
        )
        expect(page.locator(".brought-item").get_by_role("link", name="Edit")).to_have_count(1)
        page.get_by_role("button", name="Close").click()


def test_a_cancelled_camera_and_a_second_tab_are_spoken_of(visit: Visit) -> None:
    page = visit.page()
    page.locator("#bring-camera").dispatch_event("cancel")
    expect(page.get_by_text("No photo was taken. Nothing has changed.")).to_be_visible()
    edit(page)
    other = visit.another(page.context)
    other.goto(page.url)
    for tab in (page, other):
        expect(tab.get_by_text("This picture is open in another tab too.")).to_be_attached()


def test_a_model_that_is_gone_is_spoken_of_and_nothing_is_lost(slow_visit: Visit) -> None:
    page = slow_visit.page()
    stage = edit(page)
    sweep(page, stage)
    page.get_by_label("What should be there?").fill("a boat")
    page.locator("#edit [name=model]").evaluate("field => { (field.selectedOptions?.[0] ?? field).value = 'gone'; }")
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The model that was chosen is no longer here.")
    assert painted(page) > 0
    slow_visit.troubles[:] = [trouble for trouble in slow_visit.troubles if "400 (Bad Request)" not in trouble]


def test_without_scripts_a_picture_is_brought_and_edited(visit: Visit) -> None:
    page = visit.page(java_script_enabled=False)
    page.locator("#bring-file").set_input_files([picture()])
    page.get_by_role("button", name="Bring it").click()
    page.get_by_label("What should be there?").fill("a red boat on the sea")
    page.get_by_label("Left").fill("128")
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.locator(".card-job")).not_to_have_count(0)
    expect(page).to_have_url(re.compile("/#job-"), timeout=PATIENCE)


@pytest.mark.parametrize("width", [360, 768])
def test_the_edit_page_fits_and_its_targets_are_large_enough(visit: Visit, width: int) -> None:
    page = visit.page(**{**PHONE, "viewport": {"width": width, "height": 800}})
    edit(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("ears.smallTargets(24)") == []
